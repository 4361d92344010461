import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { canonical, decodeText, encodeText, parseText, Tagged, toTree, ValueEncodingError } from "../src/index.js";

const VECTORS = new URL("../../../../vectors/numbers.json", import.meta.url);

function code(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ValueEncodingError);
    return `${error.code} ${error.path}`;
  }
  return "accepted";
}

test("numbers are written as the vectors say", () => {
  const { canonical: cases } = JSON.parse(readFileSync(VECTORS, "utf8")) as { canonical: [string, string][] };
  const found = (Array.isArray(cases) ? cases : Object.entries(cases)).map((each: any) => {
    const [bits, text] = Array.isArray(each) ? each : [each.bits, each.text];
    return [Buffer.from(bits, "hex").readDoubleBE(0), text];
  });
  assert.ok(found.length > 0);
  for (const [value, text] of found) {
    assert.equal(canonical(value), text);
  }
});

test("what JSON lacks comes back", () => {
  const value = {
    big: 2n ** 64n,
    bytes: new Uint8Array([0, 255]),
    at: new Date(0),
    map: new Map([[1, "a"]]),
    set: new Set([2, 1]),
    nan: Number.NaN,
    zero: -0,
    missing: undefined,
    $int: "7",
    ["__proto__"]: 1,
    exact: new Tagged("$decimal", "1.10"),
  };
  const back = decodeText(encodeText(value));
  assert.equal(canonical(back), canonical(value));
  assert.deepEqual((back as typeof value).map, value.map);
  assert.ok(Object.is((back as typeof value).zero, -0));
});

test("a refusal names the place, and not the value", () => {
  assert.equal(
    code(() => toTree({ items: [1, { client: new (class Socket {})() }] })),
    "value.not_encodable $.items[1].client",
  );
  assert.equal(
    code(() => toTree(["\ud800"])),
    "value.lone_surrogate $[0]",
  );
  assert.equal(
    code(() => parseText("9007199254740993")),
    "value.out_of_range $",
  );
  assert.equal(
    code(() => decodeText('{"$unknown":1}')),
    "value.unknown_tag $",
  );
});

test("large doubles are stored so that they can be read", () => {
  assert.equal(encodeText(1e20), "1e+20");
  assert.equal(decodeText(encodeText(1e20)), 1e20);
  assert.equal(
    createHash("sha256")
      .update(canonical([1]))
      .digest("hex")
      .slice(0, 8),
    "080a9ed4",
  );
});
