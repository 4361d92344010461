// What a call of a task returns: a promise that knows whether somebody waits for it.

import { invalidOption } from "../errors.js";
import type { Call } from "./call.js";

const CALLS = new WeakMap<Promise<unknown>, Call>();

/**
 * An ordinary promise, but that asking it for its outcome is noticed: a failure that nobody looks at fails its scope
 * (ERR-025), a cancellation that nobody looks at is not recorded (CON-010), and a task that waits takes no slot.
 */
export class CallPromise<T> extends Promise<T> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const call = CALLS.get(this);
    call?.observe();
    if (!call) {
      return super.then(onValue, onError);
    }
    const fresh = (reason: unknown): B | PromiseLike<B> => {
      const error = call.anew(reason); // ERR-007
      if (onError) {
        return onError(error);
      }
      throw error;
    };
    return super.then(onValue, fresh);
  }
}

/** Make the promise of a call, with its two ends. */
export function promiseOf<T>(call: Call): {
  promise: CallPromise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new CallPromise<T>((onValue, onError) => {
    resolve = onValue as (value: T) => void;
    reject = onError;
  });
  Promise.prototype.then.call(promise, undefined, () => undefined); // nobody has to wait: its scope takes care
  CALLS.set(promise, call);
  return { promise, resolve, reject };
}

/** The call behind a promise that a task returned. */
function callOf(promise: unknown): Call | undefined {
  return promise instanceof Promise ? CALLS.get(promise) : undefined;
}

/** Whether the outcome of a call was delivered (CON-012). Asking observes nothing. */
export function isDelivered(promise: Promise<unknown>): boolean {
  return callOf(promise)?.isDelivered ?? false;
}

/**
 * Wait for the first of several calls, by the order of delivery, which a replay repeats (CON-011). Unlike
 * `Promise.race` it tells which one it was, looks at no other one, and knows which of two was earlier.
 *
 * @example const { index, value } = await first([fetch(a), fetch(b)]);
 */
export async function first<T>(promises: readonly Promise<T>[]): Promise<{ index: number; value: T }> {
  if (promises.length === 0) {
    throw invalidOption("first", "called with at least one promise: of none there is no first");
  }
  const calls = promises.map(callOf);
  const place = await new Promise<number>((won, lost) => {
    let best: Call | undefined;
    for (const [index, call] of calls.entries()) {
      if (!call) {
        (promises[index] as Promise<T>).then(() => won(index), lost);
      } else if (call.isDelivered) {
        best = best && best.deliveredAt < call.deliveredAt ? best : call;
      } else {
        call.onDelivery(() => won(index));
      }
    }
    if (best) {
      won(calls.indexOf(best));
    }
  });
  return { index: place, value: await (promises[place] as Promise<T>) };
}
