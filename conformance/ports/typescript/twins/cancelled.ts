// A call that is given up by an AbortController, and what it says to whoever waits for it.

import { entrypoint, task } from "../src/index.js";
import type { Twin } from "./twin.js";

export const cancelled: Twin = (effect, given) => {
  const extra = task("extra", () => effect("extra"));
  const use = task("use", async (seen: string) => {
    await effect("use", [seen]);
    return seen;
  });
  return entrypoint({ ...given, name: "main" }, async () => {
    const controller = new AbortController();
    const call = extra.withOptions({ signal: controller.signal })();
    await effect("ready");
    controller.abort();
    const seen = await call.then(
      () => "a result",
      () => "a cancellation",
    );
    return await use(seen);
  });
};
