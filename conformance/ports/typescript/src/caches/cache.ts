// What a cache is (chapter 18): texts under a namespace and a key, which may go at any time.

import { invalidOption, UsageError } from "../errors.js";
import { readNamespace, readText } from "../stores/places.js";

/** A namespace, and a key in it. */
export type FullKey = readonly [namespace: readonly string[], key: string];

/** Bring a cache of your own by implementing these. It decodes nothing, and what it forgets is only made again (CCH-001). */
export interface BaseCache {
  /** The text under a key; null where there is none, or it has expired. */
  get(key: FullKey): Promise<string | null>;
  /** Put a text under a key, in place of what is there, for some seconds or for ever. */
  set(key: FullKey, text: string, ttl?: number): Promise<void>;
  /** Forget what stands in these namespaces, not below them; everything where none are named. */
  clear(namespaces?: readonly (readonly string[])[]): Promise<void>;
}

/** CCH-002: a key as the texts that it is kept under. */
export function readKey([namespace, key]: FullKey): { namespace: string; key: string } {
  return { namespace: readNamespace(namespace), key: readText(key) };
}

/** When what is put now expires, in seconds since 1970; null for never (CCH-003). */
export function expiryOf(text: unknown, ttl: number | undefined): number | null {
  if (typeof text !== "string") {
    throw new UsageError("usage.option_invalid", "a cache keeps texts", "Encode the value.");
  }
  if (ttl !== undefined && !(Number.isFinite(ttl) && ttl > 0)) {
    throw invalidOption("ttl", "a number of seconds above zero");
  }
  return ttl === undefined ? null : Date.now() / 1000 + ttl;
}
