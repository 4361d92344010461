import assert from "node:assert/strict";
import { test } from "node:test";
import { entrypoint, getPreviousState, MemorySaver, type Recorded, type Schema, task } from "../src/index.js";

const on = (thread_id: string) => ({ configurable: { thread_id } });

/** An amount of money, as a class; and how it is read and written. */
class Money {
  constructor(readonly cents: number) {}
  get euros() {
    return this.cents / 100;
  }
}
const money: Schema<Money> = {
  parse: (value: any) => {
    if (typeof value?.cents !== "number") {
      throw Object.assign(new Error("secret"), { issues: [{ path: ["cents"] }] });
    }
    return new Money(value.cents);
  },
  plain: ({ cents }) => ({ cents }),
};

test("everybody sees the declared type, and data is what is recorded", async () => {
  const price = task({ name: "price", returns: money }, async (cents: number) => new Money(cents));
  const checkpointer = new MemorySaver();
  const options = { name: "main", checkpointer, input: money, returns: money, saves: money } as const;
  const main = entrypoint(options, async (order: Money) => {
    const before = getPreviousState<Money>()?.euros ?? 0;
    return new Money((await price(order.cents)).euros * 100 + before * 100);
  });
  assert.equal((await main.invoke(new Money(500), on("a"))).euros, 5);
  assert.equal((await main.invoke(new Money(100), on("a"))).euros, 6);
  assert.ok((await main.getState(on("a"))).values instanceof Money);
  assert.deepEqual((await main.withOptions({ returns: { parse: (value) => value } }).getState(on("a"))).values, {
    cents: 600,
  });
  await assert.rejects(main.invoke({} as Money, on("b")), { code: "value.mismatch", path: "$.cents" });
  assert.equal((await main.getState(on("b"))).source, null);
});

test("a result that does not fit fails its call, and names the place alone", async () => {
  const price = task({ name: "price", returns: money }, async () => ({ cents: "a secret" }) as unknown as Money);
  const main = entrypoint("main", async () => await price().catch(({ code, message }) => [code, message]));
  assert.deepEqual(await main.invoke({}), ["value.mismatch", "a result does not fit its declared type at $.cents"]);
});

test("a record that does not fit ends the attempt, whatever the code catches", async () => {
  const checkpointer = new MemorySaver();
  let paid = 0;
  const version = (migrate?: (recorded: Recorded) => unknown) => {
    const price = task({ name: "price", ...(migrate ? { version: "2", migrate } : {}) }, async () => 5);
    const pay = task("pay", async () => (paid += 1));
    return entrypoint({ name: "main", checkpointer }, async () => {
      const seen = await price().catch(() => "caught");
      if (!migrate) {
        throw new Error("deployed anew");
      }
      return [seen, await pay()];
    });
  };
  const fail = () => {
    throw new Error("secret");
  };
  await assert.rejects(version().invoke({}, on("a")), { message: "deployed anew" });
  await assert.rejects(version(fail).invoke(null, on("a")), { code: "value.mismatch" });
  assert.equal(paid, 0);
  const seen: Recorded[] = [];
  assert.deepEqual(await version((each) => (seen.push(each), "five")).invoke(null, on("a")), ["five", 1]);
  assert.deepEqual(seen, [{ kind: "result", value: 5, version: null }]);
});

test("what a fork takes along into another thread is still of the version that recorded it", async () => {
  const checkpointer = new MemorySaver();
  const first = entrypoint({ name: "main", version: "1", checkpointer }, async (n: number) => n);
  const migrate = ({ value, version }: Recorded) => `${version}: ${value}`;
  const second = entrypoint({ name: "main", version: "2", migrate, checkpointer }, async () => getPreviousState());
  await first.invoke(1, on("a"));
  assert.equal(await second.invoke("go", on("a")), "1: 1");
  await second.fork(on("a"), { to: "b" });
  assert.equal(await second.invoke(null, on("b")), "1: 1");
});
