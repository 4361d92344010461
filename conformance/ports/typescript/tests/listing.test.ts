import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { entrypoint, interrupt, MemorySaver, type ThreadStatus } from "../src/index.js";
import { SqliteSaver } from "../src/sqlite.js";

const on = (thread_id: string) => ({ configurable: { thread_id } });

for (const [name, make] of Object.entries({
  memory: () => new MemorySaver(),
  sqlite: () => new SqliteSaver(join(mkdtempSync(join(tmpdir(), "taskpoint-")), "threads.db")),
})) {
  test(`threads are listed by their ids, with how each stands, on ${name}`, async () => {
    const saver = make();
    const seen: ThreadStatus[] = [];
    const main = entrypoint({ name: "main", checkpointer: saver }, async (what: string) => {
      seen.push(...(await saver.threads({ after: "running", limit: 1 })).map(({ status }) => status));
      if (what === "fail") {
        throw new RangeError("no");
      }
      return what === "ask" ? interrupt<string>("?") : what;
    });
    await main.invoke("end", on("z"));
    await main.invoke("ask", on("asks"));
    await assert.rejects(main.invoke("fail", on("fails")), RangeError);
    await main.invoke("end", on("runs"));
    await main.invoke("end", on("\u{1f680}"));
    await main.fork(on("z"), { to: "\uffee" });
    await main.updateState(on("updated"), 1);

    const all = await saver.threads();
    assert.deepEqual(
      all.map(({ threadId, status }) => [threadId, status]),
      [
        ["asks", "interrupted"],
        ["fails", "failed"],
        ["runs", "idle"],
        ["updated", "idle"],
        ["z", "idle"],
        ["\uffee", "open"],
        ["\u{1f680}", "idle"],
      ],
    );
    assert.ok(all.every(({ entrypoint: of, updatedAt }) => of === "main" && !Number.isNaN(Date.parse(updatedAt))));
    assert.ok(seen.includes("running"));
    const ids = (found: readonly { threadId: string }[]) => found.map(({ threadId }) => threadId);
    assert.deepEqual(ids(await saver.threads({ unfinished: true })), ["asks", "fails", "\uffee"]);
    assert.deepEqual(ids(await saver.threads({ after: "fails", limit: 2 })), ["runs", "updated"]);
    await assert.rejects(saver.threads({ limit: -1 }), { code: "usage.option_invalid" });
    await assert.rejects(saver.threads({ after: "" }), { code: "usage.option_invalid" });
  });
}
