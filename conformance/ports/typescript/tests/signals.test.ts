import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { entrypoint, task } from "../src/index.js";
import { SqliteSaver } from "../src/sqlite.js";

const SOURCES = new URL("../src/", import.meta.url);

/** A program that gets a signal in the middle of its first payment; `then` is what it does when it has it. */
function program(file: string, then: string): string {
  return `
    import { once } from "node:events";
    import { entrypoint, stopOnSignals, StopRun, task } from ${JSON.stringify(new URL("index.js", SOURCES))};
    import { SqliteSaver } from ${JSON.stringify(new URL("sqlite.js", SOURCES))};
    const say = (text) => process.stdout.write(text + "\\n");
    const checkpointer = new SqliteSaver(${JSON.stringify(file)});
    const pay = task("pay", async (n) => {
      say("pays " + n);
      const signal = once(process, "SIGTERM");
      process.kill(process.pid, "SIGTERM");
      await signal;
      ${then}
      return n;
    });
    const main = entrypoint({ name: "main", checkpointer }, async () => [await pay(1), await pay(2)]);
    setInterval(() => undefined, 1000); // a listener for signals does not keep a process up
    const on = (thread_id) => ({ configurable: { thread_id } });
    await stopOnSignals(async () => {
      for (const id of ["a", "b"]) {
        await main.invoke({}, on(id)).catch((thrown) => say(id + " stopped: " + (thrown instanceof StopRun)));
      }
    });
    await new Promise(() => undefined); // the signal is on its way, and ends this
  `;
}

function run(then: string) {
  const file = join(mkdtempSync(join(tmpdir(), "taskpoint-")), "threads.db");
  const { stdout, stderr, signal } = spawnSync(process.execPath, ["--input-type=module", "-e", program(file, then)], {
    encoding: "utf8",
    timeout: 30_000,
    killSignal: "SIGKILL",
  });
  return { file, stderr, signal, said: stdout.trim().split("\n") };
}

test("a signal stops all runs, no new one begins, and then it ends the process", async () => {
  const { file, said, signal, stderr } = run("");
  assert.deepEqual([said, signal], [["pays 1", "a stopped: true", "b stopped: true"], "SIGTERM"], stderr);
  const paid: number[] = [];
  const pay = task("pay", async (n: number) => (paid.push(n), n));
  const main = entrypoint({ name: "main", checkpointer: new SqliteSaver(file) }, async () => [
    await pay(1),
    await pay(2),
  ]);
  assert.deepEqual(await main.invoke(null, { configurable: { thread_id: "a" } }), [1, 2]);
  assert.deepEqual(paid, [2]);
});

test("a second signal is not held back", () => {
  const { said, signal, stderr } = run("process.kill(process.pid, 'SIGTERM'); await new Promise(() => undefined);");
  assert.deepEqual([said, signal], [["pays 1"], "SIGTERM"], stderr);
});
