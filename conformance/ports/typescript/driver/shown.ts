// What a run came to, as an answer.

import { type Interrupt, isInterrupted, toTree } from "../src/index.js";
import type { Message } from "./wire.js";

export function asked(interrupts: readonly Interrupt[]): Message[] {
  return interrupts.map(({ id, value, responseSchema: schema }) => ({
    id,
    value: toTree(value),
    ...(schema === undefined ? {} : { response_schema: schema }),
  }));
}

export function completed(result: unknown): Message {
  if (isInterrupted(result)) {
    return { outcome: "interrupted", interrupts: asked(result.__interrupt__) };
  }
  return { outcome: "completed", value: toTree(result) };
}
