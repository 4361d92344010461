// Errors that are collected beside results.

import { entrypoint, task } from "../src/index.js";
import type { Twin } from "./twin.js";

class Broken extends Error {}

export const collectedErrors: Twin = (effect, given) => {
  const a = task({ name: "a", raises: [Broken] }, () => effect("a", [], Broken));
  const b = task("b", () => effect("b"));
  const c = task({ name: "c", raises: [Broken] }, () => effect("c", [], Broken));
  return entrypoint({ ...given, name: "main" }, async () => {
    const [one, two, three] = await Promise.allSettled([a(), b(), c()]);
    return [
      one.status === "rejected" && one.reason.constructor.name,
      two.status === "fulfilled" && two.value,
      three.status === "rejected" && three.reason.message,
    ];
  });
};
