// The requests about values and definitions.

import type { Message } from "./wire.js";

/**
 * Answer {outcome: "encoded", canonical}, or {outcome: "rejected", code, path}.
 *
 * Evaluate `request.expr` and give your port's canonical JSON of the value (chapter 2 of the specification).
 */
export function encode(request: Message): Message {
  return notYet("encode", "src/values.ts, function encode");
}

/**
 * Answer {outcome: "decoded", canonical}, or {outcome: "rejected", code}.
 *
 * Decode the bytes behind `request.raw_b64` with your port's codec and encode what they gave.
 */
export function decode(request: Message): Message {
  return notYet("decode", "src/values.ts, function decode");
}

/** Answer {outcome: "digested", digest}: chapter 3, the input digest of a call. */
export function digest(request: Message): Message {
  return notYet("digest", "src/values.ts, function digest");
}

/** Answer {outcome: "defined", definition}, or {outcome: "rejected", code}: chapter 5. */
export function define(request: Message): Message {
  return notYet("define", "src/values.ts, function define");
}

export function notYet(op: string, where: string): Message {
  return { outcome: "errored", message: `implement ${op}: ${where} (conformance/PORTING.md)` };
}
