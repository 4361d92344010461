// A run through the port's stream: each event is handed to the runner when it comes.

import { type Entrypoint, errorDocument, isInterrupted, type StreamOptions, toTree } from "../src/index.js";
import { asked, completed } from "./shown.js";
import type { Message } from "./wire.js";

export type Emit = (members: Message) => Promise<Message>;

export async function stream(
  workflow: Entrypoint<unknown, unknown>,
  input: unknown,
  options: StreamOptions,
  { stream: modes, subgraphs = false, stop_after }: Message,
  emit: Emit,
): Promise<Message> {
  const wanted = modes === true ? ["updates"] : modes;
  const streamMode = [...wanted, ...(wanted.includes("values") ? [] : ["values"])]; // which tells how the run ended
  let answer: Message = {};
  let left = stop_after ?? Number.POSITIVE_INFINITY;
  const events = workflow.stream(input, { ...options, streamMode, subgraphs: true } as StreamOptions);
  for await (const event of events as AsyncIterable<[readonly string[], string, any]>) {
    const [ns, mode, data] = event;
    if (mode === "values") {
      answer = completed(data);
    }
    if (!wanted.includes(mode) || (ns.length > 0 && !subgraphs)) {
      continue;
    }
    await emit(modes === true ? { mode, data: update(data) } : { part: part(ns, mode, data) });
    left -= 1;
    if (left === 0) {
      return { outcome: "stopped" };
    }
  }
  return answer;
}

function part(ns: readonly string[], mode: string, data: any): Message {
  const head = { type: mode, ns };
  if (mode === "values") {
    return isInterrupted(data)
      ? { ...head, data: {}, interrupts: asked(data.__interrupt__) }
      : { ...head, data: toTree(data), interrupts: [] };
  }
  return { ...head, data: (SHOWN[mode] ?? toTree)(data) };
}

function update(data: unknown): unknown {
  return isInterrupted(data) ? { __interrupt__: asked(data.__interrupt__) } : toTree(data);
}

function task(data: Message): Message {
  if ("input" in data) {
    return { ...data, input: toTree(data.input) };
  }
  return {
    ...data,
    error: data.error && errorOf(data.error),
    result: toTree(data.result),
    interrupts: asked(data.interrupts),
  };
}

function errorOf(error: unknown): Message {
  const { retryable: _, ...document } = errorDocument(error);
  return document;
}

function checkpoint({ parentConfig, config, tasks, values, metadata, ...data }: Message): Message {
  return {
    ...data,
    config: config.configurable,
    parent_config: parentConfig && parentConfig.configurable,
    values: toTree(values),
    metadata: toTree(metadata),
    tasks: tasks.map((each: Message) => ({ ...each, interrupts: asked(each.interrupts) })),
  };
}

const SHOWN: { readonly [mode: string]: (data: any) => unknown } = {
  updates: update,
  tasks: task,
  checkpoints: checkpoint,
  debug: (data) => ({ ...data, payload: (data.type === "checkpoint" ? checkpoint : task)(data.payload) }),
};
