// What a watcher is told (chapter 23): no event has an input, a value, an answer or the text of an error (WCH-010).

/** Which attempt of which run something happens in. */
export interface RunInfo {
  readonly entrypoint: string;
  /** The thread and its checkpoint, null where nothing is kept. */
  readonly threadId: string | null;
  readonly checkpointId: string | null;
  /** The same in all attempts of the run. */
  readonly runId: string;
  /** The number of the attempt, from 1, and its id, as journal entries have it. */
  readonly attempt: number;
  readonly attemptId: string;
  readonly runName: string | null;
  readonly tags: readonly string[];
}

/** What something failed with: for an error of the library both are its code. */
export interface Failure {
  /** The name of the error's class. */
  readonly type: string;
  readonly code: string | null;
}

interface Told<T extends string> {
  readonly type: T;
  readonly run: RunInfo;
  /** When, in RFC 3339 and UTC. */
  readonly at: string;
  /** The path of the innermost entrypoint that was called inside the run and that this is a part of, as its segments. */
  readonly ns: readonly string[];
}

interface OfCall<T extends string> extends Told<T> {
  readonly path: string;
  /** The name of the task, or of the entrypoint that is called. */
  readonly name: string;
  readonly kind: "task" | "entrypoint";
}

/** An attempt of a run has begun, and that is recorded; none of its code has run. */
export interface RunBegan extends Told<"RunBegan"> {
  /** The attempt that this one goes on after, null where it is the run's first. */
  readonly previousAttemptId: string | null;
}

/** The function of a call is about to be executed; that of a replayed call is not. */
export interface CallBegan extends OfCall<"CallBegan"> {
  /** How often it is executed in this attempt of the run, with this one. */
  readonly attempt: number;
}

/** The code has made a call whose outcome is recorded: it is not executed. */
export interface CallReplayed extends OfCall<"CallReplayed"> {
  readonly outcome: "completed" | "failed" | "cancelled";
}

/** An execution of a call has failed, and after a while it is executed again. */
export interface CallRetried extends OfCall<"CallRetried"> {
  /** Which execution it was, from 1. */
  readonly attempt: number;
  readonly failure: Failure;
  /** For how many milliseconds it waits. */
  readonly delay: number;
}

/** A call has an outcome that the code may see. */
export interface CallEnded extends OfCall<"CallEnded"> {
  readonly outcome: "completed" | "failed" | "cancelled";
  /** How often it was executed in this attempt of the run. */
  readonly attempts: number;
  /** Whether its result comes from a cache. */
  readonly cached: boolean;
  readonly failure: Failure | null;
  /** The milliseconds from the beginning of its first execution, with the waits between. */
  readonly duration: number;
}

/** An attempt of a run has ended, and that is recorded, unless another has overtaken it or its saver failed. */
export interface RunEnded extends Told<"RunEnded"> {
  readonly outcome: "completed" | "interrupted" | "failed" | "stopped";
  readonly failure: Failure | null;
  /** How many questions wait for an answer. */
  readonly interrupts: number;
  /** The milliseconds from the beginning of this attempt. */
  readonly duration: number;
  /** The milliseconds until another attempt follows because of a policy, null where none does. */
  readonly delay: number | null;
}

/** What a watcher is told. */
export type WatchEvent = RunBegan | CallBegan | CallReplayed | CallRetried | CallEnded | RunEnded;
