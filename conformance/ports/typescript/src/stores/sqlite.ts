// A store in a SQLite file, which may be that of a saver (MEM-050 to MEM-055).

import { STORE_LAYOUT } from "../generated/layouts.js";
import type { SqliteOptions } from "../savers/sqlite.js";
import { SqliteTables } from "./sqlite-tables.js";
import { BaseStore, type PutOptions, type Row, type Rows } from "./store.js";

const THERE = "(expires_at IS NULL OR expires_at > ?)";

class SqliteRows implements Rows {
  constructor(private readonly tables: SqliteTables) {}

  put(row: Row, now: number): void {
    const { namespace, key, value, created_at, updated_at, ttl, expires_at } = row;
    this.tables.step("put an item", (tables) => {
      tables.run("DELETE FROM store_items WHERE expires_at <= ?", now);
      const [found] = tables.all("SELECT created_at FROM store_items WHERE namespace = ? AND key = ?", namespace, key);
      tables.run("DELETE FROM store_items WHERE namespace = ? AND key = ?", namespace, key);
      tables.run(
        `INSERT INTO store_items (written, namespace, key, value, created_at, updated_at, ttl, expires_at)
         VALUES ((SELECT coalesce(max(written), 0) + 1 FROM store_items), ?, ?, ?, ?, ?, ?, ?)`,
        namespace,
        key,
        value,
        found?.created_at ?? created_at,
        updated_at,
        ttl,
        expires_at,
      );
    });
  }

  get(namespace: string, key: string, now: number): Row | undefined {
    const sql = `SELECT * FROM store_items WHERE namespace = ? AND key = ? AND ${THERE}`;
    return this.tables.step("get an item", (tables) => tables.all(sql, namespace, key, now)[0] as Row | undefined);
  }

  remove(namespace: string, key: string): void {
    this.tables.step("delete an item", (tables) =>
      tables.run("DELETE FROM store_items WHERE namespace = ? AND key = ?", namespace, key),
    );
  }

  /** A prefix is a range of the index, and no pattern (MEM-051): the sign behind a comma is a hyphen. */
  below(prefix: string, itself: string, now: number): Row[] {
    const end = prefix === "[" ? "\\" : `${prefix.slice(0, -1)}-`;
    const sql = `SELECT * FROM store_items WHERE (namespace = ? OR (namespace >= ? AND namespace < ?)) AND ${THERE} ORDER BY written DESC`;
    return this.tables.step("search", (tables) => tables.all(sql, itself, prefix, end, now) as unknown[] as Row[]);
  }

  renew(rows: readonly Row[], now: number): void {
    const kept = rows.filter(({ ttl }) => ttl !== null);
    if (kept.length > 0) {
      this.tables.step("renew items", (tables) => {
        for (const { namespace, key, ttl } of kept) {
          tables.run(
            "UPDATE store_items SET expires_at = ? WHERE namespace = ? AND key = ?",
            now + (ttl as number),
            namespace,
            key,
          );
        }
      });
    }
  }
}

/**
 * Keeps items in a file.
 *
 * @example const main = entrypoint({ name: "main", store: new SqliteStore("memory.db") }, async () => await getStore().get(["ann"], "tea"));
 */
export class SqliteStore extends BaseStore {
  readonly #tables: SqliteTables;

  constructor(path: string, { busyTimeout = 5000, ...options }: SqliteOptions & PutOptions = {}) {
    const tables = new SqliteTables("store", path, STORE_LAYOUT, { busyTimeout });
    super(new SqliteRows(tables), options);
    this.#tables = tables;
  }

  /** Close the file; closing it again is no error. */
  close(): void {
    this.#tables.close();
  }
}
