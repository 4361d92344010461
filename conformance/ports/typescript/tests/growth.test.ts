import assert from "node:assert/strict";
import { test } from "node:test";
import { Matcher } from "../src/core/matching.js";
import { entrypoint, interrupt, MemorySaver, task } from "../src/index.js";
import { Call } from "../src/runtime/call.js";
import { Ready } from "../src/runtime/ready.js";

const on = (thread_id: string) => ({ configurable: { thread_id } });

/** Count how often a method of a prototype is entered while something runs. */
async function counting(prototype: object, name: string, run: () => Promise<unknown>): Promise<number> {
  const own = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  let count = 0;
  const counted = (fn: (...args: unknown[]) => unknown) =>
    function (this: unknown, ...args: unknown[]): unknown {
      count += 1;
      return fn.apply(this, args);
    };
  const { get, value } = own;
  Object.defineProperty(prototype, name, { ...own, ...(get ? { get: counted(get) } : { value: counted(value) }) });
  try {
    await run();
  } finally {
    Object.defineProperty(prototype, name, own);
  }
  return count;
}

const one = task("one", async (n: number) => n);
const fanOut = entrypoint("main", async (n: number) => Promise.all(Array.from({ length: n }, (_, each) => one(each))));
const inTurn = entrypoint({ name: "main", checkpointer: new MemorySaver() }, async (n: number) => {
  for (let each = 0; each < n; each += 1) {
    await one(each);
  }
  return interrupt("and now?");
});

for (const [name, run] of Object.entries({
  "a fan-out": (n: number) => fanOut.invoke(n),
  "one after the other": (n: number) => inTurn.invoke(n, on(`t${n}`)),
})) {
  test(`each call of ${name} costs the same however many there are`, async () => {
    for (const [prototype, method] of [
      [Map.prototype, "has"],
      [Set.prototype, "has"],
      [Call.prototype, "readySeq"],
      [Call.prototype, "isInFlight"],
      [Call.prototype, "isDropped"],
    ] as const) {
      const small = await counting(prototype, method, () => run(100));
      const large = await counting(prototype, method, () => run(400));
      assert.ok(large < 8 * small + 100, `${method}: ${small} and then ${large}`);
    }
  });
}

test("outcomes are delivered in the order of the journal, whatever the order in which they are ready", () => {
  const ready = new Ready();
  const seqs = Array.from({ length: 200 }, (_, each) => (each * 73) % 200);
  for (const seq of seqs) {
    ready.add({ outcomeSeq: seq, readySeq: seq } as Call);
  }
  const came: unknown[] = [];
  for (let next = ready.first(); next; next = ready.first()) {
    came.push(next.outcomeSeq);
    (next as { readySeq: number | undefined }).readySeq = undefined;
  }
  assert.deepEqual(
    came,
    seqs.toSorted((left, right) => left - right),
  );
});

test("equal records are found once each, the lowest first, beside those that are claimed by their place", () => {
  const record = (index: number, digest: string) => ({
    kind: "call" as const,
    path: `one#${index}`,
    digest,
    alone: false,
    entry: { kind: "task.completed" } as never,
    isVoid: false,
    claimed: false,
  });
  const matcher = new Matcher([record(0, "b"), record(1, "a"), record(2, "a"), record(3, "a")]);
  const found = ["a", "a", "a", "b", "a"].map((digest) => {
    const match = matcher.numbered("one#", digest);
    return match.kind === "recorded" ? match.record.path : match.kind === "new" ? `new ${match.path}` : match.kind;
  });
  assert.deepEqual(found, ["one#1", "one#2", "one#3", "one#0", "new one#4"]);
});
