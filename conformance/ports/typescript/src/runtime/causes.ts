// The failures that a scope was shown, and which of them an error that leaves it comes from (RPL-041).

import { reached } from "../core/failures.js";
import type { EntryTaskFailed } from "../generated/types.js";
import type { Call } from "./call.js";

interface Failure {
  readonly call: Call;
  readonly entry: EntryTaskFailed;
  /** How many calls and questions the scope had made when it was delivered. */
  readonly after: number;
  /** Whether the scope's code was over when it was delivered: whoever waited for it, as `Promise.all` does, is gone. */
  readonly isLate: boolean;
  /** The errors that it was delivered as, a fresh one to each who asked. */
  readonly objects: Set<unknown>;
}

export class Failures {
  readonly #all: Failure[] = [];
  readonly #byCall = new Map<Call, Failure>();

  add(call: Call, entry: EntryTaskFailed, after: number, isLate: boolean): void {
    const failure = { call, entry, after, isLate, objects: new Set() };
    this.#all.push(failure);
    this.#byCall.set(call, failure);
  }

  delivered(call: Call, error: unknown): void {
    this.#byCall.get(call)?.objects.add(error);
  }

  /** ERR-025: a failure that nobody looked at. */
  unobserved(): Failure | undefined {
    return this.#all.find(({ call }) => !call.isObserved);
  }

  /** The paths of the calls that an error comes from: it reaches them, or nothing was called since they failed. */
  causes(error: unknown, count: number): string[] {
    const reach = reached(error);
    let found = this.#all.filter(({ objects }) => [...objects].some((each) => reach.has(each)));
    if (found.length === 0) {
      found = this.#all.filter(({ after }) => after === count);
    }
    const all = new Set([...found, ...this.#all.filter(({ call, isLate }) => isLate || !call.isObserved)]);
    return [...all].sort((left, right) => left.entry.seq - right.entry.seq).map(({ call }) => call.path);
  }
}
