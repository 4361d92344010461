// What a thread shows at one of its checkpoints (RUN-023 to RUN-025, RUN-041, RUN-042, STA-001). Pure: it is told the
// checkpoint, its journal and the values that it refers to.

import { fromTree } from "../codec/value.js";
import type { Tree } from "../codec/text.js";
import type { Checkpoint } from "../generated/types.js";
import { deliver } from "./failures.js";
import { Journal } from "./journal.js";

/** A question that is pending. */
export class Interrupt {
  /** The JSON Schema that the answer has to fit; left out where any answer will do (INT-030). */
  declare readonly responseSchema?: { readonly [keyword: string]: unknown };

  constructor(
    readonly id: string,
    readonly value: unknown,
    responseSchema?: { readonly [keyword: string]: unknown },
  ) {
    if (responseSchema !== undefined) {
      this.responseSchema = structuredClone(responseSchema);
    }
  }
}

/** The config that addresses a checkpoint. */
export interface CheckpointConfig {
  readonly configurable: { readonly thread_id: string; readonly checkpoint_id?: string };
}

/** A recorded call, or first the run's own code, with the path "". */
export interface TaskSnapshot {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly result?: unknown;
  readonly error?: Error;
  readonly cancelled: boolean;
  readonly interrupts: readonly Interrupt[];
}

/** One moment of a thread. */
export interface StateSnapshot {
  readonly values: unknown;
  readonly next: readonly string[];
  readonly config: CheckpointConfig;
  readonly metadata: { readonly [name: string]: unknown };
  readonly createdAt: string | null;
  readonly parentConfig: CheckpointConfig | null;
  readonly tasks: readonly TaskSnapshot[];
  readonly interrupts: readonly Interrupt[];
  readonly source: Checkpoint["source"] | null;
}

export function pendingIn(journal: Journal): Interrupt[] {
  return journal
    .pending()
    .map(({ path, entry }) => new Interrupt(path, fromTree(entry.value as Tree), entry.response_schema));
}

/** RUN-024. */
export function emptySnapshot(threadId: string): StateSnapshot {
  return {
    values: null,
    next: [],
    config: { configurable: { thread_id: threadId } },
    metadata: {},
    createdAt: null,
    parentConfig: null,
    tasks: [],
    interrupts: [],
    source: null,
  };
}

/**
 * `values` is the value of the newest closing checkpoint up to this one, null where there is none; `result` that of the
 * run that begins here, undefined where it is not completed.
 */
export function snapshot(checkpoint: Checkpoint, journal: Journal, values: unknown, result: unknown): StateSnapshot {
  const { thread_id, id, parent_id, entrypoint, created_at: createdAt, source } = checkpoint;
  const begins = "input" in checkpoint; // RUN-041: also where the run has completed since
  const interrupts = pendingIn(journal);
  return {
    values,
    next: begins ? [entrypoint.name] : [],
    config: address(thread_id, id),
    metadata: fromTree(shownMetadata(checkpoint)) as StateSnapshot["metadata"],
    createdAt,
    parentConfig: parent_id === null ? null : address(thread_id, parent_id),
    tasks: begins ? [own(checkpoint, journal, interrupts, result), ...calls(checkpoint, journal)] : [],
    interrupts,
    source,
  };
}

/** Where a checkpoint stands in its thread, as LangGraph counts. */
export function stepOf({ seq }: Checkpoint): number {
  return seq - 1;
}

/** RUN-042: what the caller gave, under what the checkpoint says. */
export function shownMetadata(checkpoint: Checkpoint): { readonly [name: string]: Tree } {
  const { metadata, source } = checkpoint;
  return { ...(metadata as { [name: string]: Tree }), source, step: stepOf(checkpoint), parents: {} };
}

export function address(thread_id: string, checkpoint_id: string): CheckpointConfig {
  return { configurable: { thread_id, checkpoint_id } };
}

function own(
  { id, entrypoint }: Checkpoint,
  journal: Journal,
  interrupts: readonly Interrupt[],
  result: unknown,
): TaskSnapshot {
  const failure = journal.lastFailure;
  const error = failure === undefined ? {} : { error: deliver(failure, new Map()) };
  const value = result === undefined ? {} : { result };
  return { id, name: entrypoint.name, path: "", cancelled: false, interrupts, ...value, ...error };
}

function calls({ id }: Checkpoint, journal: Journal): TaskSnapshot[] {
  const inOrder = [...journal.calls.values()]
    .filter(({ isVoid }) => !isVoid)
    .sort((left, right) => left.entry.seq - right.entry.seq);
  return inOrder.map(({ entry }): TaskSnapshot => {
    const shown = { id: `${id}:${entry.path}`, name: entry.name, path: entry.path, interrupts: [] };
    if (entry.kind === "task.completed") {
      return { ...shown, cancelled: false, result: fromTree(entry.value as Tree) };
    }
    if (entry.kind === "task.failed") {
      return { ...shown, cancelled: false, error: deliver(entry.error, new Map()) };
    }
    return { ...shown, cancelled: true };
  });
}
