// Policies as programs write them, in seconds, made into those of the port, in milliseconds.

import type { CachePolicy, PolicyOptions } from "../src/index.js";
import { evaluate, type Variables } from "./expressions.js";
import type { Message } from "./wire.js";

type ErrorClassOf = (name: string) => new (message: string) => Error;

const NAMES: { readonly [name: string]: string } = {
  initial_interval: "initialInterval",
  backoff_factor: "backoffFactor",
  max_interval: "maxInterval",
  max_attempts: "maxAttempts",
  jitter: "jitter",
  retry_on: "retryOn",
  run_timeout: "runTimeout",
  idle_timeout: "idleTimeout",
  refresh_on: "refreshOn",
};
const TIMES = new Set(["initial_interval", "max_interval", "run_timeout", "idle_timeout"]);

function milliseconds(value: unknown): unknown {
  return typeof value === "number" ? value * 1000 : value;
}

function policy(document: Message, errorClass: ErrorClassOf): Message {
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => {
      const own =
        name === "retry_on" && Array.isArray(value)
          ? value.map(errorClass)
          : TIMES.has(name)
            ? milliseconds(value)
            : value;
      return [NAMES[name] ?? name, own];
    }),
  );
}

/** How a program names the arguments of a call. */
export type Naming = (args: readonly unknown[]) => Variables;

function cachePolicy({ key, ttl }: Message, naming: Naming): CachePolicy {
  return {
    ...(key === undefined ? {} : { keyFunc: (args) => evaluate(key, naming(args)) as string }),
    ...(ttl === undefined || ttl === null ? {} : { ttl }),
  };
}

export function policiesOf(
  { retry, timeout, cache }: Message,
  errorClass: ErrorClassOf,
  naming: Naming = () => new Map(),
): PolicyOptions {
  return {
    ...(retry === undefined
      ? {}
      : { retry: Array.isArray(retry) ? retry.map((each) => policy(each, errorClass)) : retry }),
    ...(timeout === undefined
      ? {}
      : { timeout: typeof timeout === "object" && timeout ? policy(timeout, errorClass) : milliseconds(timeout) }),
    ...(cache === undefined ? {} : { cachePolicy: cachePolicy(cache, naming) }),
  } as PolicyOptions;
}
