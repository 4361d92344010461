// Entrypoints that are called like tasks.

import { entrypoint, task } from "../src/index.js";
import type { Twin } from "./twin.js";

export const composed: Twin = (effect, given) => {
  const fetch = task("fetch", (n: number) => effect<number>("fetch", [n]));
  const sub = entrypoint("sub", async (n: number) => (await fetch(n)) + n);
  const bare = entrypoint("bare", async () => "bare");
  return entrypoint({ ...given, name: "main" }, async (x: number) => [
    await sub.invoke(x),
    await sub.invoke(5),
    await bare.invoke(5),
  ]);
};
