import assert from "node:assert/strict";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ANY_SEGMENT, type BaseStore, entrypoint, getStore, InMemoryStore, task } from "../src/index.js";
import { SqliteSaver, SqliteStore } from "../src/sqlite.js";

const folder = () => mkdtempSync(join(tmpdir(), "taskpoint-"));

test("paths stand for SQLite files, also for one that all three share", async () => {
  const path = join(folder(), "all.db");
  let loads = 0;
  const load = task({ name: "load", cachePolicy: {} }, async () => (loads += 1));
  const make = () =>
    entrypoint({ name: "main", checkpointer: path, store: path, cache: path }, async (n: number) => {
      await getStore().put(["seen"], String(n), { n });
      return await load();
    });
  assert.equal(await make().invoke(1, { configurable: { thread_id: "a" } }), 1);
  assert.equal(
    await make()
      .withOptions({ version: "2" })
      .invoke(2, { configurable: { thread_id: "a" } }),
    1,
  );
  assert.equal((await make().getState({ configurable: { thread_id: "a" } })).values, 1);
  assert.deepEqual((await new SqliteStore(path).get(["seen"], "2"))?.value, { n: 2 });
  assert.equal((await new SqliteSaver(path).head("a"))?.checkpoint.thread_id, "a");
});

test("what is neither a path nor a place is refused when the entrypoint is made", () => {
  for (const option of ["checkpointer", "store", "cache"]) {
    for (const wrong of ["", 1, {}, null]) {
      assert.throws(() => entrypoint({ name: "main", [option]: wrong }, async () => 1), {
        code: "usage.option_invalid",
      });
    }
  }
  const path = join(folder(), "none", "threads.db");
  assert.throws(() => entrypoint({ name: "main", checkpointer: path }, async () => 1), { code: "saver.failed" });
  assert.equal(existsSync(path), false);
});

const STORES: { readonly [name: string]: () => BaseStore } = {
  memory: () => new InMemoryStore(),
  sqlite: () => new SqliteStore(join(folder(), "memory.db")),
};

for (const [name, make] of Object.entries(STORES)) {
  test(`any segment stands for one, and a star for itself, on ${name}`, async () => {
    const store = make();
    for (const namespace of [["a", "b", "c"], ["a", "x", "c"], ["a", "*", "d"], ["a"], ["b", "b", "c"]]) {
      await store.put(namespace, "k", {});
    }
    const list = (options: object) => store.listNamespaces(options);
    assert.deepEqual(await list({ prefix: ["a", ANY_SEGMENT, "c"] }), [
      ["a", "b", "c"],
      ["a", "x", "c"],
    ]);
    assert.deepEqual(await list({ prefix: [ANY_SEGMENT, "b"] }), [
      ["a", "b", "c"],
      ["b", "b", "c"],
    ]);
    assert.deepEqual(await list({ suffix: ["b", ANY_SEGMENT] }), [
      ["a", "b", "c"],
      ["b", "b", "c"],
    ]);
    assert.deepEqual(await list({ prefix: ["a", "*"] }), [["a", "*", "d"]]);
    assert.deepEqual(await list({ prefix: ["a", ANY_SEGMENT], suffix: ["d"], maxDepth: 2 }), [["a", "*"]]);
    await assert.rejects(list({ suffix: [1] }), { code: "usage.id_invalid" });
    await assert.rejects(store.put([ANY_SEGMENT as never], "k", {}), { code: "usage.id_invalid" });
  });
}
