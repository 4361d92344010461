// Tables of a store or a cache in a SQLite file: each step is one transaction, and what fails is an error of a store (MEM-053, MEM-055).

import type Database from "better-sqlite3";
import { FormatError, StoreError, TaskpointError } from "../errors.js";
import { openFile } from "../savers/sqlite-file.js";
import type { Row } from "../savers/sqlite-rows.js";
import { databaseError, type SqliteOptions } from "../savers/sqlite.js";

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

export class SqliteTables {
  readonly #database: Database.Database;

  constructor(
    private readonly what: "store" | "cache",
    path: string,
    layout: string,
    { busyTimeout = 5000 }: SqliteOptions,
  ) {
    this.#database = failing("open the file", () => {
      const database = openFile(path, busyTimeout);
      database.transaction(() => database.exec(layout)).immediate();
      return database;
    });
  }

  close(): void {
    this.#database.close();
  }

  step<T>(doing: string, work: (tables: this) => T): T {
    if (!this.#database.open) {
      throw new StoreError("store.closed", `the ${this.what} was closed`, "Open a new one.");
    }
    return failing(doing, () => this.#database.transaction(() => work(this)).immediate());
  }

  run(sql: string, ...values: unknown[]): void {
    this.#database.prepare(sql).run(...values);
  }

  all(sql: string, ...values: unknown[]): Row[] {
    return this.#database.prepare(sql).all(...values) as Row[];
  }
}
