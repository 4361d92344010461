// Signals that cancel calls. Each is listened to once, however many calls it has, and no longer than it has one: it may
// outlive the run, and a platform warns of signals with many listeners.

import type { Call } from "./call.js";

export class Cancelling {
  readonly #calls = new Map<AbortSignal, Set<Call>>();

  /** Cancel a call when the signal says so, at once where it has. */
  watch(call: Call, signal: AbortSignal): void {
    if (signal.aborted) {
      call.cancel(signal.reason);
      return;
    }
    const calls = this.#calls.get(signal) ?? this.#listen(signal);
    calls.add(call);
    call.onArrival(() => {
      calls.delete(call);
      if (calls.size === 0) {
        this.#calls.delete(signal);
        signal.removeEventListener("abort", this.#aborted);
      }
    });
  }

  #listen(signal: AbortSignal): Set<Call> {
    const calls = new Set<Call>();
    this.#calls.set(signal, calls);
    signal.addEventListener("abort", this.#aborted, { once: true });
    return calls;
  }

  readonly #aborted = ({ target }: Event): void => {
    const signal = target as AbortSignal;
    for (const call of this.#calls.get(signal) ?? []) {
      call.cancel(signal.reason);
    }
  };
}
