// What code can ask its run for (chapter 21), and the one thing that it can ask a person (chapter 8).

import { idempotencyKey } from "../codec/digest.js";
import type { RunnableConfig } from "./config.js";
import { UsageError } from "../errors.js";
import type { BaseStore } from "../stores/store.js";
import { refuseUnknown } from "./definition.js";
import type { JsonSchema } from "./responses.js";
import { currentScope } from "./scope.js";
import { savedIn } from "./opening.js";

/** Where the code runs. */
export interface ExecutionInfo {
  /** Null where nobody keeps the run. */
  readonly threadId: string | null;
  readonly checkpointId: string | null;
  readonly runId: string;
  /** Which attempt of the run this is, from 1. */
  readonly runAttempt: number;
  /** The path of the call that is executed; empty in the entrypoint's own code. */
  readonly path: string;
  /** How often the call was begun in this attempt, from 1; null in the entrypoint's own code. */
  readonly attempt: number | null;
  /** Whether the code is shown what an earlier attempt recorded; for logs and metrics, never for decisions. */
  readonly isReplaying: boolean;
  /** The same on every execution of the call; null in the entrypoint's own code. */
  readonly idempotencyKey: string | null;
}

export interface InterruptOptions {
  /**
   * What the answer must look like, as its document: a command with one that does not is refused, and the question
   * stays open (INT-031). It needs the package ajv.
   */
  readonly responseSchema?: JsonSchema | undefined;
}

/**
 * Ask somebody outside of the run. The run ends here, and goes on with the answer, when there is one.
 *
 * @example if (!interrupt({ refund: amount })) return "refused";
 */
export function interrupt<A = unknown>(value: unknown, options: InterruptOptions = {}): A {
  refuseUnknown(options, ["responseSchema"]);
  return currentScope("an interrupt").ask(value, options.responseSchema) as A;
}

/** The config of the run, as its caller gave it. */
export function getConfig(): RunnableConfig {
  return currentScope("getConfig").surroundings.config;
}

/** What the caller of this attempt gave as its context; null where it gave none. Nothing of it is stored (CTX-006). */
export function getContext<T = unknown>(): T | null {
  return (currentScope("getContext").surroundings.context ?? null) as T | null;
}

/**
 * What the thread saved last before the run began; `fallback`, or null, where it saved nothing (RUN-018, RUN-019), and
 * in an entrypoint that is called in a run, which has no thread (CMP-007).
 */
export function getPreviousState<T>(fallback: T): T;
export function getPreviousState<T = unknown>(): T | null;
export function getPreviousState(fallback: unknown = null): unknown {
  const scope = currentScope("getPreviousState");
  const { previous, forms } = scope.attempt.work;
  if (previous === null || scope.namespace.length > 0) {
    return fallback;
  }
  return scope.read(forms.saved, savedIn(previous), previous.entrypoint.version);
}

/** Where the code runs, and the idempotency key of the call (RPL-033). */
export function getExecutionInfo(): ExecutionInfo {
  const { attempt, path, call, isReplaying } = currentScope("getExecutionInfo");
  const { checkpoint, saver } = attempt.work;
  return {
    threadId: saver && checkpoint.thread_id,
    checkpointId: saver && checkpoint.id,
    runId: checkpoint.run_id,
    runAttempt: attempt.journal.attempt,
    path,
    attempt: call?.executions ?? null,
    isReplaying,
    idempotencyKey: call && idempotencyKey(checkpoint.thread_id, checkpoint.id, path),
  };
}

/** What writes to whoever streams the run in the mode `custom`; it does nothing where nobody does (STM-018). */
export function getWriter(): (value: unknown) => void {
  const scope = currentScope("getWriter");
  const { attempt, namespace } = scope;
  return (value) => {
    scope.progress();
    attempt.stream?.wrote(value, namespace);
  };
}

/** The long-term memory of the entrypoint (MEM-040): each operation is done when it is called, and recorded nowhere. */
export function getStore(): BaseStore {
  const { store } = currentScope("getStore").surroundings;
  if (!store) {
    throw new UsageError("usage.no_store", "the entrypoint has no store", "Give it one.");
  }
  return store;
}

/** Tell that there is progress, for the timeouts of what this happens inside of (POL-025). */
export function heartbeat(): void {
  currentScope("heartbeat").progress(true);
}

/** The key by which the other side can tell that a call is made again. */
export function getIdempotencyKey(): string | null {
  return getExecutionInfo().idempotencyKey;
}
