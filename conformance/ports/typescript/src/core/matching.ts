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
  /** Those without a key, by series and digest, the lowest index first; who is claimed is passed over once. */
  readonly #alike = new Map<string, R[]>();
  readonly #lowest = new Map<string, number>();
  readonly #counters = new Map<string, number>();
  readonly #called = new Set<string>();

  constructor(records: Iterable<R>) {
    const numbered: { record: R; index: number; alike: string }[] = [];
    for (const record of records) {
      this.#records.set(record.path, record);
      const { series, index } = parsePath(record.path);
      if (index !== null && canMove(record)) {
        numbered.push({ record, index, alike: `${series} ${record.digest}` });
      }
    }
    for (const { record, alike } of numbered.sort((left, right) => right.index - left.index)) {
      const others = this.#alike.get(alike);
      if (others) {
        others.push(record);
      } else {
        this.#alike.set(alike, [record]);
      }
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
    const moved = digest === null ? undefined : this.#moved(`${series} ${digest}`);
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

  #moved(alike: string): R | undefined {
    const found = this.#alike.get(alike) ?? [];
    while (found.at(-1)?.claimed) {
      found.pop();
    }
    return found.at(-1);
  }

  #free(series: string): string {
    let index = this.#lowest.get(series) ?? 0;
    while (this.#records.has(`${series}${index}`) || this.#called.has(`${series}${index}`)) {
      index += 1;
    }
    this.#lowest.set(series, index + 1);
    const path = `${series}${index}`;
    this.#called.add(path);
    return path;
  }
}

/** Whether it is found by its input; RPL-048: a cancellation is found at its own position alone. */
function canMove({ digest, isVoid, entry }: ScopeRecord): boolean {
  return digest !== null && (isVoid || entry.kind !== "task.cancelled");
}

function agree(left: string | null, right: string | null): boolean {
  return left === right || left === null || right === null;
}
