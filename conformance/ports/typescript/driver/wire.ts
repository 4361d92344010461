// The pipe to the runner: JSON Lines both ways. Values in messages are encoded, so the port's own reader and writer are used.

import { parseText, storedText, type Tree } from "../src/index.js";

/** The schema of the messages is in conformance/format/1.0. */
export type Message = { [member: string]: any };

const NO_LIMIT = 10_000;

export class Wire {
  #last = 0;
  readonly #waiting = new Map<number, (reply: Message) => void>();

  send(message: Message): void {
    process.stdout.write(`${storedText(message as Tree)}\n`);
  }

  /** Ask the runner for something on behalf of a request, and wait for the reply. */
  call(request: number, op: string, members: Message): Promise<Message> {
    const cid = ++this.#last;
    return new Promise((resolve) => {
      this.#waiting.set(cid, resolve);
      this.send({ cid, id: request, op, ...members });
    });
  }

  /** Give each request to `handle` until the runner says stop, or the input ends. */
  serve(handle: (request: Message) => void): void {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let rest = "";
    process.stdin.on("data", (chunk: Buffer) => {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        this.#arrived(parseText(line, NO_LIMIT) as Message, handle);
      }
    });
    process.stdin.on("end", () => process.exit(0));
  }

  #arrived(message: Message, handle: (request: Message) => void): void {
    if (typeof message.cid === "number") {
      const waiting = this.#waiting.get(message.cid); // CNF-012: a second reply finds nobody
      this.#waiting.delete(message.cid);
      waiting?.(message);
    } else if (message.op === "stop") {
      process.exit(0);
    } else {
      handle(message);
    }
  }
}
