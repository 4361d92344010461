// Policies as programs write them, in seconds, made into those of the port, in milliseconds.

import type { PolicyOptions } from "../src/index.js";
import type { Message } from "./wire.js";

type ErrorClassOf = (name: string) => new (message: string) => Error;

const NAMES: { readonly [name: string]: string } = {
  initial_interval: "initialInterval", backoff_factor: "backoffFactor", max_interval: "maxInterval", max_attempts: "maxAttempts",
  jitter: "jitter", retry_on: "retryOn", run_timeout: "runTimeout", idle_timeout: "idleTimeout", refresh_on: "refreshOn",
};
const TIMES = new Set(["initial_interval", "max_interval", "run_timeout", "idle_timeout"]);

function milliseconds(value: unknown): unknown {
  return typeof value === "number" ? value * 1000 : value;
}

function policy(document: Message, errorClass: ErrorClassOf): Message {
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => {
      const own = name === "retry_on" && Array.isArray(value) ? value.map(errorClass) : TIMES.has(name) ? milliseconds(value) : value;
      return [NAMES[name] ?? name, own];
    }),
  );
}

export function policiesOf({ retry, timeout }: Message, errorClass: ErrorClassOf): PolicyOptions {
  return {
    ...(retry === undefined ? {} : { retry: Array.isArray(retry) ? retry.map((each) => policy(each, errorClass)) : retry }),
    ...(timeout === undefined ? {} : { timeout: typeof timeout === "object" && timeout ? policy(timeout, errorClass) : milliseconds(timeout) }),
  } as PolicyOptions;
}
