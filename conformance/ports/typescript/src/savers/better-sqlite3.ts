// The package better-sqlite3, loaded when the first file is opened: programs without files need not have it.

import { createRequire } from "node:module";
import type Database from "better-sqlite3";
import { UsageError } from "../errors.js";

const load = createRequire(import.meta.url);

export function betterSqlite3(): typeof Database {
  try {
    return load("better-sqlite3") as typeof Database;
  } catch (cause) {
    throw new UsageError("usage.option_invalid", "a SQLite file needs the package better-sqlite3", "Install it.", {
      cause,
    });
  }
}

/** The code that SQLite gave an error; undefined for one that is not of SQLite. */
export function sqliteCode(error: unknown): string | undefined {
  return error instanceof betterSqlite3().SqliteError ? error.code : undefined;
}
