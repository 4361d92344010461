// Classes that the program registered: their values are written as `$ext` values, and read back (VAL-059).

import { UsageError, ValueEncodingError } from "../errors.js";

/** How values of a class are written, and read back. */
export interface ExtensionOptions<T> {
  /** What other languages and later versions see, as `com.acme/Money`; it never names a class. */
  readonly name: string;
  /** The version of the form that `encode` makes; 1 where left out. */
  readonly v?: number;
  /** Makes plain data of a value. */
  readonly encode: (value: T) => unknown;
  /** Makes a value of the version and the plain data that were recorded. */
  readonly decode: (v: number, data: unknown) => T;
}

interface Registered {
  readonly prototype: object;
  readonly name: string;
  readonly v: number;
  readonly encode: (value: unknown) => unknown;
  readonly decode: (v: number, data: unknown) => unknown;
}

const BY_PROTOTYPE = new Map<object, Registered>();
const BY_NAME = new Map<string, Registered>();

/**
 * Let values of a class be recorded without a declared type. Data can only choose among the names that the program
 * registered. A subclass needs a name of its own; a class or a name that is registered again replaces what was there.
 *
 * @example registerExtension(Money, { name: "com.acme/Money", encode: (m) => [m.cents, m.currency], decode: (_, [c, cur]) => new Money(c, cur) });
 */
export function registerExtension<T>(
  cls: abstract new (...args: never[]) => T,
  { name, v = 1, encode, decode }: ExtensionOptions<T>,
): void {
  if (!isName(name) || !isCount(v)) {
    throw new UsageError(
      "usage.option_invalid",
      "the name or the version of an extension cannot be recorded",
      'Write name: "com.acme/Money".',
    );
  }
  const prototype: unknown = typeof cls === "function" ? cls.prototype : undefined;
  if (
    typeof prototype !== "object" ||
    prototype === null ||
    typeof encode !== "function" ||
    typeof decode !== "function"
  ) {
    throw new UsageError("usage.option_invalid", "an extension needs a class, encode and decode", "Pass them.");
  }
  for (const replaced of [BY_NAME.get(name), BY_PROTOTYPE.get(prototype)]) {
    if (replaced) {
      BY_NAME.delete(replaced.name);
      BY_PROTOTYPE.delete(replaced.prototype);
    }
  }
  const registered: Registered = { prototype, name, v, encode: encode as Registered["encode"], decode };
  BY_NAME.set(name, registered);
  BY_PROTOTYPE.set(prototype, registered);
}

/** What is written of a value whose class is registered; undefined for any other. */
export function extensionOf(value: object, path: string): { name: string; version: number; data: unknown } | undefined {
  const found = BY_PROTOTYPE.get(Object.getPrototypeOf(value) as object);
  if (!found) {
    return undefined;
  }
  const { name, v, encode } = found;
  return {
    name,
    version: v,
    data: own("value.not_encodable", `${name} made no data at ${path}`, path, () => encode(value)),
  };
}

/** What a recorded extension stands for; undefined where nobody registered its name. */
export function valueOf(name: string, v: number, data: unknown, path: string): { value: unknown } | undefined {
  const found = BY_NAME.get(name);
  return (
    found && { value: own("value.mismatch", `${name} made no value at ${path}`, path, () => found.decode(v, data)) }
  );
}

/** What the program's own code throws is the refusal of a value. */
function own<T>(code: string, failed: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new ValueEncodingError(code, `the extension ${failed}`, path, { cause });
  }
}

export function isName(name: unknown): name is string {
  return typeof name === "string" && name !== "" && [...name].length <= 255;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
