// What a caller gets of a run that waits for answers.

import type { Interrupt } from "../core/state.js";

/** What a run gives that waits for answers. */
export interface Interrupted {
  readonly __interrupt__: readonly Interrupt[];
}

/** Data can have any shape, so what the library made is known by the object and not by its members (SEC-005). */
const MADE = new WeakSet<object>();

export function interrupted(questions: readonly Interrupt[]): Interrupted {
  const result = { __interrupt__: questions };
  MADE.add(result);
  return result;
}

/** Whether what `invoke` returned says that the run waits for answers. */
export function isInterrupted(result: unknown): result is Interrupted {
  return typeof result === "object" && result !== null && MADE.has(result);
}
