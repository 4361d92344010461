import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  durable,
  entrypoint,
  stopRuns,
  task,
  StopRun,
  TaskTimeoutError,
  UsageError,
  secondsAfter,
} from "../src/index.js";

const VECTORS = new URL("../../../../vectors/retry.json", import.meta.url);

test("waits are as the vectors say", () => {
  const { cases } = JSON.parse(readFileSync(VECTORS, "utf8")) as {
    cases: { failed: number; policy: any; random: number; seconds: number }[];
  };
  for (const { failed, policy, random, seconds } of cases) {
    assert.equal(secondsAfter(failed, policy, random), seconds);
  }
});

test("a task is tried again, and given up on", async () => {
  let tries = 0;
  const busy = task({ name: "busy", retry: { initialInterval: 1, jitter: false } }, async () => {
    tries += 1;
    if (tries < 3) {
      throw new Error("later");
    }
    return tries;
  });
  let goOn = (): void => undefined;
  const mayEnd = new Promise<void>((resolve) => (goOn = resolve));
  const slow = task({ name: "slow", timeout: 10 }, async () => await mayEnd);
  const main = entrypoint("main", async () => {
    const tried = await busy();
    const isLate = await slow().catch((error) => error instanceof TaskTimeoutError);
    goOn(); // or the run would wait for what it has given up (POL-024)
    return [tried, isLate];
  });
  assert.deepEqual(await main.invoke({}), [3, true]);
});

test("a pause that is longer than a timer of the host is not over at once", async () => {
  let tries = 0;
  const down = task({ name: "down", retry: { initialInterval: 2 ** 40, maxInterval: 2 ** 41 } }, async () => {
    tries += 1;
    throw new Error("down");
  });
  const main = entrypoint("main", async () => await down());
  const run = main.invoke({}, { configurable: { thread_id: "patient" } });
  await sleep(20);
  stopRuns("patient");
  await assert.rejects(run, StopRun);
  assert.equal(tries, 1);
});

test("a duration that is none is refused", async () => {
  for (const duration of [Number.NaN, Number.POSITIVE_INFINITY, 1e300, "1", null, undefined] as number[]) {
    const main = entrypoint("main", async () => await durable.sleep(duration));
    await assert.rejects(main.invoke({}), UsageError);
  }
});
