// What a definition is, and which are refused when they are made (chapter 5).

import { isId, isLabel } from "../core/labels.js";
import { invalidOption, UsageError } from "../errors.js";

/** Any function can be a task. */
export type AnyFunction = (...args: any[]) => unknown;

/** TSK-006. */
export function readName(name: unknown): string {
  if (!isLabel(name)) {
    throw new UsageError("usage.name_invalid", "a name is a text of 1 to 255 characters", "Choose another name.");
  }
  return name;
}

/** TSK-011 to TSK-013. */
function readFunction(fn: unknown): AnyFunction {
  if (fn === undefined) {
    throw new UsageError(
      "usage.function_missing",
      "a definition has no function",
      "Pass the function behind the name.",
    );
  }
  if (typeof fn !== "function" || /^class\b/.test(Function.prototype.toString.call(fn))) {
    throw new UsageError(
      "usage.not_callable",
      `a definition was made of a ${typeof fn}, which cannot be called`,
      "Pass a function.",
    );
  }
  if (/GeneratorFunction$/.test(Object.getPrototypeOf(fn).constructor?.name ?? "")) {
    throw new UsageError("usage.generator", "the function of a definition is a generator", "Return a list.");
  }
  return fn as AnyFunction;
}

/** TSK-009: an option that does not exist is refused. */
export function refuseUnknown(options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError("usage.option_unknown", `there is no option ${unknown}`, `Known are ${known.join(", ")}.`);
  }
}

/** Take the two named forms apart: `("name", fn)` and `({name, ...}, fn)`. */
export function readForm<O extends { readonly name?: string }>(
  given: string | O,
  fn: unknown,
  known: readonly string[],
): { name: string; options: O; fn: AnyFunction } {
  const options = (typeof given === "string" ? { name: given } : given) as O;
  if (typeof options !== "object" || options === null) {
    throw new UsageError(
      "usage.name_invalid",
      "a definition begins with a name, or with its options",
      'Write ("name", fn).',
    );
  }
  refuseUnknown(options, known);
  const checked = readFunction(fn);
  if (options.name === undefined && checked.name === "") {
    throw new UsageError(
      "usage.name_missing",
      "a definition has no name, and neither has its function",
      "Give a name.",
    );
  }
  return { name: readName(options.name === undefined ? checked.name : options.name), options, fn: checked };
}

/** The version of a definition: a text, or none. */
export function readVersion(version: unknown): string | null {
  if (version === undefined || version === null) {
    return null;
  }
  if (!isId(version)) {
    throw invalidOption("version", "a text of 1 to 255 characters");
  }
  return version;
}
