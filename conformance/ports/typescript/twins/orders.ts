// Tasks that call tasks, an error that is handled where it arrives, and a key.

import { entrypoint, TaskError, task } from "../src/index.js";
import type { Twin } from "./twin.js";

class NoStock extends Error {}

export const orders: Twin = (effect, given) => {
  const pay = task("pay", (n: number) => effect<number>("pay", [n]));
  const ship = task("ship", (n: number) => effect<number>("ship", [n], NoStock)); // declares nothing: it comes as a TaskError
  const order = task("order", async (n: number) => {
    await effect("open", [n]);
    const paid = await pay(n);
    let shipped: number;
    try {
      shipped = await ship(paid);
    } catch (error) {
      if (!(error instanceof TaskError && error.type === "NoStock")) {
        throw error;
      }
      shipped = await pay(-n);
    }
    await effect("close", [n]);
    return [paid, shipped];
  });
  return entrypoint({ ...given, name: "main" }, async () => [
    await order(1),
    await order.withOptions({ key: "second" })(2),
  ]);
};
