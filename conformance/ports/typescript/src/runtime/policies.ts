// Policies (chapter 14). What a program writes is in milliseconds; what a definition shows is in seconds.

import type { ErrorClass } from "../core/failures.js";
import { typeOf } from "../core/failures.js";
import { invalidOption, TaskError, TaskpointError } from "../errors.js";
import type {
  CachePolicy as CacheDocument,
  RetryPolicy as RetryDocument,
  TimeoutPolicy as TimeoutDocument,
} from "../generated/types.js";
import { cacheDocument, type CachePolicy, readCachePolicy } from "./caching.js";

/** How often, and when, something that failed is executed again. Times are in milliseconds. */
export interface RetryPolicy {
  /** The wait after the first failure; 500 where left out. */
  readonly initialInterval?: number;
  /** What each wait is multiplied with; 2 where left out. */
  readonly backoffFactor?: number;
  /** The longest wait, before the jitter; 128000 where left out. */
  readonly maxInterval?: number;
  /** How many executions there are at most, the first one included; 3 where left out. */
  readonly maxAttempts?: number;
  /** Whether a random part is added to a wait; true where left out. */
  readonly jitter?: boolean;
  /** Which errors: a function, or classes. */
  readonly retryOn?: ((error: unknown) => boolean) | readonly ErrorClass[];
}

/** How long one execution may take, in milliseconds. */
export interface TimeoutPolicy {
  readonly runTimeout?: number;
  /** How long it may go without progress. */
  readonly idleTimeout?: number;
  /** What counts as progress: all that it does with the library, or its heartbeats only. */
  readonly refreshOn?: "auto" | "heartbeat";
}

/** The options of tasks, calls and entrypoints that are policies. */
export interface PolicyOptions {
  readonly retry?: RetryPolicy | readonly RetryPolicy[];
  readonly timeout?: number | TimeoutPolicy;
  /** Has an effect where the run has a cache. */
  readonly cachePolicy?: CachePolicy;
}

type Retry = Required<Omit<RetryPolicy, "retryOn">> & Pick<RetryPolicy, "retryOn">;

/** The policies of a call or a run, checked. */
export interface Policies {
  readonly retry: readonly Retry[];
  readonly timeout: TimeoutPolicy | undefined;
  readonly cache: CachePolicy | undefined;
}

export const NO_POLICIES: Policies = { retry: [], timeout: undefined, cache: undefined };
/** The options that are policies. */
export const POLICY_OPTIONS = ["retry", "timeout", "cachePolicy"] as const;

const DEFAULTS = { initialInterval: 500, backoffFactor: 2, maxInterval: 128_000, maxAttempts: 3, jitter: true };
/** What a timer of the host can hold; it fires a longer one at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;
const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** POL-015. */
export function readPolicies({ retry, timeout, cachePolicy }: PolicyOptions): Policies {
  const given = retry === undefined ? [] : [retry].flat();
  return {
    retry: given.map(readRetry),
    timeout: timeout === undefined ? undefined : readTimeout(timeout),
    cache: cachePolicy === undefined ? undefined : readCachePolicy(cachePolicy),
  };
}

/** POL-016: the policies of one call, each in place of the definition's. */
export function policiesOfCall(own: Policies, options: PolicyOptions): Policies {
  const { retry, timeout, cache } = readPolicies(options);
  return {
    retry: options.retry === undefined ? own.retry : retry,
    timeout: timeout ?? own.timeout,
    cache: cache ?? own.cache,
  };
}

function readRetry(given: unknown): Retry {
  if (typeof given !== "object" || given === null) {
    throw invalidOption("retry", "one or several policies");
  }
  const unknown = Object.keys(given).find((name) => name !== "retryOn" && !Object.hasOwn(DEFAULTS, name));
  if (unknown !== undefined) {
    throw invalidOption("retry", `without the member ${unknown}, which nobody knows`);
  }
  const policy: Retry = { ...DEFAULTS, ...given };
  const { initialInterval, backoffFactor, maxInterval, maxAttempts, jitter, retryOn } = policy;
  const isCovering =
    retryOn === undefined || typeof retryOn === "function" || (Array.isArray(retryOn) && retryOn.length > 0);
  const areIntervals = [initialInterval, maxInterval].every((each) => isNumber(each) && each >= 0);
  if (!areIntervals || !(isNumber(backoffFactor) && backoffFactor >= 1)) {
    throw invalidOption("retry", "of intervals that are not negative, and a factor of 1 or more");
  }
  if (!(Number.isSafeInteger(maxAttempts) && maxAttempts >= 1) || typeof jitter !== "boolean" || !isCovering) {
    throw invalidOption(
      "retry",
      "of a whole number of attempts, a jitter that is true or false, and retryOn a function or classes",
    );
  }
  return policy;
}

function readTimeout(given: unknown): TimeoutPolicy {
  const policy = (typeof given === "number" ? { runTimeout: given } : given) as TimeoutPolicy;
  const known = ["runTimeout", "idleTimeout", "refreshOn"];
  if (typeof policy !== "object" || policy === null || !Object.keys(policy).every((name) => known.includes(name))) {
    throw invalidOption("timeout", "a number of milliseconds, or a policy");
  }
  const { runTimeout, idleTimeout, refreshOn = "auto" } = policy;
  const times = [runTimeout, idleTimeout].filter((each) => each !== undefined && each !== null);
  if (
    times.length === 0 ||
    !times.every((each) => isNumber(each) && each > 0) ||
    !["auto", "heartbeat"].includes(refreshOn)
  ) {
    throw invalidOption("timeout", "above zero");
  }
  return policy;
}

function retryDocument(policy: Retry): RetryDocument {
  const { initialInterval, backoffFactor, maxInterval, maxAttempts, jitter, retryOn } = policy;
  return {
    initial_interval: initialInterval / 1000,
    backoff_factor: backoffFactor,
    max_interval: maxInterval / 1000,
    max_attempts: maxAttempts,
    jitter,
    retry_on:
      retryOn === undefined ? "default" : typeof retryOn === "function" ? "custom" : retryOn.map(({ name }) => name),
  };
}

/** POL-001: what a definition shows of its policies. */
export function policyDocuments({ retry, timeout, cache }: Policies): {
  retry?: RetryDocument[];
  timeout?: TimeoutDocument;
  cache?: CacheDocument;
} {
  const inSeconds = (time: number | undefined) => (time === undefined ? null : time / 1000);
  return {
    ...(retry.length > 0 ? { retry: retry.map(retryDocument) } : {}),
    ...(timeout
      ? {
          timeout: {
            run_timeout: inSeconds(timeout.runTimeout),
            idle_timeout: inSeconds(timeout.idleTimeout),
            refresh_on: timeout.refreshOn ?? "auto",
          },
        }
      : {}),
    ...(cache ? { cache: cacheDocument(cache) } : {}),
  };
}

/** What stands for a mistake in the program, which another try does not mend (POL-003). */
const MISTAKES = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

function covers({ retryOn }: Retry, error: unknown): boolean {
  const isOwn = error instanceof TaskpointError && !(error instanceof TaskError);
  if (isOwn && error.code !== "task.timeout" && error.code !== "store.failed") {
    return false; // POL-004
  }
  if (typeof retryOn === "function") {
    return retryOn(error);
  }
  if (retryOn) {
    return retryOn.some((each) => error instanceof each || typeOf(error) === each.name);
  }
  const { retryable } = (error ?? {}) as { retryable?: unknown };
  return typeof retryable === "boolean" ? retryable : !MISTAKES.some((each) => error instanceof each);
}

type Waits = Pick<RetryDocument, "initial_interval" | "backoff_factor" | "max_interval" | "jitter">;

/** How long to wait after the n-th execution, in seconds as the document has them (POL-010, POL-011). */
export function secondsAfter(failed: number, policy: Waits, random: number = Math.random()): number {
  const { initial_interval, backoff_factor, max_interval, jitter } = policy;
  let interval = initial_interval;
  for (let count = 1; count < failed && interval < max_interval; count += 1) {
    interval *= backoff_factor;
  }
  interval = Math.min(interval, max_interval);
  return interval + (jitter ? random * Math.min(interval, 1) : 0);
}

/** POL-002, POL-013: how many milliseconds to wait before the next execution; undefined where there is none. */
export function nextWait({ retry }: Policies, error: unknown, executions: number): number | undefined {
  const policy = retry.find((each) => covers(each, error));
  return policy && executions < policy.maxAttempts ? secondsAfter(executions, retryDocument(policy)) * 1000 : undefined;
}

/** Wait, unless `until` settles first. */
export async function pause(milliseconds: number, until: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => {
    const wait = (left: number): void => {
      timer = setTimeout(
        () => (left > LONGEST_TIMER ? wait(left - LONGEST_TIMER) : resolve()),
        Math.min(left, LONGEST_TIMER),
      );
    };
    wait(milliseconds);
  });
  await Promise.race([waited, until]);
  clearTimeout(timer);
}

/** Call `expired` when an execution has taken too long (POL-020, POL-025, POL-026). Returns what ends the watch. */
export function watchTime(
  policy: TimeoutPolicy,
  lastProgress: () => number,
  isWaiting: () => boolean,
  expired: () => void,
): () => void {
  const begun = performance.now();
  const { runTimeout = Number.POSITIVE_INFINITY, idleTimeout = Number.POSITIVE_INFINITY } = policy;
  let timer: ReturnType<typeof setTimeout>;
  const look = (): void => {
    const left = Math.min(begun + runTimeout, Math.max(begun, lastProgress()) + idleTimeout) - performance.now();
    if (left <= 0 && !isWaiting()) {
      expired();
    } else {
      timer = setTimeout(look, Math.min(Math.max(left, 5), LONGEST_TIMER));
    }
  };
  timer = setTimeout(look, Math.min(runTimeout, idleTimeout, LONGEST_TIMER));
  return () => clearTimeout(timer);
}
