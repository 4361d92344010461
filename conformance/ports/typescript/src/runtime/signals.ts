// What is thrown to end a scope without being an error. None of these is an `Error`, so that `catch` blocks that ask
// `error instanceof Error` let them pass (INT-011).

/** A question has no answer yet: the scope is suspended, and the run ends as interrupted. */
export class Suspension {
  readonly message = "the run waits for an answer; do not catch this";
}

/** The attempt is over: it was stopped by its caller (RUN-020, STP-001), or cannot write its journal any more. */
export class StopRun {
  readonly message = "the run was stopped";
  constructor(readonly cause?: unknown) {}
}

export function isSignal(thrown: unknown): boolean {
  return thrown instanceof Suspension || thrown instanceof StopRun;
}
