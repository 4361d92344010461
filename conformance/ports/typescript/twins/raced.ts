// The first of two, in the platform's own words: a replay delivers in the recorded order, so the race has the same winner.

import { entrypoint, task } from "../src/index.js";
import type { Twin } from "./twin.js";

export const raced: Twin = (effect, given) => {
  const slow = task("slow", () => effect<string>("slow"));
  const fast = task("fast", () => effect<string>("fast"));
  const use = task("use", (r: string) => effect<string>("use", [r]));
  return entrypoint({ ...given, name: "main" }, async () => {
    const [index, value] = await Promise.race([
      slow().then((r) => [0, r] as const),
      fast().then((r) => [1, r] as const),
    ]);
    return [index, await use(value)];
  });
};
