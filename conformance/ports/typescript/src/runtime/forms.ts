// What a definition says of the values that it records: their types, and how those of older versions are read (chapter 22).

import type { Tree } from "../codec/text.js";
import { fromTree, toTree } from "../codec/value.js";
import { typeOf } from "../core/failures.js";
import { invalidOption, ValueEncodingError } from "../errors.js";
import { readVersion } from "./definition.js";

/** A declared type: reads plain data, or throws where it does not fit. Those of zod and its like are such. */
export interface Schema<T> {
  parse(value: unknown): T;
  /** Makes plain data of a value; where it is left out, the value is plain data itself. */
  plain?(value: T): unknown;
}

/** A value that another version of a definition recorded, for its `migrate` (TYP-021). */
export interface Recorded {
  readonly kind: "result" | "input" | "value" | "saved";
  readonly value: unknown;
  /** Null where the definition had none. */
  readonly version: string | null;
}

/** Returns, as plain data, what today's code is to see of a value. It is pure: it runs on every replay. */
export type Migration = (recorded: Recorded) => unknown;

/** The options of tasks and entrypoints that are about versions. */
export interface VersionOptions {
  /** A text that you change when what is recorded changes. */
  readonly version?: string;
  /** Reads what other versions recorded. */
  readonly migrate?: Migration;
}

/** How values of one kind are written down, and read back. */
export class Form {
  constructor(
    private readonly kind: Recorded["kind"],
    private readonly schema: Schema<unknown> | undefined,
    readonly version: string | null,
    private readonly migrate: Migration | undefined,
  ) {}

  /** What is recorded of a value, if it can be read back (TYP-001, TYP-002). */
  write(value: unknown): Tree {
    const tree = this.#tree(value);
    this.#typed(fromTree(tree));
    return tree;
  }

  #tree(value: unknown): Tree {
    try {
      return toTree(this.schema?.plain ? this.schema.plain(value) : value);
    } catch (cause) {
      if (cause instanceof ValueEncodingError) {
        throw cause;
      }
      const what = `a ${this.kind} threw ${typeOf(cause)} when it was to be recorded`; // ERR-022: a getter, or `plain`
      throw new ValueEncodingError("value.not_encodable", what, "$", { cause });
    }
  }

  /** What everybody sees of a recorded value. */
  read(tree: Tree, version: string | null): unknown {
    return this.#typed(this.#migrated(fromTree(tree), version));
  }

  #typed(value: unknown): unknown {
    try {
      return this.schema ? this.schema.parse(value) : value;
    } catch (error) {
      const path = placeIn(error);
      throw new ValueEncodingError("value.mismatch", `a ${this.kind} does not fit its declared type at ${path}`, path);
    }
  }

  #migrated(value: unknown, version: string | null): unknown {
    if (!this.migrate || version === this.version) {
      return value;
    }
    try {
      return this.migrate({ kind: this.kind, value, version });
    } catch (cause) {
      const what = `a ${this.kind} that version ${JSON.stringify(version)} recorded could not be migrated`;
      throw new ValueEncodingError("value.mismatch", what, "$", { cause }); // TYP-023
    }
  }
}

/** TYP-004: where the issue is that a schema found; zod and its like tell. */
function placeIn(error: unknown): string {
  const { issues } = (error ?? {}) as { issues?: { path?: unknown }[] };
  const path = Array.isArray(issues) ? issues[0]?.path : undefined;
  const steps = Array.isArray(path) ? path : [];
  return `$${steps.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("")}`;
}

/** That of values of which nothing is declared. */
export const UNTYPED = new Form("result", undefined, null, undefined);

export function formOf(kind: Recorded["kind"], schema: unknown, { version, migrate }: VersionOptions): Form {
  if (migrate !== undefined && typeof migrate !== "function") {
    throw invalidOption("migrate", "a function");
  }
  return new Form(kind, readSchema(kind, schema), readVersion(version), migrate);
}

export function readSchema(name: string, schema: unknown): Schema<unknown> | undefined {
  if (schema !== undefined && typeof (schema as Schema<unknown> | null)?.parse !== "function") {
    throw invalidOption(`the type of ${name}`, "an object with parse");
  }
  return schema as Schema<unknown> | undefined;
}
