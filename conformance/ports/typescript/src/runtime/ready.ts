// Outcomes that can be delivered, in the order of the journal (CON-002): a heap, as a replay makes calls in any order.

import type { Call } from "./call.js";

export class Ready {
  readonly #calls: Call[] = [];

  add(call: Call): void {
    let place = this.#calls.push(call) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.#seq(above) <= this.#seq(place)) {
        return;
      }
      this.#swap(above, place);
      place = above;
    }
  }

  /** The first that can still be delivered; it stays there until it is. */
  first(): Call | undefined {
    while (this.#calls.length > 0 && this.#calls[0]?.readySeq === undefined) {
      this.#drop();
    }
    return this.#calls[0];
  }

  #drop(): void {
    const last = this.#calls.pop();
    if (last && this.#calls.length > 0) {
      this.#calls[0] = last;
      this.#sink();
    }
  }

  #sink(): void {
    for (let place = 0; ;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const below = this.#seq(right) < this.#seq(left) ? right : left;
      if (this.#seq(place) <= this.#seq(below)) {
        return;
      }
      this.#swap(place, below);
      place = below;
    }
  }

  #seq(place: number): number {
    return this.#calls[place]?.outcomeSeq ?? Number.POSITIVE_INFINITY;
  }

  #swap(one: number, other: number): void {
    const [first, second] = [this.#calls[one] as Call, this.#calls[other] as Call];
    this.#calls[one] = second;
    this.#calls[other] = first;
  }
}
