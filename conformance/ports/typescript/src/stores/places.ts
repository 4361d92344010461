// Namespaces and keys, as stores and caches have them (MEM-003).

import { canonicalText } from "../codec/text.js";
import { isId } from "../core/labels.js";
import { UsageError } from "../errors.js";

/** The canonical text of a namespace. */
export function readNamespace(namespace: unknown, mayBeEmpty = false): string {
  if (!Array.isArray(namespace) || namespace.length > 64 || (namespace.length === 0 && !mayBeEmpty)) {
    throw new UsageError("usage.id_invalid", "a namespace is a list of 1 to 64 texts", "Pass a list.");
  }
  return canonicalText(namespace.map(readText));
}

export function readText(text: unknown): string {
  if (!isId(text)) {
    throw new UsageError(
      "usage.id_invalid",
      "a segment or key is not a text of 1 to 255 characters without controls",
      "Pass a valid string.",
    );
  }
  return text;
}
