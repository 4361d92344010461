import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type CheckpointSaver,
  Command,
  entrypoint,
  first,
  getPreviousState,
  interrupt,
  isInterrupted,
  MemorySaver,
  StopRun,
  stopRuns,
  task,
  TaskError,
  UsageError,
} from "../src/index.js";
import { SqliteSaver } from "../src/sqlite.js";

const on = (thread_id: string) => ({ configurable: { thread_id } });

const SAVERS: { readonly [name: string]: () => CheckpointSaver } = {
  memory: () => new MemorySaver(),
  sqlite: () => new SqliteSaver(join(mkdtempSync(join(tmpdir(), "taskpoint-")), "threads.db")),
};

for (const [name, saver] of Object.entries(SAVERS)) {
  test(`what is recorded is not run again, on ${name}`, async () => {
    let calls = 0;
    const fetch = task("fetch", async (n: number) => {
      calls += 1;
      return n * 10;
    });
    let isBroken = true;
    const main = entrypoint({ name: "main", checkpointer: saver() }, async (n: number) => {
      const value = await fetch(n);
      if (isBroken) {
        throw new RangeError("not yet");
      }
      return value + (getPreviousState<number>() ?? 0);
    });
    await assert.rejects(main.invoke(1, on("a")), RangeError);
    isBroken = false;
    assert.equal(await main.invoke(null, on("a")), 10);
    assert.equal(calls, 1);
    assert.equal(await main.invoke(2, on("a")), 30);
    await assert.rejects(main.invoke(null, on("a")), { code: "run.nothing_to_resume" });
  });

  test(`an input begins once, however often it comes, on ${name}`, async () => {
    let calls = 0;
    const main = entrypoint(
      { name: "main", checkpointer: saver(), returns: { parse: (value) => new Date(value as string) } },
      async (_: { order: number }) => {
        calls += 1;
        if (calls === 1) {
          throw new RangeError("not yet");
        }
        return new Date(0).toISOString();
      },
    );
    const once = { ...on("order-17"), once: true };
    await assert.rejects(main.invoke({ order: 17 }, once), RangeError);
    assert.deepEqual(await main.invoke({ order: 17 }, once), new Date(0));
    assert.deepEqual(await main.invoke({ order: 17 }, once), new Date(0));
    const shown = await main.invoke({ order: 17 }, { ...once, streamMode: ["updates", "tasks"] });
    assert.deepEqual(shown, [["updates", { main: new Date(0) }]]);
    await assert.rejects(main.invoke({ order: 18 }, once), { code: "run.other_input" });
    await assert.rejects(main.invoke({ order: 17 }, { ...on("a"), once: 1 as never }), {
      code: "usage.option_invalid",
    });
    assert.equal(calls, 2);
  });

  test(`a run asks, and goes on with the answer, on ${name}`, async () => {
    const main = entrypoint({ name: "main", checkpointer: saver() }, async (n: number) =>
      interrupt<boolean>({ pay: n }) ? n : 0,
    );
    const asked = await main.invoke(7, on("a"));
    assert.ok(isInterrupted(asked));
    assert.deepEqual(
      (asked as any).__interrupt__.map(({ value }: any) => value),
      [{ pay: 7 }],
    );
    assert.equal((await main.getState(on("a"))).interrupts.length, 1);
    assert.equal(await main.invoke(new Command({ resume: true }), on("a")), 7);
  });
}

test("an error reaches the run only through its promise", async () => {
  class Declined extends Error {}
  const pay = task({ name: "pay", raises: [Declined] }, async () => {
    throw Object.assign(new Declined("card expired"), { data: { code: 5 } });
  });
  const other = task("other", async () => {
    throw new (class Odd extends Error {})("odd");
  });
  const main = entrypoint("main", async () => {
    const caught = await pay().catch((error) => error);
    assert.ok(caught instanceof Declined);
    assert.deepEqual((caught as any).data, { code: 5 });
    const [settled] = await Promise.allSettled([other()]);
    assert.ok(settled.status === "rejected" && settled.reason instanceof TaskError && settled.reason.type === "Odd");
    return "went on";
  });
  assert.equal(await main.invoke({}), "went on");
  const careless = entrypoint("careless", async () => {
    void pay();
    return "nobody looked";
  });
  await assert.rejects(careless.invoke({}), Declined);
});

test("calls are promises of the platform", async () => {
  const echo = task("echo", async (n: number) => {
    await sleep(n);
    return n;
  });
  const main = entrypoint("main", async () => {
    const [a, b] = await Promise.all([echo(2), echo(1)]);
    const race = await first([echo(50), echo(1)]);
    return [a, b, race.index, race.value, await echo(3).then((n) => n + 1)];
  });
  assert.deepEqual(await main.invoke({}), [2, 1, 1, 1, 4]);
});

test("a call that is cancelled rejects as others do", async () => {
  const slow = task("slow", async () => await sleep(20));
  const main = entrypoint("main", async () => {
    const controller = new AbortController();
    const call = slow.withOptions({ signal: controller.signal })();
    controller.abort();
    return await call.catch((error) => error.name);
  });
  assert.equal(await main.invoke({}), "AbortError");
});

test("a run is stopped from outside, and goes on later", async () => {
  const checkpointer = new MemorySaver();
  const paid: number[] = [];
  let begun = (): void => undefined;
  let goOn = (): void => undefined;
  const isPaying = new Promise<void>((resolve) => (begun = resolve));
  const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
  const pay = task("pay", async (n: number) => {
    paid.push(n);
    begun();
    await mayGoOn;
    return n;
  });
  const main = entrypoint({ name: "main", checkpointer }, async () => [await pay(1), await pay(2)]);
  const run = main.invoke({}, on("a"));
  await isPaying;
  stopRuns("a");
  goOn();
  await assert.rejects(run, (thrown) => thrown instanceof StopRun);
  assert.deepEqual(paid, [1]);
  assert.deepEqual(await main.invoke(null, on("a")), [1, 2]);
  assert.deepEqual(paid, [1, 2]);
});

test("tasks and questions need a run", async () => {
  const fetch = task("fetch", async () => 1);
  assert.throws(() => fetch(), { code: "usage.outside_run" });
  assert.throws(() => interrupt(1), UsageError);
  assert.throws(() => task("x", undefined as never), { code: "usage.function_missing" });
});

test("a closed saver refuses", async () => {
  const saver = SAVERS.sqlite?.() as SqliteSaver;
  saver.close();
  saver.close();
  await assert.rejects(saver.head("a"), { code: "saver.closed" });
});

test("two names that differ only for JavaScript are two", async () => {
  const checkpointer = new MemorySaver();
  const main = entrypoint({ name: "constructor", checkpointer }, async (n: number) => n);
  assert.equal(await main.invoke(1, on("__proto__")), 1);
  assert.equal((await main.getState(on("constructor"))).source, null);
});
