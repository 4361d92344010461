// Fingerprints (IDN-040 to IDN-044, RPL-033).

import { createHash } from "node:crypto";
import { ValueEncodingError } from "../errors.js";
import { canonicalText, setMember, type Tree } from "./text.js";
import { toTree } from "./value.js";

/** The SHA-256 of canonical bytes, in lowercase hexadecimal. */
export function digestTree(tree: Tree): string {
  return createHash("sha256").update(canonicalText(tree)).digest("hex");
}

/** The digest of a call: its positional arguments, then the ones given by name that are left, if any. */
export function digestArguments(args: readonly unknown[], named: { readonly [name: string]: unknown } = {}): string {
  const array = args.map(argument);
  const rest: { [name: string]: Tree } = {};
  for (const [name, value] of Object.entries(named)) {
    setMember(rest, name.startsWith("$") ? `$${name}` : name, argument(value));
  }
  return digestTree(Object.keys(rest).length === 0 ? array : [...array, rest]);
}

/** IDN-044: an argument without an encoding is not compared. */
function argument(value: unknown): Tree {
  try {
    return toTree(value);
  } catch (error) {
    if (error instanceof ValueEncodingError) {
      return { $opaque: true };
    }
    throw error;
  }
}

/** RPL-033: the key by which the other side can tell that a call is made again. */
export function idempotencyKey(threadId: string, checkpointId: string, path: string): string {
  return digestTree([threadId, checkpointId, path]);
}
