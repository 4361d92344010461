// How a call finds its record (RPL-004). It is pure: it knows the records of one scope, and the calls made in it.

import type { CallRecord, QuestionRecord } from "./journal.js";
import { parsePath } from "./paths.js";

type ScopeRecord = CallRecord | QuestionRecord;

export type Match<R extends ScopeRecord> =
  | { readonly kind: "new"; readonly path: string }
  | { readonly kind: "again"; readonly path: string }
  | { readonly kind: "recorded"; readonly record: R }
  | { readonly kind: "diverges"; readonly record: R };

/** One execution of a scope. */
export class Matcher<R extends ScopeRecord = ScopeRecord> {
  readonly #records = new Map<string, R>();
  readonly #numbered = new Map<string, R[]>();
  readonly #counters = new Map<string, number>();
  readonly #called = new Set<string>();

  constructor(records: Iterable<R>) {
    for (const record of records) {
      this.#records.set(record.path, record);
      const { series, index } = parsePath(record.path);
      if (index !== null) {
        this.#numbered.set(series, [...(this.#numbered.get(series) ?? []), record]);
      }
    }
    const place = (record: R) => parsePath(record.path).index ?? 0;
    for (const records of this.#numbered.values()) {
      records.sort((left, right) => place(left) - place(right));
    }
  }

  /** Match a call with a key; undefined where the key was used before (IDN-011). */
  keyed(path: string, digest: string | null): Match<R> | undefined {
    if (this.#called.has(path)) {
      return undefined;
    }
    this.#called.add(path);
    const record = this.#records.get(path);
    if (!record) {
      return { kind: "new", path };
    }
    if (!record.isVoid && !agree(digest, record.digest)) {
      return { kind: "diverges", record };
    }
    return this.take(record);
  }

  /** Match a call without a key by its series, which is its scope and name. */
  numbered(series: string, digest: string | null): Match<R> {
    const position = this.#counters.get(series) ?? 0;
    this.#counters.set(series, position + 1);
    const found = this.#records.get(`${series}${position}`);
    const record = found?.claimed ? undefined : found;
    if (record && agree(digest, record.digest)) {
      return this.take(record);
    }
    const moved = digest === null ? undefined : this.#numbered.get(series)?.find((each) => canMove(each, digest));
    if (moved) {
      return this.take(moved); // RPL-011
    }
    if (record?.isVoid) {
      return this.take(record); // RPL-043
    }
    if (record?.alone) {
      return { kind: "diverges", record }; // RPL-010
    }
    return { kind: "new", path: this.#free(series) }; // RPL-012
  }

  /** Claim a record, and say what becomes of its call. */
  take(record: R): Match<R> {
    record.claimed = true;
    this.#called.add(record.path);
    return record.isVoid ? { kind: "again", path: record.path } : { kind: "recorded", record };
  }

  /** RPL-030: what nobody asked for, without void records. */
  orphans(): string[] {
    return [...this.#records.values()]
      .filter((each) => each.kind === "call" && !each.claimed && !each.isVoid)
      .map(({ path }) => path);
  }

  #free(series: string): string {
    let index = 0;
    while (this.#records.has(`${series}${index}`) || this.#called.has(`${series}${index}`)) {
      index += 1;
    }
    const path = `${series}${index}`;
    this.#called.add(path);
    return path;
  }
}

/** RPL-048: a cancellation is found at its own position alone. */
function canMove({ claimed, digest, isVoid, entry }: ScopeRecord, wanted: string): boolean {
  return !claimed && digest === wanted && (isVoid || entry.kind !== "task.cancelled");
}

function agree(left: string | null, right: string | null): boolean {
  return left === right || left === null || right === null;
}
