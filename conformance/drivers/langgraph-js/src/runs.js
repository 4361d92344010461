// The request `run`: one use of the entrypoint's public API, and what it came to.

import { join } from "node:path";
import { Command, InMemoryStore } from "@langchain/langgraph";
import { InMemoryCache } from "@langchain/langgraph-checkpoint";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import { refuseWhatIsNotOffered, Skip } from "./offered.js";
import { describe, Program } from "./program.js";
import { fromTree, toTree } from "./values.js";

/** The modes whose payloads are values; those of the others are documents of the library's own. */
const STREAMED = ["values", "updates", "custom"];
/** The caches in memory, by the names that the runner gives them. */
const CACHES = new Map();
const SOURCES = ["input", "loop", "update", "fork"];

/** Do what is asked and return the answer. */
export async function answer(message, wire) {
  refuseWhatIsNotOffered(message);
  const program = new Program(message.program, (members) => wire.call(message.id, "effect", members));
  const saver =
    message.saver.kind === "own" ? SqliteSaver.fromConnString(join(message.saver.path, "threads.db")) : undefined;
  const given = {
    ...(saver && { checkpointer: saver }),
    ...(message.store && { store: new InMemoryStore() }),
    ...(message.cache && { cache: cacheOf(message.cache.name) }),
  };
  try {
    return await act(message, program.entrypoint(given), saver, (event) => wire.call(message.id, "emit", event));
  } catch (error) {
    if (error instanceof Skip) throw error;
    if (!program.entered) return { outcome: "rejected", code: "usage.refused", message: String(error) };
    return { outcome: "failed", code: "body.failed", error: errorTree(error) };
  }
}

function cacheOf(name) {
  if (!CACHES.has(name)) CACHES.set(name, new InMemoryCache());
  return CACHES.get(name);
}

function errorTree(error) {
  const { type, message, data } = describe(error);
  return { type, message, ...(data !== undefined && { data: toTree(data) }) };
}

function configOf({ thread, options = {} }) {
  return {
    configurable: {
      ...(thread !== null && { thread_id: thread }),
      ...("checkpoint_id" in options && { checkpoint_id: options.checkpoint_id }),
    },
    ...("max_concurrency" in options && { maxConcurrency: options.max_concurrency }),
    ...("run_id" in options && { runId: options.run_id }),
    ...("metadata" in options && { metadata: fromTree(options.metadata) }),
    ...("durability" in options && { durability: options.durability }),
  };
}

/** What `invoke` gets; without an input an empty one, as null would be a resume. */
function inputOf(message) {
  switch (message.action) {
    case "resume":
      return null;
    case "command": {
      const { resume, answers = {} } = message.command;
      if ("resume" in message.command) return new Command({ resume: fromTree(resume) });
      return new Command({
        resume: Object.fromEntries(Object.entries(answers).map(([id, each]) => [id, fromTree(each)])),
      });
    }
    default:
      return "input" in message ? fromTree(message.input) : {};
  }
}

async function act(message, workflow, saver, emit) {
  const { action, options = {} } = message;
  const config = configOf(message);
  switch (action) {
    case "invoke":
    case "resume":
    case "command":
      if (options.stream) return await streamed(message, workflow, config, emit);
      return outcome(await workflow.invoke(inputOf(message), config));
    case "update":
      await workflow.updateState(config, fromTree(message.value), options.as_node);
      return { outcome: "updated" };
    case "delete":
      await saver.deleteThread(message.thread);
      return { outcome: "deleted" };
    case "state":
      return { outcome: "state", state: state(await workflow.getState(config)) };
    case "history": {
      const page = {
        ...("limit" in options && { limit: options.limit }),
        ...("filter" in options && { filter: fromTree(options.filter) }),
      };
      const states = [];
      for await (const each of workflow.getStateHistory(config, page)) states.push(state(each));
      return { outcome: "history", states };
    }
    default:
      throw new Skip(`LangGraph.js has no counterpart of ${action}`);
  }
}

async function streamed(message, workflow, config, emit) {
  const { options } = message;
  const modes = Array.isArray(options.stream) ? options.stream : undefined;
  if (modes?.some((each) => !STREAMED.includes(each))) {
    throw new Skip("the events of this mode are documents of LangGraph's own");
  }
  let left = options.stop_after;
  let answered = { outcome: "completed", value: null };
  const streamMode = [...new Set([...(modes ?? []), "updates", "values"])]; // which tell how it ended
  for await (const [type, data] of await workflow.stream(inputOf(message), { ...config, streamMode })) {
    if (type === "values") answered = outcome(data);
    if (type === "updates" && "__interrupt__" in data) answered = outcome(data);
    if (modes ? !modes.includes(type) : type !== "updates") continue;
    const shown = toTree("__interrupt__" in Object(data) ? { __interrupt__: asked(data) } : data);
    const part = { type, ns: [], data: shown, ...(type === "values" && { interrupts: [] }) };
    await emit(modes ? { part } : { mode: "updates", data: shown });
    if (left !== undefined && --left === 0) return { outcome: "stopped" };
  }
  return answered;
}

const one = ({ id, value }) => ({ id: id ?? "", value: toTree(value) });
const asked = (result) => result.__interrupt__.map(one);

function outcome(result) {
  if (result !== null && typeof result === "object" && Array.isArray(result.__interrupt__)) {
    return { outcome: "interrupted", interrupts: asked(result) };
  }
  return { outcome: "completed", value: toTree(result) };
}

function state(snapshot) {
  const { values, next, config, parentConfig, metadata, tasks = [] } = snapshot;
  return {
    values: toTree(values),
    next: [...next],
    checkpoint_id: config?.configurable?.checkpoint_id ?? null,
    parent_id: parentConfig?.configurable?.checkpoint_id ?? null,
    source: SOURCES.includes(metadata?.source) ? metadata.source : null,
    metadata: {},
    interrupts: tasks.flatMap((each) => (each.interrupts ?? []).map(one)),
    tasks: [],
  };
}
