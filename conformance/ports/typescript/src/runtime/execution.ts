// How a call comes to its outcome: from the cache, or by executions, as its policies say (chapter 14).

import type { Tree } from "../codec/text.js";
import { toTree } from "../codec/value.js";
import { TaskTimeoutError } from "../errors.js";
import { CachedResult, placeOf } from "./caching.js";
import type { Call } from "./call.js";
import { nextWait, pause, type TimeoutPolicy, watchTime } from "./policies.js";
import { type End, Scope } from "./scope.js";

/** What a call came to: an end whose value is written down. */
export type Came = Exclude<End, { kind: "returned" }> | { readonly kind: "returned"; readonly tree: Tree };

const DROPPED: Came = { kind: "dropped" };

export async function carryOut(call: Call): Promise<Came> {
  try {
    const cached = placeInCache(call);
    return cached ? await throughCache(call, cached) : await throughPolicies(call);
  } catch (error) {
    return { kind: "raised", error, causes: [] }; // what a key function threw
  }
}

/** Its place in the cache of the run, if it has one. */
function placeInCache({ callee, scope, bound }: Call): CachedResult | undefined {
  const { cache } = scope.attempt.work;
  if (!callee.policies.cache || !cache) {
    return undefined;
  }
  const place = placeOf("tasks", callee.name, callee.form.version);
  const input = Object.keys(bound.named).length > 0 ? [...bound.positional, bound.named] : bound.positional;
  return CachedResult.of(cache, callee.policies.cache, place, bound.args, () => toTree(input));
}

/** POL-040. */
async function throughCache(call: Call, cached: CachedResult): Promise<Came> {
  const { form } = call.callee;
  const isNew = !call.wasRecorded && !call.scope.attempt.journal.knowsInside(call.path);
  const kept = isNew ? await cached.get((tree) => form.read(tree, form.version)) : undefined;
  if (kept) {
    return call.isUnwanted ? DROPPED : { kind: "returned", tree: kept.tree };
  }
  const came = await throughPolicies(call);
  if (came.kind === "returned") {
    await cached.set(came.tree);
  }
  return came;
}

/** Execute it as often as its policies say. */
async function throughPolicies(call: Call): Promise<Came> {
  const { slots, callee, scope } = call;
  const { attempt } = scope;
  for (;;) {
    await slots?.acquire();
    if (call.isUnwanted) {
      slots?.release();
      return DROPPED;
    }
    const end = await once(call);
    if (end.kind !== "raised") {
      return written(call, end);
    }
    let wait: number | undefined;
    try {
      wait = nextWait(callee.policies, end.error, call.executions);
    } catch (error) {
      return { ...end, error }; // the policy's own function failed: that is what the call comes to
    }
    if (wait === undefined) {
      return end;
    }
    if (call.isUnwanted) {
      return DROPPED; // POL-009: it has no outcome before its last execution
    }
    attempt.telling?.callRetried(call, end.error, wait);
    attempt.journal.makeVoid(attempt.journal.closure(end.causes)); // POL-005
    await pause(wait, attempt.ending);
  }
}

/** One execution; where it takes too long it is given up, and goes on unheard (POL-020, POL-023). */
async function once(call: Call): Promise<End> {
  const { scope, path, callee, bound } = call;
  call.begins();
  const inner = new Scope(scope.attempt, path, call);
  const run = inner.run(() => callee.fn(...(bound.args as never[]))).finally(() => inner.leaveSlot());
  const { timeout } = callee.policies;
  return timeout ? await inTime(inner, timeout, run) : await run;
}

async function inTime(inner: Scope, timeout: TimeoutPolicy, run: Promise<End>): Promise<End> {
  inner.isHeartbeatOnly = timeout.refreshOn === "heartbeat";
  let endWatch = (): void => undefined;
  const expired = new Promise<End>((resolve) => {
    endWatch = watchTime(
      timeout,
      () => inner.lastProgress,
      () => inner.isAsking,
      () => {
        inner.giveUp();
        inner.attempt.awaitAtTheEnd(run);
        const error = new TaskTimeoutError(
          "task.timeout",
          `the call at ${inner.path} took longer than its policy allows`,
        );
        resolve({ kind: "raised", error, causes: [] });
      },
    );
  });
  const end = await Promise.race([run, expired]);
  endWatch();
  return end;
}

/** ERR-022, TYP-002: a result that cannot be written down fails the call. */
function written({ callee }: Call, end: End): Came {
  return end.kind === "returned" ? { kind: "returned", tree: callee.form.write(end.value) } : end;
}
