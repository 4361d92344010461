// Errors as documents, and documents as errors (chapter 7), and which failures an error comes from (RPL-041).

import { fromTree, toTree } from "../codec/value.js";
import type { Tree } from "../codec/text.js";
import { errorOfCode, TaskError, TaskpointError, ValueEncodingError } from "../errors.js";
import type { ErrorDocument } from "../generated/types.js";

/** A class of errors that a task declares in `raises`. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** The path of the call whose function raised an error first: kept beside the object, which belongs to its class. */
const PATHS = new WeakMap<object, string>();
/** The errors that calls delivered (ERR-031). */
const DELIVERED = new WeakSet<object>();

/** ERR-011: the plain name of an error; of one that throws when it is read, that of all errors. */
export function typeOf(error: unknown): string {
  try {
    return nameOf(error);
  } catch {
    return "Error";
  }
}

function nameOf(error: unknown): string {
  if (error instanceof TaskError) {
    return error.type;
  }
  if (error instanceof TaskpointError) {
    return error.code;
  }
  if (!(error instanceof Error)) {
    return "Error";
  }
  const name = error.name === "Error" || typeof error.name !== "string" ? error.constructor?.name : error.name;
  return name ? cut(name) : "Error";
}

function cut(name: string): string {
  return [...name.toWellFormed()].slice(0, 255).join("");
}

/** What an error carries: its own member `data`. JavaScript throws anything: an object that is no error is data itself. */
function dataOf(error: unknown): unknown {
  return isObject(error) ? (error instanceof Error ? (error as { data?: unknown }).data : error) : undefined;
}

/** What an error says. */
function messageOf(error: unknown): string {
  const said = isObject(error) ? (error.message ?? "a value that is no error was thrown") : error;
  return String(said).toWellFormed();
}

function pathOf(error: unknown): string | undefined {
  return isObject(error) ? (error instanceof TaskError ? error.path : PATHS.get(error)) : undefined;
}

function isObject(value: unknown): value is { [member: string]: unknown } {
  return typeof value === "object" && value !== null;
}

/** ERR-003: the document of an error; `path` is that of the call whose function it leaves. */
export function errorDocument(error: unknown, path = ""): ErrorDocument {
  try {
    return described(error, path);
  } catch {
    const document = { type: "Error", message: "an error that cannot be read was thrown" };
    return path ? { ...document, path } : document;
  }
}

function described(error: unknown, path: string): ErrorDocument {
  const document: ErrorDocument = { type: typeOf(error), message: messageOf(error) };
  const data = dataOf(error);
  if (data !== undefined && data !== null) {
    try {
      document.data = toTree(data);
    } catch (refusal) {
      if (!(refusal instanceof ValueEncodingError)) {
        throw refusal;
      }
    }
  }
  const first = pathOf(error) ?? (path || undefined);
  if (first !== undefined) {
    document.path = first;
  }
  const retryable = isObject(error) ? error.retryable : undefined;
  if (typeof retryable === "boolean") {
    document.retryable = retryable;
  }
  return document;
}

/** ERR-005: the classes that every program of this language has. */
const BUILT_IN: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>(
  [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((each) => [each.name, each]),
);

/** Make a fresh error of a recorded document (ERR-004 to ERR-007). No constructor of the user runs. */
export function deliver(document: ErrorDocument, raises: ReadonlyMap<string, ErrorClass>): Error {
  const data = document.data === undefined ? undefined : fromTree(document.data as Tree);
  const error = rebuilt(document, data, raises);
  DELIVERED.add(error);
  if (document.path !== undefined) {
    PATHS.set(error, document.path);
  }
  return error;
}

function rebuilt(document: ErrorDocument, data: unknown, raises: ReadonlyMap<string, ErrorClass>): Error {
  const { type, message, path, retryable } = document;
  const known = raises.get(type) ?? BUILT_IN.get(type);
  const error = known ? bare(known, type, message) : errorOfCode(type, message);
  if (!error) {
    return new TaskError(type, message, data, path, retryable);
  }
  const carried = { data, retryable };
  for (const [name, value] of Object.entries(carried)) {
    if (value !== undefined) {
      Object.defineProperty(error, name, { value, enumerable: true, configurable: true, writable: true });
    }
  }
  return error;
}

function bare(known: ErrorClass, type: string, message: string): Error {
  const error = new Error(message);
  Object.setPrototypeOf(error, known.prototype);
  if (error.name === "Error" && type !== known.name) {
    Object.defineProperty(error, "name", { value: type, configurable: true, writable: true });
  }
  return error;
}

/** ERR-031: the code with which a run ends that this error leaves. */
export function codeOf(error: unknown): string {
  if (error instanceof TaskpointError && !(error instanceof TaskError)) {
    return error.code;
  }
  return isObject(error) && DELIVERED.has(error) ? "task.failed" : "body.failed";
}

/** What an error names as its cause, and the members of a group; nothing, where it throws when it is read. */
function behind(error: { [member: string]: unknown }): unknown[] {
  try {
    return [error.cause, ...(error instanceof AggregateError ? error.errors : [])];
  } catch {
    return [];
  }
}

/** Everything that an error is made of: itself, its causes, the members of a group, and so on. */
export function reached(error: unknown): Set<unknown> {
  const found = new Set<unknown>();
  const visit = (each: unknown): void => {
    if (isObject(each) && !found.has(each)) {
      found.add(each);
      behind(each).forEach(visit);
    }
  };
  visit(error);
  return found;
}
