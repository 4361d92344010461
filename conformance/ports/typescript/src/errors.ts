// The errors of the library. What a program should look at is the code; it is the same in every language (chapter 7).

import type { Holder } from "./generated/types.js";

/** Any error of the library. Its text names places, types and ids, and never a payload (ERR-001). */
export class TaskpointError extends Error {
  override name = "TaskpointError";
  constructor(
    readonly code: string,
    message: string,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The caller used the library wrongly; nothing was started or changed. */
export class UsageError extends TaskpointError {
  override name = "UsageError";
}

/** An option, or an argument, is none of those that it can be. */
export function invalidOption(name: string, wanted: string): UsageError {
  return new UsageError(
    "usage.option_invalid",
    `${name} has to be ${wanted}`,
    "Give one of the values that it can have.",
  );
}

/** The code makes a call that does not fit what its journal recorded, at `path`. */
export class ReplayDivergenceError extends TaskpointError {
  override name = "ReplayDivergenceError";
  constructor(
    message: string,
    readonly path: string,
  ) {
    super("replay.divergence", message, "Run the code that began the thread, or choose another onDivergence.");
  }
}

/** Another run holds the thread, or has overtaken this one. */
export class ConcurrentRunError extends TaskpointError {
  override name = "ConcurrentRunError";
  constructor(
    message: string,
    readonly holder: Holder | null = null,
  ) {
    super("run.concurrent", message, "Wait for the other run, or take the thread over on purpose.");
  }
}

/** A value has no encoding, or a text is none; `path` is its place in the value, as `$.items[3]`. */
export class ValueEncodingError extends TaskpointError {
  override name = "ValueEncodingError";
  constructor(
    code: string,
    message: string,
    readonly path = "$",
    options?: ErrorOptions,
  ) {
    super(code, message, undefined, options);
  }
}

/** A stored row or an imported document is malformed or too new. */
export class FormatError extends TaskpointError {
  override name = "FormatError";
}

/** A saver failed. `committed` says what is known of its write: null where nobody knows (STO-008). */
export class SaverError extends TaskpointError {
  override name = "SaverError";
  constructor(
    message: string,
    readonly committed: boolean | null,
    code = "saver.failed",
    options?: ErrorOptions,
  ) {
    super(code, message, "Mend the storage and resume the thread.", options);
  }
}

/** A store or a cache failed. */
export class StoreError extends TaskpointError {
  override name = "StoreError";
}

/** An execution of a call, or an attempt of a run, took longer than its policy allows. */
export class TaskTimeoutError extends TaskpointError {
  override name = "TaskTimeoutError";
}

/** A recorded error whose class is not known here (ERR-005): `type` says what it was. */
export class TaskError extends TaskpointError {
  override name = "TaskError";
  constructor(
    readonly type: string,
    message: string,
    readonly data: unknown,
    readonly path: string | undefined,
    readonly retryable?: boolean,
  ) {
    super("task.failed", message);
  }
}

const FAMILIES: readonly [prefix: string, make: (code: string, message: string) => TaskpointError][] = [
  ["value.", (code, message) => new ValueEncodingError(code, message)],
  ["format.", (code, message) => new FormatError(code, message)],
  ["saver.", (code, message) => new SaverError(message, null, code)],
  ["store.", (code, message) => new StoreError(code, message)],
  ["task.timeout", (code, message) => new TaskTimeoutError(code, message)],
  ["run.timeout", (code, message) => new TaskTimeoutError(code, message)],
  ["run.concurrent", (_, message) => new ConcurrentRunError(message)],
  ["usage.", (code, message) => new UsageError(code, message)],
  ["interrupt.", (code, message) => new UsageError(code, message)],
  ["run.", (code, message) => new UsageError(code, message)],
];

/** Make the error of a code, as where a recorded one is delivered; undefined for what is no code of the library. */
export function errorOfCode(code: string, message: string): TaskpointError | undefined {
  return FAMILIES.find(([prefix]) => code.startsWith(prefix))?.[1](code, message);
}
