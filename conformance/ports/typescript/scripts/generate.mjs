// Writes src/generated: the types of the specification's documents, the schemas that what is read is held against, and the
// layout of SQLite files, which stands in the chapters.
// `--check` writes nothing, and fails where they are out of date. `TASKPOINT` names the command, if it is not on the path.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const schemas = here("../../../../spec/1.0/schema/");

function types() {
  const all = execFileSync(process.env.TASKPOINT ?? "taskpoint", ["conformance", "schema", "--types", "ts"], {
    encoding: "utf8",
  });
  const end = all.search(/\/\*\* A workflow as data/);
  return `${all
    .slice(0, end)
    .replaceAll("export type Error =", "export type ErrorDocument =")
    .replaceAll(/([:(|] ?\(?)Error(?=[;)\s])/g, "$1ErrorDocument")
    .trimEnd()}\n`;
}

function documents() {
  const wanted = ["checkpoint", "common", "entry", "error", "holder", "thread", "value"];
  const files = readdirSync(schemas)
    .filter((file) => wanted.includes(file.split(".")[0]))
    .sort();
  const bodies = files.map(
    (file) => `  ${JSON.stringify(file)}: ${JSON.stringify(JSON.parse(readFileSync(schemas + file, "utf8")))},`,
  );
  return `// Schemas of specification 1.0, made by \`npm run generate\`.\n\nimport type { Schema } from "../core/schema.js";\n\nexport const SCHEMAS: { readonly [file: string]: Schema } = {\n${bodies.join("\n")}\n};\n`;
}

/** The statements that stand in a chapter, one text for each block of SQL. */
function blocks(chapter) {
  return [...readFileSync(here(`../../../../spec/1.0/${chapter}`), "utf8").matchAll(/```sql\n(.*?)```/gs)].map(
    ([, sql]) => sql,
  );
}

function layouts() {
  const [saver] = blocks("11-storage.md");
  const [store, cache] = blocks("18-stores.md");
  const pragma = (name) => Number(new RegExp(`PRAGMA ${name} = ([0-9]+);`).exec(saver)[1]);
  const numbers = ["application_id", "user_version"].map(
    (name) => `export const ${name.toUpperCase()} = ${pragma(name)};\n`,
  );
  const texts = Object.entries({ SAVER_LAYOUT: saver, STORE_LAYOUT: store, CACHE_LAYOUT: cache });
  return `// The layout of SQLite files of specification 1.0, made by \`npm run generate\`.\n\n${numbers.join("")}${texts.map(([name, sql]) => `\nexport const ${name} = \`\n${sql}\`;\n`).join("")}`;
}

let stale = false;
for (const [file, text] of [
  ["types.ts", types()],
  ["schemas.ts", documents()],
  ["layouts.ts", layouts()],
]) {
  const path = here(`../src/generated/${file}`);
  if (process.argv.includes("--check")) {
    let found = "";
    try {
      found = readFileSync(path, "utf8");
    } catch {}
    if (found !== text) {
      console.error(`src/generated/${file} is out of date: run \`npm run generate\``);
      stale = true;
    }
  } else {
    writeFileSync(path, text);
  }
}
process.exitCode = stale ? 1 : 0;
