// A question in the middle.

import { entrypoint, interrupt, task } from "../src/index.js";
import type { Twin } from "./twin.js";

export const askAndAnswer: Twin = (effect, given) => {
  const price = task("price", (n: number) => effect<number>("price", [n]));
  const pay = task("pay", (n: number) => effect<number>("pay", [n]));
  return entrypoint({ ...given, name: "main" }, async (x: number) => {
    const amount = await price(x);
    return interrupt<boolean>({ refund: amount }) ? await pay(amount) : "refused";
  });
};
