// A call for each item, one after the other.

import { entrypoint, task } from "../src/index.js";
import type { Twin } from "./twin.js";

export const loop: Twin = (effect, given) => {
  const fetch = task("fetch", (n: number) => effect<number>("fetch", [n]));
  return entrypoint({ ...given, name: "main" }, async (numbers: number[]) => {
    const results: number[] = [];
    for (const n of numbers) {
      results.push(await fetch(n));
    }
    return results;
  });
};
