// Opening a file: one that is empty is given the layout, and one that is somebody else's is left as it is (STO-030, STO-034, STO-035).

import type Database from "better-sqlite3";
import { FormatError, SaverError } from "../errors.js";
import { APPLICATION_ID, SAVER_LAYOUT, USER_VERSION } from "../generated/layouts.js";
import { betterSqlite3, sqliteCode } from "./better-sqlite3.js";

export function openFile(path: string, busyTimeout: number): Database.Database {
  const database = new (betterSqlite3())(path, { timeout: busyTimeout });
  try {
    if (!hasLayout(database)) {
      patiently(busyTimeout, () => database.pragma("journal_mode = WAL"));
      create(database);
    }
    patiently(busyTimeout, () => database.pragma("journal_mode = WAL"));
    database.pragma("synchronous = FULL");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function hasLayout(database: Database.Database): boolean {
  if (database.pragma("application_id", { simple: true }) === APPLICATION_ID) {
    if ((database.pragma("user_version", { simple: true }) as number) > USER_VERSION) {
      throw new FormatError(
        "format.newer",
        "the file has a newer layout than this version knows",
        "Open it with a newer version.",
      );
    }
    return true;
  }
  const { made } = database.prepare("SELECT count(*) AS made FROM sqlite_master").get() as { made: number };
  if (made > 0) {
    throw new SaverError("the file is a database of something else", false);
  }
  return false;
}

function create(database: Database.Database): void {
  const make = () => {
    if (!hasLayout(database)) {
      database.exec(SAVER_LAYOUT);
    }
  };
  database.transaction(make).immediate();
}

/** SQLite does not wait by itself where two programs change the mode of a file at once. */
function patiently(timeout: number, change: () => void): void {
  const end = Date.now() + timeout;
  for (;;) {
    try {
      change();
      return;
    } catch (error) {
      if (!sqliteCode(error)?.startsWith("SQLITE_BUSY") || Date.now() > end) {
        throw error;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
