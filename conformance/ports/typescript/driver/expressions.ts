// Expressions of the program IR: pure, and all that a program can compute.

import { canonical, fromTree, getContext, getExecutionInfo, type Tree } from "../src/index.js";

/** What the driver itself cannot do, or the program got wrong: never a pass. */
export class Broken extends Error {}
/** A value that JavaScript has not (CNF-010). */
export class Skip extends Error {}

/** What the driver does not know is never passed over. */
export function refuseUnknown(what: string, rest: object): void {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new Broken(`the driver does not know the member ${unknown} of ${what}`);
  }
}

export type Variables = Map<string, unknown>;
type Form = (body: any, variables: Variables) => unknown;

const HOSTS: { readonly [name: string]: () => unknown } = {
  unencodable: () => new (class Socket {})(),
  lone_surrogate: () => "\ud800",
  cyclic: () => {
    const items: unknown[] = [];
    items.push(items);
    return items;
  },
  int_key_map: () => new Map([[1, "a"]]),
  too_deep: () => Array.from({ length: 128 }).reduce<unknown[]>((items) => [items], []),
  nan: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  tuple: () => Object.freeze([1, 2]),
  function: () => evaluate,
};

function host(name: string): unknown {
  const make = HOSTS[name];
  if (!make) {
    throw new Skip(`JavaScript has no ${name}`);
  }
  return make();
}

function item(container: unknown, key: unknown): unknown {
  const has = typeof container === "object" && container !== null && Object.hasOwn(container, key as PropertyKey);
  if (!has) {
    throw new Broken("there is no such item");
  }
  return (container as { [key: PropertyKey]: unknown })[key as PropertyKey];
}

function length(value: any): number {
  return typeof value === "string"
    ? [...value].length
    : Array.isArray(value)
      ? value.length
      : Object.keys(value).length;
}

const OPERATORS: { readonly [name: string]: (...operands: any[]) => unknown } = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "==": (left, right) => canonical(left) === canonical(right),
  "!=": (left, right) => canonical(left) !== canonical(right),
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  not: (operand) => !truth(operand),
  concat: (first, ...rest) => (typeof first === "string" ? first + rest.join("") : [first, ...rest].flat(1)),
  len: length,
};

/** What counts as true in a program: empty lists and objects do not. */
export function truth(value: unknown): boolean {
  return typeof value === "object" && value !== null ? length(value) > 0 : Boolean(value);
}

function operate([name, ...operands]: [string, ...unknown[]], variables: Variables): unknown {
  if (name === "and" || name === "or") {
    let value: unknown = name === "and";
    for (const operand of operands) {
      value = evaluate(operand, variables);
      if (truth(value) === (name === "or")) {
        break;
      }
    }
    return value;
  }
  const operator = OPERATORS[name];
  if (!operator) {
    throw new Broken(`unknown operator ${name}`);
  }
  return operator(...operands.map((operand) => evaluate(operand, variables)));
}

const INFO = {
  thread_id: "threadId",
  checkpoint_id: "checkpointId",
  run_id: "runId",
  run_attempt: "runAttempt",
  path: "path",
  is_replaying: "isReplaying",
} as const;

const FORMS: { readonly [form: string]: Form } = {
  $var: (name, variables) => {
    if (!variables.has(name)) {
      throw new Broken(`there is no variable ${name}`);
    }
    return variables.get(name);
  },
  $list: (items, variables) => items.map((each: unknown) => evaluate(each, variables)),
  $dict: (members, variables) =>
    Object.fromEntries(Object.entries(members).map(([key, each]) => [key, evaluate(each, variables)])),
  $get: ([container, key], variables) => item(evaluate(container, variables), evaluate(key, variables)),
  $op: operate,
  $lit: (literal: Tree) => fromTree(literal),
  $host: host,
  $key: () => getExecutionInfo().idempotencyKey,
  $context: () => getContext(),
  $attempt: () => getExecutionInfo().attempt,
  $info: (name: keyof typeof INFO) => {
    if (!(name in INFO)) {
      throw new Broken(`unknown info ${name}`);
    }
    return getExecutionInfo()[INFO[name]];
  },
};

/** Return the value of an expression. */
export function evaluate(expression: unknown, variables: Variables): unknown {
  if (typeof expression !== "object" || expression === null) {
    return expression;
  }
  const [[form, body] = ["", null]] = Object.entries(expression);
  const known = FORMS[form];
  if (!known) {
    throw new Broken(`unknown expression ${form}`);
  }
  return known(body, variables);
}
