// A cache in a SQLite file, which may be that of a saver and a store (CCH-005).

import { CACHE_LAYOUT } from "../generated/layouts.js";
import type { SqliteOptions } from "../savers/sqlite.js";
import { readNamespace } from "../stores/places.js";
import { SqliteTables } from "../stores/sqlite-tables.js";
import { type BaseCache, expiryOf, type FullKey, readKey } from "./cache.js";

const GET =
  "SELECT value FROM cache_entries WHERE namespace = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)";

/**
 * Keeps results in a file.
 *
 * @example const main = entrypoint({ name: "main", cache: new SqliteCache("results.db") }, async (n: number) => await load(n));
 */
export class SqliteCache implements BaseCache {
  readonly #tables: SqliteTables;

  constructor(path: string, options: SqliteOptions = {}) {
    this.#tables = new SqliteTables("cache", path, CACHE_LAYOUT, options);
  }

  /** Close the file; closing it again is no error. */
  close(): void {
    this.#tables.close();
  }

  async get(full: FullKey): Promise<string | null> {
    const { namespace, key } = readKey(full);
    const row = this.#tables.step("get a result", (tables) => tables.all(GET, namespace, key, Date.now() / 1000)[0]);
    return row === undefined ? null : String(row.value);
  }

  async set(full: FullKey, text: string, ttl?: number): Promise<void> {
    const { namespace, key } = readKey(full);
    const expiresAt = expiryOf(text, ttl);
    this.#tables.step("keep a result", (tables) => {
      tables.run("DELETE FROM cache_entries WHERE expires_at <= ?", Date.now() / 1000);
      tables.run(
        "INSERT OR REPLACE INTO cache_entries (namespace, key, value, expires_at) VALUES (?, ?, ?, ?)",
        namespace,
        key,
        text,
        expiresAt,
      );
    });
  }

  async clear(namespaces?: readonly (readonly string[])[]): Promise<void> {
    const chosen = namespaces?.map((each) => readNamespace(each));
    this.#tables.step("clear the cache", (tables) => {
      if (chosen === undefined) {
        tables.run("DELETE FROM cache_entries");
      }
      chosen?.forEach((namespace) => tables.run("DELETE FROM cache_entries WHERE namespace = ?", namespace));
    });
  }
}
