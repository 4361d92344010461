// A declared error is caught as the class that it is, and a question is asked.

import { entrypoint, interrupt, task } from "../src/index.js";
import type { Twin } from "./twin.js";

class Declined extends Error {}

export const caughtAndAsked: Twin = (effect, given) => {
  const pay = task({ name: "pay", raises: [Declined] }, () => effect("pay", [], Declined));
  const apologise = task("apologise", () => effect("apologise"));
  return entrypoint({ ...given, name: "main" }, async () => {
    try {
      return await pay();
    } catch (error) {
      if (!(error instanceof Declined)) {
        throw error;
      }
      const answer = interrupt(error.message);
      return [answer, await apologise()];
    }
  });
};
