// Tasks: functions whose outcome is recorded.

import { invalidOption } from "../errors.js";
import type { ErrorClass } from "../core/failures.js";
import type { BaseCache } from "../caches/cache.js";
import type { TaskDefinition } from "../generated/types.js";
import { placeOf } from "./caching.js";
import type { Callee } from "./call.js";
import { type AnyFunction, readForm, readName } from "./definition.js";
import { formOf, type Schema, type VersionOptions } from "./forms.js";
import { bind, type Named, type Parameter, readParameters } from "./parameters.js";
import { policiesOfCall, POLICY_OPTIONS, policyDocuments, type PolicyOptions, readPolicies } from "./policies.js";
import { currentScope } from "./scope.js";

/** Options of a task. */
export interface TaskOptions extends PolicyOptions, VersionOptions {
  /** The name under which its outcomes are recorded; the function's own where left out. */
  readonly name?: string;
  /** Classes of errors that come back as themselves. */
  readonly raises?: readonly ErrorClass[];
  /** The names of the parameters: calls are checked against them, and may give arguments by name. */
  readonly params?: readonly Parameter[];
  /** What a result has to fit, and what it is read as: an object with `parse`, which throws where it does not. */
  readonly returns?: Schema<unknown>;
}

/** Options of one call. */
export interface TaskCallOptions extends PolicyOptions {
  /** What the call is found again by, in the place of its number. */
  readonly key?: string;
  /** What its calls are recorded under, in place of the task's name. */
  readonly name?: string;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
  /** Arguments by name. */
  readonly named?: Named;
}

/** A task: it is called like its function, and always returns a promise. */
export interface Task<A extends unknown[], R> {
  (...args: A): Promise<R>;
  readonly definition: TaskDefinition;
  /** The same task, with options for the calls that are made through it. */
  withOptions(options: TaskCallOptions): Task<A, R>;
  /** Call it once for each item; `key` makes the key of a call, where the order of the items may change. */
  map(items: Iterable<A[0]>, key?: (item: A[0]) => string): Promise<R>[];
  /** Forget what a cache keeps of its results, in this version of it (POL-045). */
  clearCache(cache: BaseCache): Promise<void>;
}

const OPTIONS = ["name", "raises", "params", "returns", "version", "migrate", ...POLICY_OPTIONS];
const CALL_OPTIONS = ["key", "name", "signal", "named", ...POLICY_OPTIONS];

/**
 * Make a task of a function.
 *
 * @example const fetchPage = task("fetchPage", async (url: string) => (await fetch(url)).text());
 */
export function task<A extends unknown[], R>(name: string, fn: (...args: A) => R): Task<A, Awaited<R>>;
export function task<A extends unknown[], R>(options: TaskOptions, fn: (...args: A) => R): Task<A, Awaited<R>>;
export function task(given: string | TaskOptions, fn?: AnyFunction): Task<unknown[], unknown> {
  const { name, options, fn: checked } = readForm(given, fn, OPTIONS);
  const raises = readRaises(options.raises);
  const params = readParameters(options.params);
  const form = formOf("result", options.returns, options);
  const own = readPolicies(options);
  const callee: Callee = { name, fn: checked as Callee["fn"], identity: checked, raises, form, policies: own };
  const definition: TaskDefinition = {
    kind: "task-definition",
    name,
    raises: [...raises.keys()],
    ...policyDocuments(own),
    ...(form.version === null ? {} : { version: form.version }),
  };

  function withCallOptions(chosen: TaskCallOptions): Task<unknown[], unknown> {
    const { name: called = name, named = {} } = chosen;
    const call = (...given: unknown[]): Promise<unknown> => {
      const scope = currentScope(`the task ${called}`);
      const policies = policiesOfCall(own, chosen);
      return scope.make({ ...callee, name: called, policies }, bind(called, params, given, named), chosen);
    };
    const withOptions = (more: TaskCallOptions) => withCallOptions({ ...chosen, ...readCallOptions(more) });
    const map = (items: Iterable<unknown>, key?: (item: unknown) => string) =>
      Array.from(items, (item) => (key ? withOptions({ key: key(item) }) : call)(item));
    const clearCache = (cache: BaseCache) => cache.clear([placeOf("tasks", called, form.version)]);
    Object.defineProperty(call, "name", { value: called });
    return Object.assign(call, { definition, withOptions, map, clearCache });
  }
  return withCallOptions({});
}

function readRaises(raises: unknown): ReadonlyMap<string, ErrorClass> {
  const isError = (each: unknown) => typeof each === "function" && each.prototype instanceof Error;
  if (raises !== undefined && !(Array.isArray(raises) && raises.every(isError))) {
    throw invalidOption("raises", "a list of classes of errors");
  }
  return new Map(((raises ?? []) as ErrorClass[]).map((each) => [readName(each.name), each]));
}

function readCallOptions(options: TaskCallOptions): TaskCallOptions {
  const unknown = Object.keys(options).find((name) => !CALL_OPTIONS.includes(name));
  if (unknown !== undefined) {
    throw invalidOption("an option of a call", `known, and ${unknown} is not`);
  }
  readPolicies(options);
  if (options.name !== undefined) {
    readName(options.name);
  }
  return options;
}
