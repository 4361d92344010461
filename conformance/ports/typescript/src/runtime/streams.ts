// What a stream shows of a run (chapter 15): told of each moment, it makes the events of the modes that were asked for.

import { fromTree, toTree } from "../codec/value.js";
import type { Tree } from "../codec/text.js";
import { deliver } from "../core/failures.js";
import type { Outcome } from "../core/journal.js";
import { address, type Interrupt, shownMetadata, stepOf } from "../core/state.js";
import { invalidOption, TaskpointError } from "../errors.js";
import type { Checkpoint, CheckpointClosing, ErrorDocument } from "../generated/types.js";
import type { Call } from "./call.js";
import { interrupted } from "./interrupted.js";
import { now } from "./writer.js";

/** What a stream can show. */
export const STREAM_MODES = ["values", "updates", "custom", "tasks", "checkpoints", "debug"] as const;
/** One of `STREAM_MODES`. */
export type StreamMode = (typeof STREAM_MODES)[number];

/** STM-011. */
export function readModes(given: unknown): StreamMode[] {
  const modes = Array.isArray(given) ? given : [given];
  if (!modes.every((mode) => STREAM_MODES.includes(mode))) {
    throw invalidOption("streamMode", `one or several of ${STREAM_MODES.join(", ")}`);
  }
  return modes;
}

/** An event: its mode, the namespace that it comes from, and what it shows. */
export type StreamEvent = readonly [namespace: readonly string[], mode: StreamMode, data: unknown];

/** What a call was given, copied when it is executed (STM-008): what is no value is shown as null. */
function copied(value: unknown): unknown {
  try {
    return fromTree(toTree(value));
  } catch (error) {
    if (error instanceof TaskpointError) {
      return null;
    }
    throw error;
  }
}

export class StreamView {
  readonly #begun: Call[] = [];

  constructor(
    private readonly modes: ReadonlySet<StreamMode>,
    private readonly isNested: boolean,
    private readonly emit: (event: StreamEvent) => void,
  ) {}

  wants(mode: StreamMode): boolean {
    return this.modes.has(mode);
  }

  /** STM-006. */
  #show(mode: StreamMode, data: unknown, namespace: readonly string[] = []): void {
    if (this.wants(mode) && (namespace.length === 0 || this.isNested)) {
      this.emit([namespace, mode, data]);
    }
  }

  #task(checkpoint: Checkpoint, data: object, namespace?: readonly string[]): void {
    const debug = {
      step: checkpoint.seq,
      timestamp: now(),
      type: "input" in data ? "task" : "task_result",
      payload: data,
    };
    this.#show("tasks", data, namespace);
    this.#show("debug", debug, namespace);
  }

  #checkpoint(checkpoint: Checkpoint, values: unknown, interrupts: readonly Interrupt[]): void {
    const { thread_id, id, parent_id, entrypoint } = checkpoint;
    const isOpen = "input" in checkpoint;
    const data = {
      config: address(thread_id, id),
      parentConfig: parent_id === null ? null : address(thread_id, parent_id),
      values,
      metadata: fromTree(shownMetadata(checkpoint)),
      next: isOpen ? [entrypoint.name] : [],
      tasks: isOpen ? [{ id, name: entrypoint.name, interrupts }] : [],
    };
    this.#show("checkpoints", data);
    this.#show("debug", { step: stepOf(checkpoint), timestamp: now(), type: "checkpoint", payload: data });
  }

  /** An attempt begins; `made` tells that it made its checkpoint. */
  begins(checkpoint: Checkpoint, values: Tree, made: boolean): void {
    if (made) {
      this.#checkpoint(checkpoint, fromTree(values), []);
    }
    const input = "input" in checkpoint ? fromTree(checkpoint.input) : null;
    this.#task(checkpoint, { ...own(checkpoint), input, triggers: ["__start__"] });
  }

  /** A call is executed for the first time in this attempt. */
  callBegins(call: Call): void {
    this.#begun.push(call);
    const [args, named] = call.bound.shown;
    const input = [
      args.map(copied),
      Object.fromEntries(Object.entries(named).map(([name, each]) => [name, copied(each)])),
    ];
    this.#task(
      call.scope.attempt.work.checkpoint,
      { ...of(call), input, triggers: ["__pregel_push"] },
      call.scope.namespace,
    );
  }

  wrote(value: unknown, namespace: readonly string[]): void {
    if (this.wants("custom")) {
      this.#show("custom", fromTree(toTree(value)), namespace);
    }
  }

  /** A call has an outcome, and it may be seen (STM-002). */
  callEnded(call: Call, outcome: Outcome): void {
    const { namespace, attempt } = call.scope;
    const ended = { ...of(call), error: null as Error | null, result: {}, interrupts: [] };
    if (outcome.kind === "task.completed") {
      const value = () => call.callee.form.read(outcome.value as Tree, outcome.version ?? null);
      this.#show("updates", { [outcome.name]: value() }, namespace);
      const cached = outcome.attempts === 0 ? { cached: true } : {};
      this.#task(attempt.work.checkpoint, { ...ended, result: { __return__: value() }, ...cached }, namespace);
    } else if (outcome.kind === "task.failed") {
      this.#task(attempt.work.checkpoint, { ...ended, error: deliver(outcome.error, call.callee.raises) }, namespace);
    } else {
      this.#task(attempt.work.checkpoint, { ...ended, cancelled: true }, namespace);
    }
  }

  interrupted(checkpoint: Checkpoint, asked: readonly Interrupt[]): void {
    this.#show("updates", interrupted(asked));
    for (const call of this.#begun.filter(({ isSuspended, wasSuspended }) => isSuspended || wasSuspended)) {
      const interrupts = asked.filter(({ id }) => id.startsWith(`${call.path}!`));
      if (interrupts.length > 0) {
        this.#task(checkpoint, { ...of(call), error: null, result: {}, interrupts }, call.scope.namespace);
      }
    }
    this.#task(checkpoint, { ...own(checkpoint), error: null, result: {}, interrupts: asked });
    this.#show("values", interrupted(asked));
  }

  completed(checkpoint: Checkpoint, closing: CheckpointClosing, isKept: boolean, value: () => unknown): void {
    this.#show("updates", { [checkpoint.entrypoint.name]: value() });
    this.#task(checkpoint, { ...own(checkpoint), error: null, result: { __end__: value() }, interrupts: [] });
    this.#show("values", value());
    if (isKept) {
      this.#checkpoint(closing, value(), []);
    }
  }

  /** A run that was to begin once was over before (RUN-044). */
  found({ entrypoint }: Checkpoint, value: () => unknown): void {
    this.#show("updates", { [entrypoint.name]: value() });
    this.#show("values", value());
  }

  failed(checkpoint: Checkpoint, error: ErrorDocument): void {
    this.#task(checkpoint, { ...own(checkpoint), error: deliver(error, new Map()), result: {}, interrupts: [] });
  }
}

function own({ id, entrypoint }: Checkpoint): { id: string; name: string; path: string } {
  return { id, name: entrypoint.name, path: "" };
}

function of({ path, callee, scope }: Call): { id: string; name: string; path: string } {
  return { id: `${scope.attempt.work.checkpoint.id}:${path}`, name: callee.name, path };
}
