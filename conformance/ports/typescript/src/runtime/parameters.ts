// Parameters that a task declares: what its calls are checked against, and may name (IDN-040 to IDN-045).

import { invalidOption, UsageError } from "../errors.js";

/** The name of a parameter; `optional` where the function has a default for it. */
export type Parameter = string | { readonly name: string; readonly optional: boolean };

export interface Named {
  readonly [name: string]: unknown;
}

/** A call's arguments: as the function gets them, and as they are digested. */
export interface Bound {
  readonly args: readonly unknown[];
  readonly positional: readonly unknown[];
  readonly named: Named;
  /** As the caller wrote them. */
  readonly shown: Shown;
}

export type Shown = readonly [args: readonly unknown[], named: Named];

export function readParameters(params: unknown): readonly { name: string; optional: boolean }[] | undefined {
  if (params === undefined) {
    return undefined;
  }
  const isName = (each: unknown) =>
    typeof each === "string" || typeof (each as { name?: unknown } | null)?.name === "string";
  if (!Array.isArray(params) || !params.every(isName)) {
    throw invalidOption("params", "a list of the names of parameters");
  }
  return params.map((each: Parameter) => (typeof each === "string" ? { name: each, optional: false } : { ...each }));
}

function withoutTail(args: readonly unknown[]): unknown[] {
  const last = args.findLastIndex((arg) => arg !== undefined);
  return args.slice(0, last + 1); // IDN-043
}

/** Bind a call's arguments to the parameters, where they are declared. */
export function bind(
  task: string,
  params: readonly { name: string; optional: boolean }[] | undefined,
  given: readonly unknown[],
  named: Named,
): Bound {
  if (!params) {
    if (Object.keys(named).length > 0) {
      throw mismatch(task, "arguments by name need params in the task's options");
    }
    return { args: given, positional: withoutTail(given), named, shown: [given, named] };
  }
  const names = params.map(({ name }) => name);
  const stray = Object.keys(named).find((name) => !names.includes(name) || given[names.indexOf(name)] !== undefined);
  if (given.length > params.length || stray !== undefined) {
    throw mismatch(task, "there is an argument too many");
  }
  const args = params.map(({ name }, index) =>
    given[index] === undefined && Object.hasOwn(named, name) ? named[name] : given[index],
  );
  if (params.some(({ optional }, index) => !optional && args[index] === undefined)) {
    throw mismatch(task, "an argument is missing");
  }
  const hole = args.indexOf(undefined);
  const positional = hole < 0 ? args : args.slice(0, hole);
  const behind = names.map((name, index): [string, unknown] => [name, args[index]]).slice(positional.length);
  const rest = Object.fromEntries(behind.filter(([, value]) => value !== undefined));
  return { args, positional, named: rest, shown: [given, named] };
}

function mismatch(task: string, what: string): UsageError {
  return new UsageError(
    "usage.argument_mismatch",
    `a call of ${task} does not fit its parameters: ${what}`,
    "Correct the call.",
  );
}
