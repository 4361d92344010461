// The pipe to the runner. It is complete: nothing in this file needs a change.

/** One line of the protocol. */
export type Message = { [member: string]: any };

/** Reads and writes JSON Lines. Requests overlap, and replies come to whoever waits for them. */
export class Wire {
  #last = 0;
  #waiting = new Map<number, (reply: Message) => void>();

  /**
   * Write one message. Node.js writes to a pipe at once.
   *
   * `JSON.stringify` writes 1e20 as an integer, which nobody can decode again (VAL-007): write values that hold such
   * doubles with your codec instead.
   */
  send(message: Message): void {
    process.stdout.write(`${JSON.stringify(message)}\n`);
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
    let pieces: string[] = [];
    process.stdin.on("data", (chunk) => {
      const lines = decoder.decode(chunk, { stream: true }).split("\n");
      for (const [place, line] of lines.entries()) {
        pieces.push(line);
        if (place < lines.length - 1) {
          this.#arrived(JSON.parse(pieces.join("")), handle);
          pieces = [];
        }
      }
    });
    process.stdin.on("end", () => process.exit(0));
  }

  #arrived(message: Message, handle: (request: Message) => void): void {
    if (typeof message.cid === "number") {
      this.#waiting.get(message.cid)?.(message);
      this.#waiting.delete(message.cid);
    } else if (message.op === "stop") {
      process.exit(0);
    } else {
      handle(message);
    }
  }
}
