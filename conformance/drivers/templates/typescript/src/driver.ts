// The conformance driver of my-port: it reads requests from its standard input and answers on its standard output.
// Log with `console.error`: whatever else is written to the standard output breaks the protocol.

import { run } from "./run.js";
import { decode, define, digest, encode } from "./values.js";
import { type Message, Wire } from "./wire.js";

/** Say who this is and what it claims. What is claimed is judged, so begin with little. */
function hello(request: Message): Message {
  if (request.protocol !== "1.0") {
    return { outcome: "errored", message: "this driver speaks protocol 1.0" };
  }
  return {
    outcome: "hello",
    name: "my-port",
    version: "0.0.0",
    language: "typescript",
    spec: ["1.0"],
    profiles: ["core"],
    forms: ["named"], // a task is defined by a name and a function
    modes: ["async"], // functions are asynchronous
    savers: ["runner"],
  };
}

/** Give the one answer that every request gets. */
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
    case "run":
      return await run(request, wire);
    default:
      return { outcome: "errored", message: `unknown request ${String(request.op)}` };
  }
}

const wire = new Wire();
wire.serve(async (request) => {
  let answered: Message;
  try {
    answered = await answer(request, wire);
  } catch (error) {
    console.error(error); // the runner has to hear of it
    answered = { outcome: "errored", message: String(error) };
  }
  wire.send({ ...answered, id: request.id });
});
