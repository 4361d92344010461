// How many tasks of a run execute at the same time (CON-018, CON-019).

export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number = Number.POSITIVE_INFINITY) {
    this.#free = limit;
  }

  /** Wait for a slot, in the order of asking. */
  async acquire(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
    } else {
      await new Promise<void>((grant) => this.#waiting.push(grant));
    }
  }

  release(): void {
    const next = this.#waiting.shift();
    if (next) {
      next();
    } else {
      this.#free += 1;
    }
  }
}
