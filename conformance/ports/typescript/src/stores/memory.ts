// A store in the memory of this process.

import { BaseStore, type PutOptions, type Row, type Rows } from "./store.js";

class MemoryRows implements Rows {
  /** In the order in which they were put: a put takes a row out, and in again at the end (MEM-011). */
  readonly #rows = new Map<string, Row>();

  put(row: Row, now: number): void {
    const place = placeOf(row.namespace, row.key);
    const found = this.get(row.namespace, row.key, now);
    this.#rows.delete(place);
    this.#rows.set(place, found ? { ...row, created_at: found.created_at } : row);
  }

  get(namespace: string, key: string, now: number): Row | undefined {
    const row = this.#rows.get(placeOf(namespace, key));
    return row && isThere(row, now) ? row : undefined;
  }

  remove(namespace: string, key: string): void {
    this.#rows.delete(placeOf(namespace, key));
  }

  below(prefix: string, itself: string, now: number): Row[] {
    const fits = ({ namespace }: Row) => namespace.startsWith(prefix) || namespace === itself;
    return [...this.#rows.values()].filter((row) => fits(row) && isThere(row, now)).reverse();
  }

  renew(rows: readonly Row[], now: number): void {
    for (const { namespace, key, ttl } of rows) {
      const row = this.#rows.get(placeOf(namespace, key));
      if (row && ttl !== null) {
        this.#rows.set(placeOf(namespace, key), { ...row, expires_at: now + ttl });
      }
    }
  }
}

function placeOf(namespace: string, key: string): string {
  return `${namespace}\n${key}`;
}

function isThere({ expires_at }: Row, now: number): boolean {
  return expires_at === null || expires_at > now;
}

/** Keeps items until the process ends. */
export class InMemoryStore extends BaseStore {
  constructor(options: PutOptions = {}) {
    super(new MemoryRows(), options);
  }
}
