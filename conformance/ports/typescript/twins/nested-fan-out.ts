// Two calls with calls of their own, side by side.

import { entrypoint, task } from "../src/index.js";
import type { Twin } from "./twin.js";

export const nestedFanOut: Twin = (effect, given) => {
  const leaf = task("leaf", async (n: number) => {
    await effect("leaf", [n]);
    return n * 10;
  });
  const pair = async (one: number, other: number) => {
    const found = [await leaf(one), await leaf(other)];
    await effect("end", [one]);
    return found;
  };
  const left = task("left", () => pair(1, 2));
  const right = task("right", () => pair(3, 4));
  return entrypoint({ ...given, name: "main" }, async () => await Promise.all([left(), right()]));
};
