// Three calls at once.

import { entrypoint, task } from "../src/index.js";
import type { Twin } from "./twin.js";

export const fanOut: Twin = (effect, given) => {
  const tasks = ["a", "b", "c"].map((name) => task(name, () => effect(name)));
  return entrypoint({ ...given, name: "main" }, async () => await Promise.all(tasks.map((each) => each())));
};
