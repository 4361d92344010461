import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  Command,
  entrypoint,
  interrupt,
  isInterrupted,
  type JsonSchema,
  MemorySaver,
  UsageError,
} from "../src/index.js";

const on = (thread_id: string) => ({ configurable: { thread_id } });

function asking(responseSchema: JsonSchema) {
  return entrypoint({ name: "main", checkpointer: new MemorySaver() }, async (_: number) =>
    interrupt("q", { responseSchema }),
  );
}

async function refusal(promise: Promise<unknown>): Promise<UsageError> {
  const error = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert(error instanceof UsageError, String(error));
  return error;
}

test("a question shows its schema, and hands out copies of it", async () => {
  const schema = { type: "object", properties: { sum: { type: "integer" } } };
  const main = asking(schema);
  const result = await main.invoke(0, on("t"));
  assert(isInterrupted(result));
  assert.deepEqual(result.__interrupt__[0]?.responseSchema, schema);
  const { interrupts } = await main.getState(on("t"));
  assert.deepEqual(interrupts[0]?.responseSchema, schema);
  (interrupts[0]?.responseSchema as { type?: string }).type = "string";
  assert.deepEqual((await main.getState(on("t"))).interrupts[0]?.responseSchema, schema);
  const plain = entrypoint({ name: "main", checkpointer: new MemorySaver() }, async (_: number) => interrupt("q"));
  await plain.invoke(0, on("t"));
  assert.deepEqual(Object.keys((await plain.getState(on("t"))).interrupts[0] ?? {}), ["id", "value"]);
});

test("a refused answer says where and why, and nothing of itself", async () => {
  const refused = [
    [{ properties: { "a/b~": { items: { maximum: 3 } } } }, { "a/b~": [1, 987654] }, "'/a~1b~0/1'", "'maximum'"],
    [{ type: "integer" }, "CANARY", "''", "'type'"],
    [{ required: ["toString"] }, {}, "''", "'required'"],
    [{ anyOf: [{ type: "integer" }, { type: "null" }] }, "CANARY", "''", "'anyOf'"],
  ] as const;
  for (const [schema, answer, place, keyword] of refused) {
    const main = asking(schema);
    await main.invoke(0, on("t"));
    const error = await refusal(main.invoke(new Command({ resume: answer }), on("t")));
    assert.equal(error.code, "interrupt.answer_invalid");
    assert(error.message.includes(place) && error.message.includes(keyword), error.message);
    assert(!error.message.includes("CANARY") && !error.message.includes("987654"), error.message);
    assert.equal((await main.getState(on("t"))).interrupts.length, 1);
  }
});

test("what is no schema fails at the call", async () => {
  const none: readonly unknown[] = [
    { type: "nothing" },
    { pattern: "(" },
    { $ref: "https://example.com/schema.json" },
    { items: { $ref: "https://json-schema.org/draft/2020-12/schema" } },
    { $dynamicRef: "other.json#a" },
    { $schema: "http://json-schema.org/draft-07/schema#" },
    { properties: { a: { $schema: "http://json-schema.org/draft-04/schema#" } } },
    { const: 2 ** 53 },
    { const: Number.NaN },
    { const: undefined },
    { default: new Date(0) },
    { title: "\ud800" },
    [],
    5,
    null,
  ];
  for (const schema of none) {
    const error = await refusal(asking(schema as JsonSchema).invoke(0, on("t")));
    assert.equal(error.code, "interrupt.schema_invalid");
    assert(error.hint);
  }
});

test("references inside of a schema are followed, and what has no end is refused", async () => {
  const $defs = { n: { $anchor: "n", $dynamicAnchor: "d", type: "integer" } };
  for (const $ref of ["#/$defs/n", "#n"]) {
    const main = asking({ $ref, $defs });
    await main.invoke(0, on("t"));
    const error = await refusal(main.invoke(new Command({ resume: "x" }), on("t")));
    assert.equal(error.code, "interrupt.answer_invalid");
    assert.equal(await main.invoke(new Command({ resume: 1 }), on("t")), 1);
  }
  const endless = asking({ $ref: "#" });
  await endless.invoke(0, on("t"));
  const error = await refusal(endless.invoke(new Command({ resume: 1 }), on("t")));
  assert.equal(error.code, "interrupt.schema_unsupported");
});

test("an option that does not exist is refused", async () => {
  const main = entrypoint({ name: "main", checkpointer: new MemorySaver() }, async (_: number) =>
    interrupt("q", { schema: {} } as object),
  );
  assert.equal((await refusal(main.invoke(0, on("t")))).code, "usage.option_unknown");
});

test("without ajv only questions with a schema are refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "taskpoint-"));
  cpSync(fileURLToPath(new URL("../src", import.meta.url)), join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  writeFileSync(
    join(folder, "main.js"),
    `import { Command, entrypoint, interrupt, MemorySaver } from "./src/index.js";
    const main = entrypoint({ name: "main", checkpointer: new MemorySaver() }, async (schema) =>
      interrupt("q", schema ? { responseSchema: schema } : {}));
    const on = (thread_id) => ({ configurable: { thread_id } });
    await main.invoke({}, on("t")).catch((error) => console.log(error.code, error.hint));
    await main.invoke(0, on("u"));
    console.log(await main.invoke(new Command({ resume: "fine" }), on("u")));`,
  );
  const said = execFileSync(process.execPath, ["main.js"], { cwd: folder, encoding: "utf8" });
  assert.equal(said, "interrupt.schema_unsupported Install the package ajv.\nfine\n");
});
