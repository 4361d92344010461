import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Command,
  entrypoint,
  InMemoryCache,
  interrupt,
  logRecord,
  MemorySaver,
  stopRuns,
  task,
  type WatchEvent,
  watch,
} from "../src/index.js";

const on = (thread_id: string) => ({ configurable: { thread_id } });

class Unlucky extends Error {
  override name = "Unlucky";
}

/** An event in a few words. */
function told(event: WatchEvent): string {
  switch (event.type) {
    case "RunBegan":
      return `began ${event.run.attempt}`;
    case "CallBegan":
      return `${event.path} begins ${event.attempt}`;
    case "CallReplayed":
      return `${event.path} replayed ${event.outcome}`;
    case "CallRetried":
      return `${event.path} retried ${event.failure.type}`;
    case "CallEnded":
      return `${event.path} ${event.outcome} ${event.attempts}${event.cached ? " cached" : ""}`;
    case "RunEnded":
      return `ended ${event.outcome} ${event.interrupts}`;
  }
}

/** Settles when the process was warned of a watcher in these words. */
function warned(words: string): Promise<void> {
  return new Promise((resolve) => {
    process.on("warning", function hear({ name, message }) {
      if (name === "WatcherWarning" && message.includes(words)) {
        process.off("warning", hear);
        resolve();
      }
    });
  });
}

function listener() {
  const events: WatchEvent[] = [];
  return { events, hear: (event: WatchEvent) => void events.push(event) };
}

test("each row of the table is told, in its order, and a replay as a replay", async () => {
  let tries = 0;
  const flaky = task({ name: "flaky", retry: { initialInterval: 1, maxAttempts: 2 } }, async () => {
    tries += 1;
    if (tries === 1) {
      throw new Unlucky("a secret");
    }
    return "a secret";
  });
  const cached = task({ name: "cached", cachePolicy: {} }, async () => 1);
  const inner = entrypoint("inner", async (n: number) => n + (await cached()));
  const fails = task("fails", async () => {
    throw new TypeError("a secret");
  });
  const { events, hear } = listener();
  const options = { name: "main", checkpointer: new MemorySaver(), cache: new InMemoryCache(), watch: hear };
  const main = entrypoint(options, async (_: string) => {
    await flaky();
    await inner.invoke(1);
    await cached();
    await fails().catch(() => null);
    return interrupt("a secret");
  });
  await main.invoke("a secret", { ...on("a"), runName: "nightly", tags: ["x"] });
  await main.invoke(new Command({ resume: "a secret" }), on("a"));
  assert.deepEqual(events.map(told), [
    "began 1",
    "flaky#0 begins 1",
    "flaky#0 retried Unlucky",
    "flaky#0 begins 2",
    "flaky#0 completed 2",
    "inner#0 begins 1",
    "inner#0/cached#0 begins 1",
    "inner#0/cached#0 completed 1",
    "inner#0 completed 1",
    "cached#0 completed 0 cached",
    "fails#0 begins 1",
    "fails#0 failed 1",
    "ended interrupted 1",
    "began 2",
    "flaky#0 replayed completed",
    "inner#0 replayed completed",
    "cached#0 replayed completed",
    "fails#0 replayed failed",
    "ended completed 0",
  ]);
  assert.doesNotMatch(JSON.stringify(events), /secret/); // WCH-010
  assert.deepEqual(
    events.filter((event) => "kind" in event && event.kind === "entrypoint").map(({ type }) => type),
    ["CallBegan", "CallEnded", "CallReplayed"],
  );
  assert.deepEqual(events[6]?.ns, ["inner#0"]);
  const [first, second] = events.filter((event) => event.type === "RunBegan");
  assert.equal(second?.previousAttemptId, first?.run.attemptId);
  assert.equal(first?.run.runId, second?.run.runId);
  assert.deepEqual([first?.run.threadId, first?.run.runName, first?.run.tags], ["a", "nightly", ["x"]]);
});

test("a run that fails, is tried again or is stopped says so", async () => {
  const { events, hear } = listener();
  let isBroken = true;
  const main = entrypoint({ name: "main", retry: { initialInterval: 1, maxAttempts: 2 }, watch: hear }, async () => {
    if (isBroken) {
      isBroken = false;
      throw new Unlucky("broken");
    }
    stopRuns();
    await task("never", async () => 1)();
  });
  await assert.rejects(main.invoke({}));
  assert.deepEqual(events.map(told), ["began 1", "ended failed 0", "began 2", "ended stopped 0"]);
  const ends = events.filter((event) => event.type === "RunEnded");
  assert.deepEqual(ends[0]?.failure, { type: "Unlucky", code: null });
  assert.deepEqual([ends[0]?.run.threadId, ends[1]?.failure], [null, null]);
  assert.deepEqual([typeof ends[0]?.delay, ends[1]?.delay], ["number", null]);
  assert.match(logRecord(ends[0] as WatchEvent).message, /^main failed with Unlucky after .* s, tried again in .* s$/);
  assert.deepEqual(
    ends.map((end) => logRecord(end).level),
    ["warn", "warn"],
  );
});

test("one event after the other, and the caller waits until all were heard", async () => {
  const twice = task("twice", async (n: number) => n * 2);
  const main = entrypoint("main", async () => await Promise.all([twice(1), twice(2)]));
  let [hearing, most] = [0, 0];
  const heard: string[] = [];
  await main.invoke(
    {},
    {
      watch: async (event) => {
        hearing += 1;
        most = Math.max(most, hearing);
        await new Promise(setImmediate);
        heard.push(told(event));
        hearing -= 1;
      },
    },
  );
  assert.equal(most, 1);
  assert.deepEqual([heard.length, heard[0], heard.at(-1)], [6, "began 1", "ended completed 0"]);
});

test("a watcher that fails hears nothing more of the run, which goes on", async () => {
  let calls = 0;
  const main = entrypoint("main", async () => 1);
  const said = warned("a watcher failed with RangeError, and hears nothing more of this run");
  const watching = () => {
    calls += 1;
    throw new RangeError("a secret");
  };
  assert.equal(await main.invoke({}, { watch: watching }), 1);
  assert.equal(calls, 1);
  await said;
  assert.equal(await main.invoke({}, { watch: async () => Promise.reject(new Error()) }), 1);
});

test("a watcher that never returns is not waited for without end", async () => {
  const main = entrypoint({ name: "main", checkpointer: new MemorySaver() }, async () => 1);
  const said = warned("a watcher is slow");
  assert.equal(await main.invoke({}, { ...on("a"), watch: () => new Promise(() => undefined) }), 1);
  await said;
});

test("a watcher stands outside of the run: it can make no call, and its own runs are told to nobody", async () => {
  const double = task("double", async (n: number) => n * 2);
  const main = entrypoint("main", async (n: number) => await double(n));
  const { events, hear } = listener();
  const seen: unknown[] = [];
  const watching = watch(hear, async (event) => {
    if (event.type === "CallEnded") {
      seen.push(
        await Promise.resolve()
          .then(() => double(1))
          .catch(({ code }) => code),
      );
      seen.push(await main.invoke(5));
    }
  });
  assert.equal(await main.invoke(1, { watch: [hear] }), 2);
  watching.stop();
  await main.invoke(1);
  assert.deepEqual(seen, ["usage.outside_run", 10]);
  assert.deepEqual(events.map(told), ["began 1", "double#0 begins 1", "double#0 completed 1", "ended completed 0"]);
});

test("what cannot hear is refused, and so is a watcher of a call", async () => {
  for (const wrong of [1, {}, [null], "log"]) {
    const code = { code: "usage.option_invalid" };
    assert.throws(() => watch(wrong as never), code);
    assert.throws(() => entrypoint({ name: "main", watch: wrong as never }, async () => 1), code);
    await assert.rejects(entrypoint("main", async () => 1).invoke({}, { watch: wrong as never }), code);
  }
  const inner = entrypoint("inner", async () => 1);
  const outer = entrypoint("outer", async () => await inner.invoke({}, { watch: () => undefined }));
  await assert.rejects(outer.invoke({}), { code: "usage.option_invalid" });
});

test("the record of an event has the fields and the levels of the specification", async () => {
  const { events, hear } = listener();
  const fails = task({ name: "fails", retry: { initialInterval: 1, maxAttempts: 2, jitter: false } }, async () => {
    throw new Unlucky("a secret");
  });
  const main = entrypoint({ name: "main", checkpointer: new MemorySaver(), watch: hear }, async () => await fails());
  await assert.rejects(main.invoke({}, on("a")), { message: "a secret" });
  const records = events.map(logRecord);
  assert.deepEqual(
    records.map(({ logger, level, message }) => [logger, level, message.replace(/[0-9.]+ s$/, "N s")]),
    [
      ["taskpoint.run", "info", "main on thread a began"],
      ["taskpoint.task", "debug", "fails#0 on thread a began"],
      ["taskpoint.task", "warn", "fails#0 on thread a failed with Unlucky in attempt 1, tried again in N s"],
      ["taskpoint.task", "debug", "fails#0 on thread a began again, attempt 2"],
      ["taskpoint.task", "warn", "fails#0 on thread a failed with Unlucky after N s"],
      ["taskpoint.run", "error", "main on thread a failed with Unlucky after N s"],
    ],
  );
  const names = ["entrypoint", "thread_id", "checkpoint_id", "run_id", "run_attempt", "attempt_id"];
  assert.deepEqual(Object.keys(records[0]?.fields ?? {}), names);
  const { delay, ...retried } = records[2]?.fields ?? {};
  assert.equal(delay, 0.001);
  assert.deepEqual(Object.keys(retried), [...names, "task", "path", "kind", "attempt", "error_type"]);
  const ended = records[4]?.fields ?? {};
  assert.deepEqual(Object.keys(ended).slice(names.length), [
    "task",
    "path",
    "kind",
    "outcome",
    "attempts",
    "cached",
    "duration",
    "error_type",
  ]);
  assert.equal(ended.duration, (events[4] as { duration: number }).duration / 1000);
});
