// The requests that are about values and definitions.

import {
  canonical,
  decodeText,
  digestArguments,
  entrypoint,
  task,
  TaskpointError,
  ValueEncodingError,
} from "../src/index.js";
import { evaluate } from "./expressions.js";
import { policiesOf } from "./policies.js";
import type { Message } from "./wire.js";

function refused(make: () => Message): Message {
  try {
    return make();
  } catch (error) {
    if (error instanceof ValueEncodingError) {
      return { outcome: "rejected", code: error.code, message: error.message, path: error.path };
    }
    if (error instanceof TaskpointError) {
      return { outcome: "rejected", code: error.code, message: error.message };
    }
    throw error;
  }
}

export function encode({ expr }: Message): Message {
  return refused(() => ({ outcome: "encoded", canonical: canonical(evaluate(expr, new Map())) }));
}

export function decode({ raw_b64 }: Message): Message {
  return refused(() => ({ outcome: "decoded", canonical: canonical(decodeText(Buffer.from(raw_b64, "base64"))) }));
}

export function digest({ args, tail = {} }: Message): Message {
  const named = Object.entries(tail).map(([name, each]) => [name, evaluate(each, new Map())]);
  const given = args.map((each: unknown) => evaluate(each, new Map()));
  return refused(() => ({ outcome: "digested", digest: digestArguments(given, Object.fromEntries(named)) }));
}

const FUNCTIONS: { readonly [kind: string]: unknown } = {
  plain: function work(value: unknown) {
    return value;
  },
  generator: function* work() {
    yield 1;
  },
  not_callable: 42,
  lambda: (
    () => () =>
      null
  )(),
  missing: undefined,
};

/** A class of errors by its plain name, as a program declares it. */
export function errorClass(name: string): new (message: string) => Error {
  return { [name]: class extends Error {} }[name] as new (message: string) => Error;
}

export function define({ kind, name, options, function: fn }: Message): Message {
  const { raises, on_divergence, retry, timeout, cache, ...rest } = options;
  const classes = Array.isArray(raises)
    ? raises.map((each) => (typeof each === "string" ? errorClass(each) : each))
    : raises;
  const given = {
    ...rest,
    ...policiesOf({ retry, timeout, cache }, errorClass),
    ...(raises === undefined ? {} : { raises: classes }),
    ...(on_divergence === undefined ? {} : { onDivergence: on_divergence }),
    ...(name === null ? {} : { name }),
  };
  const isBare = typeof name === "string" && Object.keys(options).length === 0;
  const make = (kind === "task" ? task : entrypoint) as (given: unknown, fn: unknown) => { definition: object };
  return refused(() => ({ outcome: "defined", definition: make(isBare ? name : given, FUNCTIONS[fn]).definition }));
}
