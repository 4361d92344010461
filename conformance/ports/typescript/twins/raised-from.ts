// An error that is thrown because of one that was caught.

import { entrypoint, task } from "../src/index.js";
import type { Twin } from "./twin.js";

class Declined extends Error {}
class OrderRejected extends Error {}

export const raisedFrom: Twin = (effect, given) => {
  const pay = task({ name: "pay", raises: [Declined] }, () => effect("pay", [], Declined));
  const note = task("note", () => effect("note"));
  return entrypoint({ ...given, name: "main" }, async () => {
    try {
      return await pay();
    } catch (cause) {
      await note();
      throw new OrderRejected("payment failed", { cause });
    }
  });
};
