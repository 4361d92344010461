// A task that calls itself.

import { entrypoint, type Task, task } from "../src/index.js";
import type { Twin } from "./twin.js";

export const recursion: Twin = (effect, given) => {
  const walk: Task<[n: number], string[]> = task("walk", async (n: number) => {
    const found = await effect<string>("walk", [n]);
    return n > 1 ? [found, ...(await walk(n - 1))] : [found];
  });
  return entrypoint({ ...given, name: "main" }, async (depth: number) => await walk(depth));
};
