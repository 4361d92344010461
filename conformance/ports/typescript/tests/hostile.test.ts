import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { durable, entrypoint, first, MemorySaver, type RetryPolicy, type Schema, task } from "../src/index.js";

const on = (thread_id: string) => ({ configurable: { thread_id } });
const throws = (text: string) => () => {
  throw new Error(text);
};
const unreadable = () => Object.defineProperty(new Error("x"), "message", { get: throws("gotcha") });

/** What a workflow of one task sees of its failure, and what its journal says of it. */
async function failing(fn: () => Promise<unknown>, options: { retry?: RetryPolicy; returns?: Schema<unknown> } = {}) {
  const saver = new MemorySaver();
  const broken = task({ name: "broken", ...options }, fn);
  const main = entrypoint({ name: "main", checkpointer: saver }, () =>
    broken().then(
      () => "nothing",
      (error: Error) => error.message,
    ),
  );
  const seen = await main.invoke(1, on("a"));
  const recorded = (await saver.load("a", (await saver.history("a", null, null)).at(-1)?.id ?? null))?.entries;
  return { seen, kinds: recorded?.map(({ kind }) => kind) };
}

const FAILED = ["run.started", "task.failed", "run.completed"];

test("a result that throws when it is read fails its call", async () => {
  const value = Object.defineProperty({}, "x", { get: throws("no x"), enumerable: true });
  assert.deepEqual(await failing(async () => value), {
    seen: "a result threw Error when it was to be recorded",
    kinds: FAILED,
  });
});

test("a result whose schema fails at writing it fails its call", async () => {
  const returns = { parse: (value: unknown) => value, plain: throws("no data") };
  assert.deepEqual(await failing(async () => 1, { returns }), {
    seen: "a result threw Error when it was to be recorded",
    kinds: FAILED,
  });
});

test("an error that cannot be read is recorded all the same", async () => {
  const proxy = new Proxy({}, { get: throws("gotcha") });
  for (const error of [unreadable(), proxy]) {
    const said = { seen: "an error that cannot be read was thrown", kinds: FAILED };
    assert.deepEqual(await failing(async () => Promise.reject(error)), said);
  }
});

test("a policy whose function fails is followed no more", async () => {
  const retry = { retryOn: throws("no policy") };
  assert.deepEqual(await failing(throws("first") as never, { retry }), { seen: "no policy", kinds: FAILED });
});

test("a run that an unreadable error ends is closed", async () => {
  const saver = new MemorySaver();
  const main = entrypoint({ name: "main", checkpointer: saver }, () => Promise.reject(unreadable()));
  await assert.rejects(main.invoke(1, on("a")));
  assert.equal((await saver.load("a", null))?.entries.at(-1)?.kind, "run.failed");
});

test("a signal is listened to once, and only while it has calls", async () => {
  const { signal } = new AbortController();
  const wait = task("wait", async (ms: number) => sleep(ms, ms));
  const listening = () => getEventListeners(signal, "abort").length;
  const main = entrypoint("main", async () => {
    const calls = Array.from({ length: 20 }, () => wait.withOptions({ signal })(1));
    const during = listening();
    await Promise.all(calls);
    return [during, listening()];
  });
  assert.deepEqual(await main.invoke(1), [1, 0]);
});

test("a signal cancels all of its calls", async () => {
  const control = new AbortController();
  const wait = task("wait", async (ms: number) => sleep(ms, ms));
  const main = entrypoint("main", async () => {
    const made = Array.from({ length: 3 }, () => wait.withOptions({ signal: control.signal })(50));
    control.abort(new Error("enough"));
    return (await Promise.allSettled(made)).map((each) => each.status === "rejected" && each.reason.message);
  });
  assert.deepEqual(await main.invoke(1), ["enough", "enough", "enough"]);
});

test("what could never end is refused", async () => {
  const refused = { code: "usage.option_invalid" };
  await assert.rejects(entrypoint("main", async () => first([])).invoke(1), refused);
  for (const time of [Number.NaN, Number.POSITIVE_INFINITY]) {
    await assert.rejects(entrypoint("main", async () => durable.sleep(time)).invoke(1), refused);
  }
});
