// The protocol's lines: requests come in, answers go out, and calls to the runner wait for their replies.

import { createInterface } from "node:readline";

export class Wire {
  #output;
  #input;
  #next = 1;
  #waiting = new Map();

  constructor(input, output) {
    this.#input = input;
    this.#output = output;
    this.write = output.write.bind(output);
  }

  /** Write one message. */
  send(message) {
    this.write(`${JSON.stringify(message)}\n`);
  }

  /** Call the runner on behalf of a request. */
  call(request, op, members) {
    const cid = this.#next++;
    return new Promise((resolve) => {
      this.#waiting.set(cid, resolve);
      this.send({ cid, id: request, op, ...members });
    });
  }

  /** Give each request to `handle`, and each reply to whoever waits for it, until the input ends or says stop. */
  async serve(handle) {
    for await (const line of createInterface({ input: this.#input, crlfDelay: Infinity })) {
      const message = JSON.parse(line);
      if ("cid" in message) {
        const waiting = this.#waiting.get(message.cid);
        this.#waiting.delete(message.cid); // the first reply counts (CNF-012)
        waiting?.(message);
      } else if (message.op === "stop") {
        return;
      } else {
        void handle(message);
      }
    }
  }
}
