// A cache in the memory of this process.

import { type BaseCache, expiryOf, type FullKey, readKey } from "./cache.js";
import { readNamespace } from "../stores/places.js";

interface Kept {
  readonly text: string;
  readonly expiresAt: number | null;
}

/** Keeps results until the process ends. */
export class InMemoryCache implements BaseCache {
  readonly #namespaces = new Map<string, Map<string, Kept>>();

  async get(full: FullKey): Promise<string | null> {
    const { namespace, key } = readKey(full);
    const kept = this.#namespaces.get(namespace)?.get(key);
    if (kept && kept.expiresAt !== null && kept.expiresAt <= Date.now() / 1000) {
      this.#namespaces.get(namespace)?.delete(key);
      return null;
    }
    return kept?.text ?? null;
  }

  async set(full: FullKey, text: string, ttl?: number): Promise<void> {
    const { namespace, key } = readKey(full);
    const expiresAt = expiryOf(text, ttl);
    this.#namespaces.set(
      namespace,
      (this.#namespaces.get(namespace) ?? new Map<string, Kept>()).set(key, { text, expiresAt }),
    );
  }

  async clear(namespaces?: readonly (readonly string[])[]): Promise<void> {
    const chosen = namespaces?.map((each) => readNamespace(each)) ?? [...this.#namespaces.keys()];
    for (const namespace of chosen) {
      this.#namespaces.delete(namespace);
    }
  }
}
