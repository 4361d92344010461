// A finally that calls a task while an error is on its way.

import { entrypoint, task } from "../src/index.js";
import type { Twin } from "./twin.js";

class Declined extends Error {}

export const withFinally: Twin = (effect, given) => {
  const pay = task({ name: "pay", raises: [Declined] }, () => effect("pay", [], Declined));
  const unlock = task("unlock", () => effect("unlock"));
  return entrypoint({ ...given, name: "main" }, async () => {
    try {
      return await pay();
    } finally {
      await unlock();
    }
  });
};
