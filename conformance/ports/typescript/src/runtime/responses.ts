// What an answer must look like (INT-030 to INT-037). The package ajv is loaded when the first such question is asked
// or answered: programs without them need not have it.

import { createRequire } from "node:module";
import { canonicalText, MAX_DEPTH, setMember, type Tree } from "../codec/text.js";
import { UsageError } from "../errors.js";

/** A JSON Schema 2020-12, which refers to nothing outside of itself. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

const load = createRequire(import.meta.url);
const DIALECT = "https://json-schema.org/draft/2020-12/schema";

interface Found {
  readonly instancePath: string;
  readonly keyword: string;
}
interface Check {
  (answer: Tree): unknown;
  errors?: readonly Found[] | null;
}
interface Ajv {
  compile(schema: unknown): Check;
  validateSchema(schema: unknown): unknown;
  readonly errors?: readonly Found[] | null;
}
type AjvClass = new (options: { readonly [option: string]: unknown }) => Ajv;

/** INT-032: the schema as it is recorded; the call fails where it is none. */
export function readSchema(given: unknown): { readonly [keyword: string]: Tree } {
  const schema = plain(given, 0);
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    throw invalid("it is no object");
  }
  checker(schema);
  return schema;
}

/** INT-031: refuse an answer that does not fit the schema that is recorded with its question. */
export function checkAnswer(schema: Tree, answer: Tree, id: string): void {
  let misfit: string | undefined;
  try {
    const check = checker(schema);
    misfit = check(answer) ? undefined : misfitOf(check.errors);
  } catch (error) {
    if (error instanceof UsageError && error.code === "interrupt.schema_unsupported") {
      throw error;
    }
    throw new UsageError(
      "interrupt.schema_unsupported", // INT-037
      `the answer to ${id} cannot be checked: ${error instanceof UsageError ? error.message : "its schema has no end"}`,
      "Answer with the runtime that asked.",
    );
  }
  if (misfit !== undefined) {
    throw new UsageError(
      "interrupt.answer_invalid",
      `the answer to ${id} does not fit its responseSchema: ${misfit}`,
      "The question is still open, and nothing was recorded: send an answer that fits.",
    );
  }
}

const CHECKERS = new Map<string, Check>();
const MOST = 64;

function checker(schema: Tree): Check {
  const key = canonicalText(schema);
  let check = CHECKERS.get(key);
  if (!check) {
    check = compiled(schema);
    if (CHECKERS.size >= MOST) {
      CHECKERS.clear();
    }
    CHECKERS.set(key, check);
  }
  return check;
}

function compiled(schema: Tree): Check {
  const Ajv2020 = ajv();
  // INT-034: no format is asserted. `__proto__` and `toString` are members only where an answer has them.
  const options = { strict: false, validateFormats: false, ownProperties: true, logger: false };
  const meta = new Ajv2020(options);
  checkDialect(schema);
  if (!meta.validateSchema(schema)) {
    throw invalid(`in the schema ${misfitOf(meta.errors)}`);
  }
  try {
    // INT-032, INT-033: without its own meta-schemas it knows nothing outside of the schema, and it asks nobody.
    return new Ajv2020({ ...options, meta: false, validateSchema: false }).compile(schema);
  } catch {
    throw invalid("a reference in it leads to nothing inside of it, or a pattern is none");
  }
}

function ajv(): AjvClass {
  try {
    return (load("ajv/dist/2020.js") as { readonly default: AjvClass }).default;
  } catch (cause) {
    const what = "nothing is installed that checks an answer against a schema";
    throw new UsageError("interrupt.schema_unsupported", what, "Install the package ajv.", { cause });
  }
}

function misfitOf(errors: readonly Found[] | null | undefined): string {
  const { instancePath = "", keyword = "false" } = errors?.at(-1) ?? {};
  return `'${keyword}' refuses what stands at '${instancePath}'`;
}

const ONE = [
  "additionalProperties",
  "contains",
  "contentSchema",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
];
const ONES = [...ONE, "unevaluatedItems", "unevaluatedProperties"];
const LISTS = ["allOf", "anyOf", "oneOf", "prefixItems"];
const MAPS = ["$defs", "definitions", "dependentSchemas", "patternProperties", "properties"];

/** A `$schema` that names another version makes it none, wherever a schema stands. */
function checkDialect(schema: Tree | undefined): void {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    return;
  }
  const { $schema = DIALECT } = schema;
  if (typeof $schema === "string" && $schema.replace(/#$/, "") !== DIALECT) {
    throw invalid("its $schema names another version than 2020-12");
  }
  for (const word of ONES) {
    checkDialect(schema[word]);
  }
  for (const word of [...LISTS, ...MAPS]) {
    Object.values(schema[word] ?? {}).forEach(checkDialect);
  }
}

/** A copy that is JSON as every language reads it. */
function plain(value: unknown, depth: number): Tree {
  if (value === null || typeof value === "boolean") {
    return value;
  }
  if (typeof value === "number" && Number.isFinite(value) && (!Number.isInteger(value) || isSafe(value))) {
    return value + 0;
  }
  if (typeof value === "string" && value.isWellFormed()) {
    return value;
  }
  if (typeof value === "object" && depth < MAX_DEPTH) {
    if (Array.isArray(value)) {
      return value.map((each) => plain(each, depth + 1));
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      const copy: { [key: string]: Tree } = {};
      for (const [key, each] of Object.entries(value)) {
        setMember(copy, plain(key, depth) as string, plain(each, depth + 1));
      }
      return copy;
    }
  }
  throw invalid("it is no plain JSON");
}

/** Whether an integer is one that every language has; a larger one is a double of its own (VAL-007). */
function isSafe(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

function invalid(why: string): UsageError {
  return new UsageError(
    "interrupt.schema_invalid",
    `the responseSchema of an interrupt cannot be used: ${why}`,
    "Give a JSON Schema 2020-12 that refers to nothing outside of itself.",
  );
}
