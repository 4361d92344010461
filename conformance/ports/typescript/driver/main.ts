// The conformance driver of the TypeScript port: `node dist/driver/main.js`.

import { stopRuns } from "../src/index.js";
import { Skip } from "./expressions.js";
import { run } from "./run.js";
import { list } from "./twins.js";
import { decode, define, digest, encode } from "./values.js";
import { type Message, Wire } from "./wire.js";

function hello({ protocol, formats }: Message): Message {
  if (protocol !== "1.0" || formats.program !== "1.0") {
    return { outcome: "errored", message: "this driver speaks protocol 1.0 and programs of format 1.0" };
  }
  return {
    outcome: "hello",
    name: "taskpoint-typescript",
    version: "0.1.0",
    language: "typescript",
    spec: ["1.0"],
    profiles: [
      "core",
      "interrupts",
      "answers",
      "concurrency",
      "state",
      "once",
      "streams",
      "stores",
      "context",
      "durability",
      "durable",
      "policies",
      "composition",
      "types",
      "values-extended",
      "sqlite",
      "forms",
    ],
    forms: ["named"],
    modes: ["async"],
    savers: ["runner", "sqlite"],
    twins: list(),
  };
}

async function answer(request: Message, wire: Wire): Promise<Message> {
  switch (request.op) {
    case "hello":
      return hello(request);
    case "encode":
      return encode(request);
    case "decode":
      return decode(request);
    case "digest":
      return digest(request);
    case "define":
      return define(request);
    case "stop_runs":
      stopRuns(request.thread);
      return { outcome: "stopping" };
    case "run":
      return await run(request, wire);
    default:
      return { outcome: "errored", message: `unknown request ${String(request.op)}` };
  }
}

const wire = new Wire();
console.log = console.error; // whatever prints must not disturb the protocol
wire.serve(async (request) => {
  let answered: Message;
  try {
    answered = await answer(request, wire);
  } catch (error) {
    answered = error instanceof Skip ? { outcome: "skipped", reason: error.message } : errored(error);
  }
  wire.send({ id: request.id, ...answered });
});

function errored(error: unknown): Message {
  console.error(error);
  return { outcome: "errored", message: String(error) };
}
