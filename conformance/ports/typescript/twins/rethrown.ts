// An error that is looked at, and thrown on.

import { entrypoint, task } from "../src/index.js";
import type { Twin } from "./twin.js";

class Declined extends Error {}

export const rethrown: Twin = (effect, given) => {
  const pay = task("pay", (n: number) => effect("pay", [n], Declined));
  const note = task("note", () => effect("note"));
  return entrypoint(
    { ...given, name: "main" },
    async () =>
      await pay(1).catch(async (error) => {
        await note();
        throw error;
      }),
  );
};
