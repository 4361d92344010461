// The first of two.

import { entrypoint, first, task } from "../src/index.js";
import type { Twin } from "./twin.js";

export const firstWins: Twin = (effect, given) => {
  const slow = task("slow", () => effect<string>("slow"));
  const fast = task("fast", () => effect<string>("fast"));
  const use = task("use", (r: string) => effect<string>("use", [r]));
  return entrypoint({ ...given, name: "main" }, async () => {
    const { index, value } = await first([slow(), fast()]);
    return [index, await use(value)];
  });
};
