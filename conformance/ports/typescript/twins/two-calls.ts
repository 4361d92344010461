// Two calls in a row.

import { entrypoint, task } from "../src/index.js";
import type { Twin } from "./twin.js";

export const twoCalls: Twin = (effect, given) => {
  const fetch = task("fetch", (n: number) => effect<number>("fetch", [n]));
  return entrypoint({ ...given, name: "main" }, async (x: number) => {
    const first = await fetch(x);
    return [first, await fetch(first)];
  });
};
