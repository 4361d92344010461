import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type BaseCache, entrypoint, InMemoryCache, task } from "../src/index.js";
import { SqliteCache } from "../src/sqlite.js";

const CACHES: { readonly [name: string]: () => BaseCache } = {
  memory: () => new InMemoryCache(),
  sqlite: () => new SqliteCache(join(mkdtempSync(join(tmpdir(), "taskpoint-")), "results.db")),
};

for (const [name, make] of Object.entries(CACHES)) {
  test(`a cache keeps texts by namespace and key, on ${name}`, async () => {
    const cache = make();
    await cache.set([["a"], "k"], "1");
    await cache.set([["a"], "k"], "2");
    await cache.set([["a", "b"], "k"], "3", 60);
    await cache.set([["a"], "gone"], "4", 1e-9);
    assert.deepEqual(
      [await cache.get([["a"], "k"]), await cache.get([["a"], "gone"]), await cache.get([["b"], "k"])],
      ["2", null, null],
    );
    await cache.clear([["a"]]);
    assert.deepEqual([await cache.get([["a"], "k"]), await cache.get([["a", "b"], "k"])], [null, "3"]);
    await cache.clear();
    assert.equal(await cache.get([["a", "b"], "k"]), null);
    await assert.rejects(cache.get([[], "k"]), { code: "usage.id_invalid" });
    await assert.rejects(cache.set([["a"], "k"], "1", 0), { code: "usage.option_invalid" });
  });

  test(`results and runs stand for equal ones, until they are cleared, on ${name}`, async () => {
    const cache = make();
    const made: unknown[] = [];
    const load = task({ name: "load", cachePolicy: {} }, async (place: Map<number, string>) => {
      made.push([...place.values()]);
      return made.length;
    });
    const main = entrypoint({ name: "main", cache, cachePolicy: { ttl: 60 } }, async (n: number) => [
      await load(new Map([[n, "a"]])),
      await load(new Map([[n, "b"]])),
      await load(new Map([[n, "a"]])),
    ]);
    assert.deepEqual(await main.invoke(1), [1, 2, 1]);
    assert.deepEqual(await main.invoke(1), [1, 2, 1]);
    assert.equal(made.length, 2);
    await main.clearCache();
    assert.deepEqual(await main.invoke(1), [1, 2, 1]);
    assert.equal(made.length, 2);
    await main.clearCache();
    await load.clearCache(cache);
    assert.deepEqual(await main.invoke(1), [3, 4, 3]);
  });
}

test("a key function decides, and one that is wrong fails its call", async () => {
  let count = 0;
  const next = async () => ++count;
  const byName = task(
    { name: "byName", cachePolicy: { keyFunc: ([, name]) => name as string } },
    (_client: object, _name: string) => next(),
  );
  const wrong = task({ name: "wrong", cachePolicy: { keyFunc: () => 1 as never } }, next);
  const main = entrypoint({ name: "main", cache: new InMemoryCache() }, async () => [
    await byName(new WeakMap(), "a"),
    await byName(new WeakMap(), "b"),
    await byName(new WeakSet(), "a"),
    await wrong().catch((error) => error.code),
  ]);
  assert.deepEqual(await main.invoke({}), [1, 2, 1, "usage.option_invalid"]);
});

test("a cache that fails costs work, and no result", async () => {
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
  const fail = async () => {
    throw new Error("secret");
  };
  const load = task({ name: "load", cachePolicy: {} }, async () => 7);
  const main = entrypoint({ name: "main", cache: { get: fail, set: fail, clear: fail } }, async () => await load());
  assert.equal(await main.invoke({}), 7);
  assert.equal((await warned).message, "a cached result was of no use: unknown");
});

test("a closed cache refuses", async () => {
  const cache = CACHES.sqlite?.() as SqliteCache;
  cache.close();
  await assert.rejects(cache.get([["a"], "k"]), { code: "store.closed" });
});
