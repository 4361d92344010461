// What a twin is: a workflow written by hand, which has to leave the journal of the same program in the suite's language.

import type { Entrypoint, EntrypointOptions } from "../src/index.js";

/** Does something in the runner's world; `raises` is the class of its errors. */
export type Effect = <T>(
  name: string,
  args?: readonly unknown[],
  raises?: new (message: string) => Error,
) => Promise<T>;

/** Makes the entrypoint `main`, with what a fixture gives it. */
export type Twin = (effect: Effect, given: EntrypointOptions) => Entrypoint<never, unknown>;
