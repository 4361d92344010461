// Expressions of the program IR: pure, and all that a program can compute.

import { isDeepStrictEqual } from "node:util";
import { getConfig } from "@langchain/langgraph";
import { Skip } from "./offered.js";
import { fromTree } from "./values.js";

const cyclic = () => {
  const items = [];
  items.push(items);
  return items;
};

const tooDeep = () => Array.from({ length: 128 }).reduce((items) => [items], []);

/** Values that only JavaScript has, by the names of the IR. */
const HOSTS = {
  unencodable: () => Symbol("no value"),
  lone_surrogate: () => "\ud800",
  cyclic,
  int_key_map: () => new Map([[1, "a"]]),
  too_deep: tooDeep,
  nan: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  undefined: () => undefined,
  function: () => evaluate,
};

const OPERATORS = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "==": (left, right) => isDeepStrictEqual(left, right),
  "!=": (left, right) => !isDeepStrictEqual(left, right),
  "<": (left, right) => left < right,
  "<=": (left, right) => left <= right,
  not: (operand) => !operand,
  concat: (...parts) => (Array.isArray(parts[0]) ? parts.flat(1) : parts.join("")),
  len: (operand) => (typeof operand === "string" ? [...operand] : Array.isArray(operand) ? operand : Object.keys(operand)).length,
};

/** Return the value of an expression. */
export function evaluate(expression, variables) {
  if (expression === null || typeof expression !== "object") return expression;
  const [[form, body]] = Object.entries(expression);
  switch (form) {
    case "$var":
      if (!variables.has(body)) throw new ReferenceError(`${body} is not defined`);
      return variables.get(body);
    case "$list":
      return body.map((item) => evaluate(item, variables));
    case "$dict":
      return Object.fromEntries(Object.entries(body).map(([key, item]) => [key, evaluate(item, variables)]));
    case "$get":
      return evaluate(body[0], variables)[evaluate(body[1], variables)];
    case "$op":
      return operate(body, variables);
    case "$lit":
      return fromTree(body);
    case "$host":
      if (!(body in HOSTS)) throw new Skip(`JavaScript has no value ${body}`);
      return HOSTS[body]();
    case "$attempt":
      return getConfig().executionInfo.nodeAttempt;
    default:
      throw new TypeError(`the program has an unknown expression: ${form}`);
  }
}

function operate([name, ...operands], variables) {
  if (name !== "and" && name !== "or") {
    return OPERATORS[name](...operands.map((each) => evaluate(each, variables)));
  }
  let value = name === "and";
  for (const operand of operands) {
    value = evaluate(operand, variables);
    if (Boolean(value) === (name === "or")) return value;
  }
  return value;
}
