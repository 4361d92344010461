// Where an entrypoint keeps things: what it was given, or the SQLite file at a path.

import type { BaseCache } from "../caches/cache.js";
import { SqliteCache } from "../caches/sqlite.js";
import { invalidOption } from "../errors.js";
import type { CheckpointSaver } from "../savers/saver.js";
import { SqliteSaver } from "../savers/sqlite.js";
import { SqliteStore } from "../stores/sqlite.js";
import { BaseStore } from "../stores/store.js";

/** What an entrypoint keeps threads, items and results in. A file is open for as long as the process lives. */
export interface Storage {
  readonly checkpointer?: CheckpointSaver | undefined;
  readonly store?: BaseStore | undefined;
  readonly cache?: BaseCache | undefined;
}

/** The same, where each may be the path of a SQLite file; they may share one. */
export type StorageOptions = { readonly [K in keyof Storage]: Storage[K] | string };

export function readStorage({ checkpointer, store, cache }: StorageOptions): Storage {
  return {
    checkpointer: read("checkpointer", "a saver", checkpointer, SqliteSaver, (each) => has(each, "append")),
    store: read("store", "a store", store, SqliteStore, (each) => each instanceof BaseStore),
    cache: read("cache", "a cache", cache, SqliteCache, (each) => has(each, "clear")),
  };
}

function read<T>(
  option: string,
  wanted: string,
  given: T | string | undefined,
  inFile: new (path: string) => T,
  isOne: (given: T) => boolean,
): T | undefined {
  if (given === undefined) {
    return undefined;
  }
  if (typeof given === "string" && given !== "") {
    return new inFile(given);
  }
  if (typeof given === "string" || !isOne(given)) {
    throw invalidOption(option, `${wanted}, or the path of a SQLite file`);
  }
  return given;
}

function has(given: unknown, verb: string): boolean {
  return typeof (given as { [member: string]: unknown } | null)?.[verb] === "function";
}
