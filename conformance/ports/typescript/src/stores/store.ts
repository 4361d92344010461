// Long-term memory across threads (chapter 18): what every store refuses, and what it gives. Where rows lie is below.

import { canonicalText, parseText, storedText } from "../codec/text.js";
import { fromTree, toTree } from "../codec/value.js";
import { invalidOption, FormatError, TaskpointError } from "../errors.js";
import { compareTexts, membersOf, readFilter } from "./filter.js";
import { readNamespace, readText } from "./places.js";

/** What a store keeps under a namespace and a key. */
export interface Item {
  readonly namespace: readonly string[];
  readonly key: string;
  readonly value: { readonly [name: string]: unknown };
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An item as it lies somewhere: texts, and times in seconds since 1970. */
export interface Row {
  readonly namespace: string;
  readonly key: string;
  readonly value: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly ttl: number | null;
  readonly expires_at: number | null;
}

/** Where rows lie. Each of these is one step (MEM-006); a row that has expired by `now` is not there. */
export interface Rows {
  put(row: Row, now: number): void;
  get(namespace: string, key: string, now: number): Row | undefined;
  remove(namespace: string, key: string): void;
  /** The rows of the namespaces that begin with a text, or are another one, the one that was put last first. */
  below(prefix: string, itself: string, now: number): Row[];
  renew(rows: readonly Row[], now: number): void;
}

/** How an item is put. */
export interface PutOptions {
  /** How long it is kept, in minutes, from when it was put or last read. */
  readonly ttl?: number;
}

/** How an item is read. */
export interface GetOptions {
  /** Whether reading renews; true where left out. */
  readonly refreshTtl?: boolean;
}

/** Which items a search returns. */
export interface SearchOptions extends GetOptions {
  readonly filter?: { readonly [name: string]: unknown };
  readonly limit?: number;
  readonly offset?: number;
}

/** Stands for any one segment where namespaces are listed; no text does. */
export const ANY_SEGMENT: unique symbol = Symbol("any segment");

/** A namespace, or a part of one, in which `ANY_SEGMENT` may stand for segments. */
export type NamespacePattern = readonly (string | typeof ANY_SEGMENT)[];

/** Which namespaces are listed. */
export interface ListOptions {
  readonly prefix?: NamespacePattern;
  readonly suffix?: NamespacePattern;
  readonly maxDepth?: number;
  readonly limit?: number;
  readonly offset?: number;
}

/** Long-term memory: items under namespaces and keys. Bring a storage of your own by giving it rows. */
export class BaseStore {
  readonly #rows: Rows;
  readonly #ttl: number | undefined;

  /** `ttl`: how many minutes an item is kept that is put without a time to live; for ever where left out. */
  constructor(rows: Rows, { ttl }: PutOptions = {}) {
    this.#rows = rows;
    this.#ttl = ttl;
  }

  /** Keep a value, in place of what is there. */
  async put(
    namespace: readonly string[],
    key: string,
    value: object,
    { ttl = this.#ttl }: PutOptions = {},
  ): Promise<void> {
    const place = readNamespace(namespace);
    readText(key);
    if (!membersOf(value)) {
      throw invalidOption("the value of an item", "a map with text keys"); // MEM-004
    }
    if (ttl !== undefined && !(typeof ttl === "number" && Number.isFinite(ttl) && ttl > 0)) {
      throw invalidOption("ttl", "a number of minutes above zero"); // MEM-032
    }
    const now = Date.now() / 1000;
    const at = new Date().toISOString();
    const seconds = ttl === undefined ? null : ttl * 60;
    const row = {
      namespace: place,
      key,
      value: storedText(toTree(value)),
      created_at: at,
      updated_at: at,
      ttl: seconds,
    };
    this.#rows.put({ ...row, expires_at: seconds === null ? null : now + seconds }, now);
  }

  /** Return an item, or null. */
  async get(namespace: readonly string[], key: string, { refreshTtl = true }: GetOptions = {}): Promise<Item | null> {
    const now = Date.now() / 1000;
    const row = this.#rows.get(readNamespace(namespace), readText(key), now);
    if (row && refreshTtl) {
      this.#rows.renew([row], now);
    }
    return row ? itemOf(row) : null;
  }

  /** Remove an item; one that is not there is no error. */
  async delete(namespace: readonly string[], key: string): Promise<void> {
    this.#rows.remove(readNamespace(namespace), readText(key));
  }

  /** Return the items below a namespace that fit a filter, the one that was put last first (MEM-010 to MEM-012). */
  async search(prefix: readonly string[], options: SearchOptions = {}): Promise<Item[]> {
    const {
      filter,
      limit = 10,
      offset = 0,
      refreshTtl = true,
    } = known(options, ["filter", "limit", "offset", "refreshTtl"]);
    const test = filter === undefined ? () => true : readFilter(filter);
    counts({ limit, offset });
    const now = Date.now() / 1000;
    const rows = this.#below(prefix, now);
    const found = rows
      .map((row) => ({ row, item: itemOf(row) }))
      .filter(({ item }) => test(item.value))
      .slice(offset, offset + limit);
    if (refreshTtl) {
      this.#rows.renew(
        found.map(({ row }) => row),
        now,
      );
    }
    return found.map(({ item }) => item);
  }

  /** Return the namespaces that hold items (MEM-014). */
  async listNamespaces(options: ListOptions = {}): Promise<string[][]> {
    const {
      prefix = [],
      suffix = [],
      maxDepth,
      limit = 100,
      offset = 0,
    } = known(options, ["prefix", "suffix", "maxDepth", "limit", "offset"]);
    counts({ limit, offset, ...(maxDepth === undefined ? {} : { maxDepth }) });
    if (maxDepth === 0) {
      throw invalidOption("maxDepth", "above zero");
    }
    readPattern(suffix);
    const all = this.#below(readPattern(prefix), Date.now() / 1000).map(
      ({ namespace }) => JSON.parse(namespace) as string[],
    );
    const fitting = all.filter((each) => fits(each, prefix, 0) && fits(each, suffix, each.length - suffix.length));
    const cut = fitting.map((each) => each.slice(0, maxDepth));
    const distinct = new Map(cut.map((each) => [canonicalText(each), each]));
    return [...distinct.values()].sort(bySegments).slice(offset, offset + limit);
  }

  #below(prefix: readonly string[], now: number): Row[] {
    const itself = readNamespace(prefix, true);
    return this.#rows.below(prefix.length === 0 ? "[" : `${itself.slice(0, -1)},`, itself, now);
  }
}

/** Check a pattern, and return the texts with which everything begins that fits it. */
function readPattern(pattern: NamespacePattern): string[] {
  const texts = Array.isArray(pattern) ? pattern.map((each) => (each === ANY_SEGMENT ? "any" : each)) : pattern;
  readNamespace(texts, true);
  const open = pattern.indexOf(ANY_SEGMENT);
  return texts.slice(0, open < 0 ? undefined : open) as string[];
}

/** Whether the segments from a place on are those of a pattern. */
function fits(segments: string[], pattern: NamespacePattern, from: number): boolean {
  return (
    from >= 0 &&
    from + pattern.length <= segments.length &&
    pattern.every((each, index) => each === ANY_SEGMENT || each === segments[from + index])
  );
}

function bySegments(left: string[], right: string[]): number {
  const place = left.findIndex((segment, index) => segment !== right[index]);
  return place < 0
    ? left.length - right.length
    : place >= right.length
      ? 1
      : compareTexts(left[place] as string, right[place] as string);
}

/** MEM-013: what nobody knows is refused, so that it is not passed over. */
function known<T extends object>(options: T, names: readonly string[]): T {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw invalidOption("an option of a store", `known, and ${unknown} is not`);
  }
  return options;
}

function counts(options: { readonly [name: string]: unknown }): void {
  for (const [name, value] of Object.entries(options)) {
    if (!(Number.isSafeInteger(value) && (value as number) >= 0)) {
      throw invalidOption(name, "a count");
    }
  }
}

/** MEM-054. */
function itemOf({ namespace, key, value, created_at, updated_at }: Row): Item {
  const decoded = readValue(value);
  if (decoded === undefined) {
    throw new FormatError(
      "format.invalid",
      `the item ${JSON.stringify(key)} in ${namespace} is malformed`,
      "Put it again.",
    );
  }
  return {
    namespace: JSON.parse(namespace) as string[],
    key,
    value: decoded,
    createdAt: created_at,
    updatedAt: updated_at,
  };
}

function readValue(text: unknown): Item["value"] | undefined {
  try {
    return membersOf(fromTree(parseText(String(text))));
  } catch (error) {
    if (error instanceof TaskpointError) {
      return undefined;
    }
    throw error;
  }
}
