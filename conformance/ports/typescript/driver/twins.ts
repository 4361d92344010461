// Workflows that were written by hand, each in the place of the same program.

import type { Entrypoint } from "../src/index.js";
import { TWINS } from "../twins/index.js";
import { Broken } from "./expressions.js";
import { type Effect, type Given, Program } from "./program.js";

/** The twins, as a hello lists them. */
export function list(): object[] {
  return [...TWINS].map(([name, { fixture }]) => ({ name, fixture, mode: "async" }));
}

/** One twin for one request; of a program it has what the runner's world needs. */
export class TwinProgram extends Program {
  constructor(
    private readonly name: string,
    effect: Effect,
  ) {
    super({}, effect);
    this.isEntered = true;
  }

  override entrypoint(given: Given): Entrypoint<unknown, unknown> {
    const found = TWINS.get(this.name);
    if (!found) {
      throw new Broken(`there is no twin ${this.name}`);
    }
    const effect = async (name: string, args: readonly unknown[] = [], raises?: new (message: string) => Error) => {
      if (raises) {
        this.knowClass(raises);
      }
      return (await this.perform(name, args)) as never;
    };
    return found.twin(effect, this.options(given)) as Entrypoint<unknown, unknown>;
  }
}
