// A store in a SQLite file, which may be that of a saver (MEM-050 to MEM-055).

import type Database from "better-sqlite3";
import { FormatError, StoreError, TaskpointError } from "../errors.js";
import { openFile } from "../savers/sqlite-file.js";
import { databaseError, type SqliteOptions } from "../savers/sqlite.js";
import { BaseStore, type PutOptions, type Row, type Rows } from "./store.js";

const LAYOUT = `
CREATE TABLE IF NOT EXISTS store_items (
    written INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    ttl REAL,
    expires_at REAL,
    UNIQUE (namespace, key)
) STRICT;

CREATE INDEX IF NOT EXISTS store_expiry ON store_items (expires_at) WHERE expires_at IS NOT NULL;
`;

const THERE = "(expires_at IS NULL OR expires_at > ?)";

function failing<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (raised) {
    const error = databaseError(raised, what, false);
    if (error instanceof FormatError || (error instanceof TaskpointError && !error.code.startsWith("saver."))) {
      throw error;
    }
    throw new StoreError("store.failed", error.message, "Mend the storage and run the task again.", { cause: raised });
  }
}

class SqliteRows implements Rows {
  readonly #database: Database.Database;

  constructor(path: string, busyTimeout: number) {
    this.#database = failing("open the file", () => {
      const database = openFile(path, busyTimeout);
      database.transaction(() => database.exec(LAYOUT)).immediate();
      return database;
    });
  }

  close(): void {
    this.#database.close();
  }

  #step<T>(what: string, work: () => T): T {
    if (!this.#database.open) {
      throw new StoreError("store.closed", "the store was closed", "Open a new one.");
    }
    return failing(what, () => this.#database.transaction(work).immediate());
  }

  #run(sql: string, ...values: unknown[]): void {
    this.#database.prepare(sql).run(...values);
  }

  put(row: Row, now: number): void {
    const { namespace, key, value, created_at, updated_at, ttl, expires_at } = row;
    this.#step("put an item", () => {
      this.#run("DELETE FROM store_items WHERE expires_at <= ?", now);
      const found = this.#database.prepare("SELECT created_at FROM store_items WHERE namespace = ? AND key = ?").get(namespace, key);
      this.#run("DELETE FROM store_items WHERE namespace = ? AND key = ?", namespace, key);
      this.#run(
        `INSERT INTO store_items (written, namespace, key, value, created_at, updated_at, ttl, expires_at)
         VALUES ((SELECT coalesce(max(written), 0) + 1 FROM store_items), ?, ?, ?, ?, ?, ?, ?)`,
        namespace, key, value, (found as Row | undefined)?.created_at ?? created_at, updated_at, ttl, expires_at,
      );
    });
  }

  get(namespace: string, key: string, now: number): Row | undefined {
    const sql = `SELECT * FROM store_items WHERE namespace = ? AND key = ? AND ${THERE}`;
    return this.#step("get an item", () => this.#database.prepare(sql).get(namespace, key, now) as Row | undefined);
  }

  remove(namespace: string, key: string): void {
    this.#step("delete an item", () => this.#run("DELETE FROM store_items WHERE namespace = ? AND key = ?", namespace, key));
  }

  /** A prefix is a range of the index, and no pattern (MEM-051): the sign behind a comma is a hyphen. */
  below(prefix: string, itself: string, now: number): Row[] {
    const end = prefix === "[" ? "\\" : `${prefix.slice(0, -1)}-`;
    const sql = `SELECT * FROM store_items WHERE (namespace = ? OR (namespace >= ? AND namespace < ?)) AND ${THERE} ORDER BY written DESC`;
    return this.#step("search", () => this.#database.prepare(sql).all(itself, prefix, end, now) as Row[]);
  }

  renew(rows: readonly Row[], now: number): void {
    const kept = rows.filter(({ ttl }) => ttl !== null);
    if (kept.length > 0) {
      this.#step("renew items", () => {
        for (const { namespace, key, ttl } of kept) {
          this.#run("UPDATE store_items SET expires_at = ? WHERE namespace = ? AND key = ?", now + (ttl as number), namespace, key);
        }
      });
    }
  }
}

export class SqliteStore extends BaseStore {
  readonly #file: SqliteRows;

  constructor(path: string, { busyTimeout = 5000, ...options }: SqliteOptions & PutOptions = {}) {
    const file = new SqliteRows(path, busyTimeout);
    super(file, options);
    this.#file = file;
  }

  /** Close the file; closing it again is no error. */
  close(): void {
    this.#file.close();
  }
}
