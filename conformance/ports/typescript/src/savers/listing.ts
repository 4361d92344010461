// What a saver tells of all its threads: which there are, and how each stands (STO-023).

import { isId } from "../core/labels.js";
import { invalidOption } from "../errors.js";

/** How a thread stands: `idle` where there is no unfinished run, `open` where nobody works on it and no end is recorded. */
export type ThreadStatus = "idle" | "running" | "interrupted" | "failed" | "stopped" | "open";

/** A thread in a list of threads. */
export interface ThreadSummary {
  readonly threadId: string;
  /** The name of the entrypoint whose run, or whose update, was the last. */
  readonly entrypoint: string;
  readonly status: ThreadStatus;
  /** When something was recorded last. */
  readonly updatedAt: string;
}

/** What narrows a list of threads down. */
export interface ThreadsOptions {
  /** Leave out threads without an unfinished run. */
  readonly unfinished?: boolean;
  /** Only threads whose ids come after this one: with `limit`, a page at a time. */
  readonly after?: string;
  readonly limit?: number;
}

const ENDS: { readonly [kind: string]: ThreadStatus } = {
  "run.completed": "idle",
  "run.interrupted": "interrupted",
  "run.failed": "failed",
  "run.stopped": "stopped",
};

/** How a thread with an unfinished run, or a finished one, stands by the last entry of its head. */
export function statusOf(isRun: boolean, kind: string | null, isHeld: boolean): ThreadStatus {
  const end = ENDS[kind ?? ""] ?? "open";
  if (!isRun || end === "idle") {
    return "idle";
  }
  return isHeld ? "running" : end;
}

export function checkPage({ after, limit }: ThreadsOptions): void {
  if (after !== undefined && !isId(after)) {
    throw invalidOption("after", "the id of a thread");
  }
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
    throw invalidOption("limit", "a count");
  }
}
