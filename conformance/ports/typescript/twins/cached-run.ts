// A cached run that saves something else than it returns.

import { entrypoint, getPreviousState, task } from "../src/index.js";
import type { Twin } from "./twin.js";

export const cachedRun: Twin = (effect, given) => {
  const load = task("load", (n: number) => effect<number>("load", [n]));
  return entrypoint({ ...given, name: "main", cachePolicy: { ttl: 3600 } }, async (x: number) => {
    const loaded = await load(x);
    return entrypoint.final({ value: [getPreviousState<number>(), loaded], save: loaded });
  });
};
