// A driver of LangGraph.js's Functional API, with LangGraph's own saver in the folder that the runner gives it.
// It uses LangGraph's public interface and nothing else, and holds no logic of replay. `README.md` says how it is set up.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Skip } from "./offered.js";
import { answer } from "./runs.js";
import { Wire } from "./wire.js";

/** The version of an installed package; `exports` may hide its `package.json`. */
function version(name) {
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  for (;;) {
    try {
      const found = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      if (found.name === name) return found.version;
    } catch {
      // not here: one folder up
    }
    folder = dirname(folder);
  }
}

/** Say who this is and what it claims: the profiles of which LangGraph has a counterpart. */
const hello = () => ({
  outcome: "hello",
  name: "langgraph-js",
  version: `${version("@langchain/langgraph")} (checkpoint-sqlite ${version("@langchain/langgraph-checkpoint-sqlite")})`,
  language: "javascript",
  spec: ["1.0"],
  profiles: [
    "core",
    "interrupts",
    "concurrency",
    "state",
    "streams",
    "durability",
    "stores",
    "policies",
    "composition",
  ],
  forms: ["named"],
  modes: ["async"],
  savers: ["own"],
  homepage: "https://github.com/langchain-ai/langgraphjs",
});

// Of a promise that nobody awaits the library may leave a rejection behind; what it means is seen in what the run does.
process.on("unhandledRejection", (error) => console.error("unhandled rejection:", error));

const wire = new Wire(process.stdin, process.stdout);
console.log = console.info = console.error; // whatever prints must not disturb the protocol

async function answered(message) {
  try {
    if (message.op === "hello") return hello();
    if (message.op === "run") return await answer(message, wire);
    return { outcome: "skipped", reason: `LangGraph has no counterpart of ${message.op}` };
  } catch (error) {
    if (error instanceof Skip) return { outcome: "skipped", reason: error.message };
    console.error(error);
    return { outcome: "errored", message: String(error) };
  }
}

await wire.serve(async (message) => wire.send({ id: message.id, ...(await answered(message)) }));
process.exit(0); // runs that still wait for the runner would keep the process
