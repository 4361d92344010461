// Filters of a search (MEM-020 to MEM-024): pure, and checked before anything is looked at.

import { invalidOption } from "../errors.js";
import { canonical } from "../codec/value.js";
import { Tagged } from "../codec/tags.js";

type Members = { readonly [name: string]: unknown };
type Test = (value: unknown) => boolean;

/** A map with text keys, as an object; undefined for anything else. */
export function membersOf(value: unknown): Members | undefined {
  if (value instanceof Map) {
    return [...value.keys()].every((key) => typeof key === "string") ? Object.fromEntries(value) : undefined;
  }
  const prototype: unknown = typeof value === "object" && value !== null ? Object.getPrototypeOf(value) : undefined;
  return prototype === Object.prototype || prototype === null ? (value as Members) : undefined;
}

/** Make a test of a filter, or refuse it. */
export function readFilter(filter: unknown): Test {
  const conditions = membersOf(filter);
  if (!conditions) {
    throw invalidOption("a filter", "a map from names to conditions");
  }
  const tests = Object.entries(conditions).map(([name, condition]): [string, Test] => [name, readCondition(condition)]);
  return (value) => {
    const members = membersOf(value);
    return (
      members !== undefined && tests.every(([name, test]) => test(Object.hasOwn(members, name) ? members[name] : null))
    );
  };
}

function readCondition(condition: unknown): Test {
  const members = membersOf(condition);
  const operators = Object.keys(members ?? {}).filter((name) => name.startsWith("$"));
  if (members && operators.length === 0) {
    return readFilter(condition);
  }
  if (!members) {
    return equals(condition);
  }
  if (operators.length !== Object.keys(members).length) {
    throw invalidOption("a condition", "operators alone, or names alone");
  }
  const tests = operators.map((name) => readOperator(name, members[name]));
  return (value) => tests.every((test) => test(value));
}

function equals(operand: unknown): Test {
  const wanted = canonical(operand);
  return (value) => canonical(value) === wanted;
}

const ORDERS: { readonly [name: string]: (order: number) => boolean } = {
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
};

function readOperator(name: string, operand: unknown): Test {
  if (name === "$eq" || name === "$ne") {
    const test = equals(operand);
    return name === "$eq" ? test : (value) => !test(value);
  }
  const order = Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined;
  if (!order || kindOf(operand) === undefined || Number.isNaN(operand)) {
    throw invalidOption("an operator", "$eq, $ne, or $gt, $gte, $lt or $lte with a number, a text or a datetime");
  }
  return (value) => {
    const found = compare(value, operand);
    return found !== undefined && order(found);
  };
}

function kindOf(value: unknown): "number" | "text" | "moment" | undefined {
  if (typeof value === "number" || typeof value === "bigint") {
    return "number";
  }
  if (typeof value === "string") {
    return "text";
  }
  return value instanceof Date || (value instanceof Tagged && value.tag === "$datetime") ? "moment" : undefined;
}

/** MEM-023: numbers by what they are, texts by their scalar values, datetimes by the moment. */
function compare(left: unknown, right: unknown): number | undefined {
  const kind = kindOf(left);
  if (kind === undefined || kind !== kindOf(right)) {
    return undefined;
  }
  if (kind === "text") {
    return compareTexts(left as string, right as string);
  }
  const [one, other] = kind === "moment" ? [nanoseconds(left), nanoseconds(right)] : [left as number, right as number];
  return one < other ? -1 : one > other ? 1 : one == other ? 0 : undefined;
}

export function compareTexts(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function nanoseconds(value: unknown): bigint {
  const text = value instanceof Date ? value.toISOString() : (value as Tagged).content;
  const [, day = "", seconds = "", fraction = "", offset = ""] =
    /^(.*:)([0-9]{2})(?:\.([0-9]+))?([Z+-].*)$/.exec(text) ?? [];
  const minute = Date.parse(`${day}00${offset}`);
  return BigInt(minute) * 1_000_000n + BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
}
