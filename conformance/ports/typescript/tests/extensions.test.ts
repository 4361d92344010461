import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  canonical,
  decodeText,
  encodeText,
  entrypoint,
  Extension,
  MemorySaver,
  registerExtension,
  task,
} from "../src/index.js";
import { SqliteSaver } from "../src/sqlite.js";

class Money {
  constructor(
    readonly cents: number,
    readonly currency: string,
  ) {}
}

const MONEY = {
  name: "test/money",
  encode: ({ cents, currency }: Money) => [cents, currency],
  decode: (v: number, data: unknown) => {
    const [cents, currency] = data as [number, string];
    return new Money(v === 1 ? cents : cents * 100, currency);
  },
};

test("a value of a registered class is the same on the first run, in a replay, and wherever values stand", async () => {
  registerExtension(Money, MONEY);
  const price = task("price", async (order: string) => new Map([[order, new Money(4000, "EUR")]]));
  let isBroken = true;
  const seen: unknown[] = [];
  const checkpointer = new SqliteSaver(join(mkdtempSync(join(tmpdir(), "taskpoint-")), "threads.db"));
  const main = entrypoint({ name: "main", checkpointer }, async (input: Money) => {
    const { order } = (await price("order")) as unknown as { order: Money };
    seen.push(input, order);
    if (isBroken) {
      throw new RangeError("crashed");
    }
    return [order];
  });
  await assert.rejects(main.invoke(new Money(1, "USD"), { configurable: { thread_id: "a" } }), RangeError);
  isBroken = false;
  const result = await main.invoke(null, { configurable: { thread_id: "a" } });
  const [input, order] = [new Money(1, "USD"), new Money(4000, "EUR")];
  assert.deepStrictEqual(seen, [input, order, input, order]);
  assert.deepStrictEqual(result, [order]);
});

test("what is written has the name and the version, and other data stays data", () => {
  registerExtension(Money, { ...MONEY, v: 2 });
  assert.equal(encodeText(new Money(1, "EUR")), '{"$ext":{"name":"test/money","v":2,"data":[1,"EUR"]}}');
  assert.deepStrictEqual(decodeText('[{"$ext":{"name":"test/money","v":2,"data":[1,"EUR"]}}]'), [
    new Money(100, "EUR"),
  ]);
  const unknown = '{"$ext":{"name":"test/unknown","v":1,"data":null}}';
  assert.deepStrictEqual(decodeText(unknown), new Extension("test/unknown", 1, null));
  assert.equal(canonical({ $ext: { name: "test/money", v: 2, data: [1, "EUR"] } }).includes('"$$ext"'), true);
});

test("a class or a name that is registered again replaces what was there", () => {
  class Other {
    constructor(readonly data: unknown) {}
  }
  registerExtension(Money, MONEY);
  registerExtension(Other, { name: "test/money", encode: ({ data }) => data, decode: (_, data) => new Other(data) });
  assert.deepStrictEqual(decodeText('{"$ext":{"name":"test/money","v":1,"data":1}}'), new Other(1));
  assert.throws(() => encodeText(new Money(1, "EUR")), { code: "value.not_encodable" });
  registerExtension(Other, { name: "test/other", encode: ({ data }) => data, decode: (_, data) => new Other(data) });
  assert.deepStrictEqual(
    decodeText('{"$ext":{"name":"test/money","v":1,"data":1}}'),
    new Extension("test/money", 1, 1),
  );
});

test("a class that cannot be written fails its call, and one that cannot be read ends the attempt", async () => {
  let [isWritable, isReadable, isBroken] = [false, true, true];
  const fails = (works: boolean) => {
    if (!works) {
      throw new RangeError("a secret");
    }
  };
  registerExtension(Money, {
    ...MONEY,
    encode: (value) => (fails(isWritable), MONEY.encode(value)),
    decode: (v, data) => (fails(isReadable), MONEY.decode(v, data)),
  });
  const price = task("price", async () => new Money(1, "EUR"));
  const note = task("note", async () => 1);
  const main = entrypoint({ name: "main", checkpointer: new MemorySaver() }, async () => {
    const found = await price().catch(({ code }: { code: string }) => code);
    await note();
    if (isBroken) {
      throw new RangeError("crashed");
    }
    return found;
  });
  const on = (thread_id: string) => ({ configurable: { thread_id } });
  await assert.rejects(main.invoke({}, on("a")), RangeError);
  isBroken = false;
  assert.equal(await main.invoke(null, on("a")), "value.not_encodable");
  [isWritable, isBroken] = [true, true];
  await assert.rejects(main.invoke({}, on("b")), RangeError);
  [isReadable, isBroken] = [false, false];
  await assert.rejects(main.invoke(null, on("b")), (error: Error & { code?: string }) => {
    assert.equal(error.code, "value.mismatch");
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
  isReadable = true;
  assert.deepStrictEqual(await main.invoke(null, on("b")), new Money(1, "EUR"));
});

test("a name or a version that cannot be recorded is refused", () => {
  for (const wrong of [{ name: "" }, { name: "x".repeat(256) }, { name: "a", v: -1 }, { name: "a", decode: 1 }]) {
    assert.throws(() => registerExtension(Money, { ...MONEY, ...wrong } as never), { code: "usage.option_invalid" });
  }
  assert.throws(() => registerExtension((() => 1) as never, MONEY as never), { code: "usage.option_invalid" });
});
