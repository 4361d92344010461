// What can be done with a thread besides running it: look, correct, go back (chapters 9 and 16).

import { canonicalText, type Tree } from "../codec/text.js";
import { fromTree } from "../codec/value.js";
import { entriesBefore, Journal } from "../core/journal.js";
import { readCheckpoint } from "../core/reading.js";
import { type CheckpointConfig, emptySnapshot, shownMetadata, snapshot, type StateSnapshot } from "../core/state.js";
import { invalidOption, UsageError } from "../errors.js";
import type { Checkpoint, CheckpointBeginning, CheckpointClosing, Entry } from "../generated/types.js";
import type { CheckpointSaver, Loaded } from "../savers/saver.js";
import type { Forms } from "./attempt.js";
import { readId, readMetadata, type Request } from "./config.js";
import { findRun, loadChecked } from "./finding.js";
import {
  chosen,
  type EntrypointName,
  forkOf,
  isBegun,
  loadPrevious,
  nothingToResume,
  reading,
  refuseForeign,
  refuseHeld,
  savedIn,
  savedUpTo,
  type Spot,
} from "./opening.js";
import { makeSure, now } from "./writer.js";

/** What narrows a history down. */
export interface HistoryOptions {
  /** Members that the metadata of a checkpoint has to have. */
  readonly filter?: { readonly [name: string]: unknown };
  /** Only checkpoints before this one. */
  readonly before?: CheckpointConfig;
  readonly limit?: number;
}

/** One update of a bulk update; `asNode` can only be the entrypoint. */
export interface StateUpdate {
  readonly values: unknown;
  readonly asNode?: string;
}

/** Where a fork begins, and where it goes. */
export interface ForkOptions {
  /** The path of a call, or the id of an interrupt: it and everything after it is left out. */
  readonly before?: string;
  /** The id of a new thread that the fork is to begin. */
  readonly to?: string;
}

export function threadOf({ threadId }: Request): string {
  if (threadId === null) {
    throw new UsageError("usage.thread_id_missing", "the call names no thread", "Pass {configurable: {thread_id}}.");
  }
  return threadId;
}

export class Threads {
  constructor(
    private readonly saver: CheckpointSaver,
    private readonly entrypoint: EntrypointName,
    private readonly forms: Forms,
  ) {}

  async state(request: Request): Promise<StateSnapshot> {
    const threadId = threadOf(request);
    const loaded = await this.#load(threadId, request.checkpointId);
    if (!loaded) {
      return emptySnapshot(threadId);
    }
    return this.#snapshot(loaded, (id) => loadPrevious(this.saver, threadId, id, loaded.checkpoint));
  }

  /** What a checkpoint shows; `find` gives those that it refers to. */
  async #snapshot(
    { checkpoint, entries }: Loaded,
    find: (id: string | null) => Promise<Checkpoint | null | undefined>,
  ): Promise<StateSnapshot> {
    const journal = new Journal(entries);
    const values = this.#value(await find(savedUpTo(checkpoint)));
    const result = journal.isCompleted ? this.#value(await find(journal.closingId)) : undefined;
    return snapshot(checkpoint, journal, values, result);
  }

  /** RUN-023: what a closing checkpoint shows; what does not fit its type any more is shown as it was recorded. */
  #value(checkpoint: Checkpoint | null | undefined): unknown {
    if (!checkpoint || !("value" in checkpoint)) {
      return null;
    }
    const form = checkpoint.source === "update" ? this.forms.saved : this.forms.value;
    try {
      return form.read(checkpoint.value, checkpoint.entrypoint.version);
    } catch {
      return fromTree(checkpoint.value);
    }
  }

  async *history(
    request: Request,
    { filter, before, limit }: HistoryOptions,
  ): AsyncGenerator<StateSnapshot, void, undefined> {
    const threadId = threadOf(request);
    if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
      throw invalidOption("limit", "a count");
    }
    const wanted = Object.entries(filter === undefined ? {} : readMetadata(filter));
    const end = readId("before", before?.configurable.checkpoint_id);
    const all = (await reading(this.saver.history(threadId, null, null))).map((each) => readCheckpoint(each, threadId));
    const last = end === null ? Number.POSITIVE_INFINITY : (all.find(({ id }) => id === end)?.seq ?? -1); // STA-003
    const shown = all.filter((each) => {
      const isNamed = request.checkpointId === null || each.id === request.checkpointId; // STA-005
      return isNamed && each.seq < last && wanted.every(([name, value]) => has(shownMetadata(each), name, value));
    });
    for (const { id } of shown.slice(0, limit)) {
      const loaded = await this.#load(threadId, id);
      if (loaded) {
        yield await this.#snapshot(loaded, async (wanted) => all.find((each) => each.id === wanted));
      }
    }
  }

  async update(request: Request, steps: readonly (readonly StateUpdate[])[]): Promise<CheckpointConfig> {
    const threadId = threadOf(request);
    const values = steps.map((step) => this.#step(step));
    if (values.length === 0) {
      throw invalidOption("a bulk update", "of at least one step");
    }
    const { head, seq, expectedHead } = await this.#end(threadId, request.takeOver);
    let parentId = (await chosen(this.saver, threadId, request.checkpointId, head))?.id ?? null;
    const runId = request.runId ?? crypto.randomUUID();
    const checkpoints = values.map((value, index): CheckpointClosing => {
      const made = updateOf(this.entrypoint, value, request, runId, {
        threadId,
        seq: seq + index,
        parentId,
        previousId: null,
      });
      parentId = made.id;
      return made;
    });
    const checkpoint = checkpoints.pop() as CheckpointClosing;
    await this.#begin(checkpoint, expectedHead, [], checkpoints, request.takeOver);
    return { configurable: { thread_id: threadId, checkpoint_id: checkpoint.id } };
  }

  /** STA-010, STA-013. */
  #step(step: readonly StateUpdate[]): Tree {
    const [update, another] = step;
    if (!update || another) {
      throw invalidOption("a step", "exactly one update");
    }
    if (update.asNode !== undefined && update.asNode !== null && update.asNode !== this.entrypoint.name) {
      throw invalidOption("asNode", "the entrypoint itself, or left out");
    }
    return this.forms.saved.write(update.values);
  }

  async fork(request: Request, { before, to }: ForkOptions): Promise<CheckpointConfig> {
    const threadId = threadOf(request);
    const target = readId("to", to) ?? threadId;
    const run = await this.#run(threadId, request.checkpointId);
    refuseForeign(run.checkpoint, this.entrypoint);
    const entries =
      before === undefined
        ? run.entries.filter(({ kind }) => kind !== "run.completed")
        : entriesBefore(run.entries, before);
    if (!entries || typeof (before ?? "") !== "string") {
      throw invalidOption("before", "a path or an interrupt of the run, as its state shows them"); // STA-033
    }
    const { seq, expectedHead } = await this.#end(target, request.takeOver);
    if (to !== undefined && expectedHead !== null) {
      throw new UsageError("usage.config_invalid", "the thread to which the fork is to go exists", "Choose a new id."); // STA-038
    }
    const old = run.checkpoint as CheckpointBeginning;
    const leading = to === undefined ? [] : await this.#saved(old, request, target);
    const parent = to === undefined ? { parentId: old.id, previousId: old.previous_id } : idsOf(leading[0]?.id ?? null);
    const checkpoint = forkOf(old, request, { threadId: target, seq: seq + leading.length, ...parent });
    await this.#begin(checkpoint, expectedHead, entries, leading, request.takeOver);
    return { configurable: { thread_id: target, checkpoint_id: checkpoint.id } };
  }

  /** What a fork takes along into another thread: what its run saw as previous. */
  async #saved(old: CheckpointBeginning, request: Request, threadId: string): Promise<CheckpointClosing[]> {
    const previous = await loadPrevious(this.saver, old.thread_id, old.previous_id, null);
    if (!previous) {
      return [];
    }
    const spot = { threadId, seq: 0, parentId: null, previousId: null };
    return [updateOf(previous.entrypoint, savedIn(previous), request, crypto.randomUUID(), spot)];
  }

  /** STA-036. */
  async #run(threadId: string, checkpointId: string | null): Promise<Loaded> {
    const run = await findRun(this.saver, threadId, checkpointId);
    if (!run) {
      throw nothingToResume();
    }
    return run;
  }

  async #load(threadId: string, checkpointId: string | null): Promise<Loaded | null> {
    return await loadChecked(this.saver, threadId, checkpointId);
  }

  async #end(
    threadId: string,
    takeOver: boolean,
  ): Promise<{ head: Checkpoint | null; seq: number; expectedHead: string | null }> {
    const found = await reading(this.saver.head(threadId));
    const head = found && readCheckpoint(found.checkpoint, threadId);
    refuseHeld(found?.holder ?? null, takeOver);
    return { head, seq: head ? head.seq + 1 : 0, expectedHead: head?.id ?? null };
  }

  async #begin(
    checkpoint: Checkpoint,
    expectedHead: string | null,
    entries: readonly Entry[],
    leading: readonly Checkpoint[],
    takeOver: boolean,
  ): Promise<void> {
    const before = leading.length > 0 ? { leading } : {};
    await makeSure(
      () => this.saver.begin({ checkpoint, expectedHead, entries, holder: null, takeOver, ...before }),
      () => isBegun(this.saver, checkpoint, expectedHead),
    );
  }
}

function idsOf(id: string | null): { parentId: string | null; previousId: string | null } {
  return { parentId: id, previousId: id };
}

function updateOf(
  { name, version }: EntrypointName,
  value: Tree,
  { metadata }: Request,
  run_id: string,
  { threadId, seq, parentId }: Spot,
): CheckpointClosing {
  return {
    kind: "checkpoint",
    format: "1.0",
    thread_id: threadId,
    seq,
    id: crypto.randomUUID(),
    parent_id: parentId,
    source: "update",
    created_at: now(),
    run_id,
    entrypoint: { name, version },
    metadata,
    value,
  };
}

/** STA-002. */
function has(metadata: { readonly [name: string]: Tree }, name: string, value: Tree): boolean {
  return Object.hasOwn(metadata, name) && canonicalText(metadata[name] as Tree) === canonicalText(value);
}
