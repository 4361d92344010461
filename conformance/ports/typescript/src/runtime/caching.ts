// Results that may come from a cache (chapter 14): under which key they stand there, and what is believed of what comes back.

import { digestArguments, digestTree } from "../codec/digest.js";
import { parseText, storedText, type Tree } from "../codec/text.js";
import type { BaseCache, FullKey } from "../caches/cache.js";
import { invalidOption, TaskpointError, UsageError, ValueEncodingError } from "../errors.js";
import type { CachePolicy as CacheDocument } from "../generated/types.js";

/** Which results are equal, and for how long they are kept in the cache of the run. */
export interface CachePolicy {
  /** Makes the key of the arguments; where it is left out, the key is the digest of the input. */
  readonly keyFunc?: (args: readonly unknown[]) => string | Uint8Array;
  /** For how many seconds; for ever where left out. */
  readonly ttl?: number;
}

export function readCachePolicy(given: unknown): CachePolicy {
  if (
    typeof given !== "object" ||
    given === null ||
    !Object.keys(given).every((name) => name === "keyFunc" || name === "ttl")
  ) {
    throw invalidOption("cachePolicy", "an object with keyFunc, ttl or neither");
  }
  const { keyFunc, ttl } = given as CachePolicy;
  if (keyFunc !== undefined && typeof keyFunc !== "function") {
    throw invalidOption("keyFunc", "a function");
  }
  if (ttl !== undefined && ttl !== null && !(Number.isFinite(ttl) && ttl > 0)) {
    throw invalidOption("ttl", "a number of seconds above zero");
  }
  return { ...(keyFunc ? { keyFunc } : {}), ...(typeof ttl === "number" ? { ttl } : {}) };
}

export function cacheDocument({ keyFunc, ttl }: CachePolicy): CacheDocument {
  return { key: keyFunc ? "custom" : "input", ttl: ttl ?? null };
}

/** POL-041: where the results of a definition stand. */
export function placeOf(kind: "tasks" | "entrypoints", name: string, version: string | null): readonly string[] {
  return [kind, digestTree([name, version])];
}

/** The key of a result; undefined where it is not to be kept, since its digest does not tell it from others (POL-041). */
function keyOf({ keyFunc }: CachePolicy, args: readonly unknown[], input: () => Tree): string | undefined {
  if (keyFunc) {
    const own: unknown = keyFunc(args);
    if (typeof own !== "string" && !(own instanceof Uint8Array)) {
      throw new UsageError(
        "usage.option_invalid",
        "keyFunc returned neither a text nor bytes",
        "Return a text that is always the same.",
      );
    }
    return digestArguments([own]);
  }
  try {
    return digestTree(input());
  } catch (error) {
    if (error instanceof ValueEncodingError) {
      return undefined;
    }
    throw error;
  }
}

/** The place of one result in a cache. What goes wrong with the cache costs work, and never a result (POL-044). */
export class CachedResult {
  private constructor(
    private readonly cache: BaseCache,
    private readonly key: FullKey,
    private readonly ttl: number | undefined,
  ) {}

  /** `args` are what a key function gets; `input` encodes what is digested where there is none. */
  static of(
    cache: BaseCache,
    policy: CachePolicy,
    place: readonly string[],
    args: readonly unknown[],
    input: () => Tree,
  ): CachedResult | undefined {
    const key = keyOf(policy, args, input);
    return key === undefined ? undefined : new CachedResult(cache, [place, key], policy.ttl);
  }

  /** What is kept; undefined where there is nothing that `read` takes. */
  async get<T>(read: (tree: Tree) => T): Promise<{ readonly tree: Tree; readonly value: T } | undefined> {
    return await this.#orNothing(async () => {
      const text = await this.cache.get(this.key);
      if (text === null) {
        return undefined;
      }
      const tree = parseText(text);
      return { tree, value: read(tree) };
    });
  }

  async set(tree: Tree): Promise<void> {
    await this.#orNothing(() => this.cache.set(this.key, storedText(tree), this.ttl));
  }

  async #orNothing<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof TaskpointError ? error.code : "unknown";
      process.emitWarning(`a cached result was of no use: ${code}`, "CacheWarning");
      return undefined;
    }
  }
}
