import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Command,
  entrypoint,
  getConfig,
  getContext,
  getPreviousState,
  interrupt,
  isInterrupted,
  MemorySaver,
  task,
} from "../src/index.js";

const on = (thread_id: string) => ({ configurable: { thread_id } });

test("what an entrypoint did inside of a run is not done again", async () => {
  const done: number[] = [];
  const step = task("step", async (n: number) => done.push(n));
  const inner = entrypoint("inner", async (n: number) => {
    await step(n);
    return interrupt<string>(n);
  });
  const outer = entrypoint(
    { name: "outer", checkpointer: new MemorySaver() },
    async (n: number) => await inner.invoke(n),
  );
  const asked = await outer.invoke(7, on("a"));
  assert.ok(isInterrupted(asked));
  assert.equal((asked as any).__interrupt__[0].id, "inner#0!0");
  assert.equal(await outer.invoke(new Command({ resume: "yes" }), on("a")), "yes");
  assert.deepEqual(done, [7]);
});

test("a bound config lies under what a use gives", async () => {
  const look = entrypoint({ name: "look", checkpointer: new MemorySaver() }, async () => getConfig());
  const mine = look.withConfig({ configurable: { thread_id: "mine", user: 1 }, tags: ["x"] });
  assert.deepEqual(await mine.invoke({}, { configurable: { user: 2 }, tags: ["y"] }), {
    configurable: { thread_id: "mine", user: 2 },
    tags: ["x", "y"],
  });
  assert.equal((await mine.getState()).config.configurable.thread_id, "mine");
  assert.throws(() => look.withConfig({ tags: "x" } as never), { code: "usage.config_invalid" });
});

test("a variant has other options, and the rest of its own", async () => {
  const count = entrypoint({ name: "count", version: "2" }, async (n: number) => n + getPreviousState(0));
  const kept = count.withOptions({ name: "kept", checkpointer: new MemorySaver() }).withConfig(on("a"));
  assert.deepEqual([await kept.invoke(2), await kept.invoke(3), await count.invoke(1)], [2, 5, 1]);
  assert.deepEqual([kept.name, kept.definition.version, count.name], ["kept", "2", "count"]);
});

test("an inner entrypoint has the context that it was invoked with, and its caller keeps its own", async () => {
  const inner = entrypoint("inner", async () => getContext());
  const outer = entrypoint("outer", async () => [
    await inner.invoke(1),
    await inner.invoke(1, { context: "b" }),
    getContext(),
  ]);
  assert.deepEqual(await outer.invoke(1, { context: "a" }), ["a", "b", "a"]);
});

test("a batch runs each input on its own thread, and ends with all of them", async () => {
  let [running, most] = [0, 0];
  const main = entrypoint({ name: "main", checkpointer: new MemorySaver() }, async (n: number) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    if (n === 2) {
      throw new RangeError("two");
    }
    return n + getPreviousState(0);
  });
  const configs = [1, 2, 3].map((n) => ({ ...on(String(n)), maxConcurrency: 2 }));
  await assert.rejects(main.batch([1, 2, 3], configs), RangeError);
  assert.equal(most, 2);
  const [one, two, three] = await main.batch([1, 2, 3], configs, { returnExceptions: true });
  assert.deepEqual([one, three], [2, 6]);
  assert.ok(two instanceof RangeError);
  await assert.rejects(main.batch([1, 2], configs), { code: "usage.option_invalid" });
});

test("a batch in a run is a call for each input", async () => {
  const inner = entrypoint("inner", async (n: number) => n * 2);
  const outer = entrypoint("outer", async (all: number[]) => {
    const shown: unknown[] = [];
    for await (const event of inner.stream(5, { streamMode: ["updates", "values"] })) {
      shown.push(event);
    }
    return [await inner.batch(all), shown];
  });
  assert.deepEqual(await outer.invoke([1, 2]), [
    [2, 4],
    [
      ["updates", { inner: 10 }],
      ["values", 10],
    ],
  ]);
});

test("a task is mapped over items, by keys where their order may change", async () => {
  const checkpointer = new MemorySaver();
  const made: string[] = [];
  const shout = task("shout", async (word: string) => {
    made.push(word);
    return word.toUpperCase();
  });
  let words = ["a", "b"];
  let isBroken = true;
  const main = entrypoint({ name: "main", checkpointer }, async () => {
    const shouted = await Promise.all(shout.map(words, (word) => word));
    if (isBroken) {
      throw new Error("not yet");
    }
    return shouted;
  });
  await assert.rejects(main.invoke({}, on("a")));
  [words, isBroken] = [["c", "b", "a"], false];
  assert.deepEqual(await main.invoke(null, on("a")), ["C", "B", "A"]);
  assert.deepEqual(made, ["a", "b", "c"]);
});

test("a task under another name is another call", async () => {
  const made: string[] = [];
  const greet = task({ name: "greet", params: ["whom"] }, async (whom: string) => `hello ${whom}`);
  const other = greet.withOptions({ name: "welcome" });
  const main = entrypoint({ name: "main", checkpointer: new MemorySaver() }, async () => {
    made.push(await greet("ann"), await other("ann"));
    interrupt("wait");
  });
  await main.invoke({}, on("a"));
  const { tasks } = await main.getState(on("a"));
  assert.deepEqual(
    tasks.slice(1).map(({ path }) => path),
    ["greet#0", "welcome#0"],
  );
  assert.deepEqual([made, other.name], [["hello ann", "hello ann"], "welcome"]);
  assert.throws(() => greet.withOptions({ name: "" }), { code: "usage.name_invalid" });
});
