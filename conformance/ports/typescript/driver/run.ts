// The request `run`: one use of the entrypoint's public interface, and what it came to.

import {
  type BaseCache,
  type BaseStore,
  type CheckpointSaver,
  Command,
  InMemoryCache,
  InMemoryStore,
  type Entrypoint,
  errorDocument,
  failureOf,
  fromTree,
  type HistoryOptions,
  type RunOptions,
  SaverError,
  type StateSnapshot,
  type StateUpdate,
  StopRun,
  TaskError,
  TaskpointError,
  type TaskSnapshot,
  toTree,
  type Tree,
  UsageError,
} from "../src/index.js";
import { SqliteCache, SqliteSaver, SqliteStore } from "../src/sqlite.js";
import { Broken } from "./expressions.js";
import { type Effect, type Given, Program } from "./program.js";
import { RunnerSaver } from "./runner-saver.js";
import { type Emit, stream } from "./streaming.js";
import { asked, completed } from "./shown.js";
import { TwinProgram } from "./twins.js";
import type { Message, Wire } from "./wire.js";

export async function run(request: Message, wire: Wire): Promise<Message> {
  const effect: Effect = (members) => wire.call(request.id, "effect", members);
  const { twin } = request.program;
  const program = twin === undefined ? new Program(request.program, effect) : new TwinProgram(twin, effect);
  let given: Given = { saver: null, store: undefined, cache: undefined };
  let answer: Message;
  try {
    given = { ...given, saver: saverOf(request, wire) };
    given = { ...given, store: storeOf(request) };
    given = { ...given, cache: cacheOf(request) };
    const workflow = program.entrypoint(given);
    if (request.action === "clear_cache") {
      await (request.task === undefined
        ? workflow.clearCache()
        : program.task(request.task).clearCache(given.cache as BaseCache));
      return { outcome: "cleared" };
    }
    answer = await act(request, workflow, given.saver, (members) => wire.call(request.id, "emit", members));
  } catch (error) {
    if (error instanceof Broken) {
      throw error;
    }
    answer = failed(error, program.isEntered);
  } finally {
    for (const each of Object.values(given)) {
      if (each instanceof SqliteSaver || each instanceof SqliteStore || each instanceof SqliteCache) {
        each.close();
      }
    }
  }
  if (program.broken) {
    throw program.broken;
  }
  return answer;
}

function saverOf({ id, saver }: Message, wire: Wire): CheckpointSaver | null {
  if (saver.kind === "runner") {
    return new RunnerSaver(wire, id);
  }
  if (saver.kind === "none") {
    return null;
  }
  return new SqliteSaver(saver.path);
}

function storeOf({ store }: Message): BaseStore | undefined {
  if (store === undefined) {
    return undefined;
  }
  return store.kind === "sqlite" ? new SqliteStore(store.path) : new InMemoryStore();
}

/** The caches in memory, by the names that the runner gives them. */
const CACHES = new Map<string, InMemoryCache>();

function cacheOf({ cache }: Message): BaseCache | undefined {
  if (cache === undefined) {
    return undefined;
  }
  if (cache.kind === "sqlite") {
    return new SqliteCache(cache.path);
  }
  const made = CACHES.get(cache.name) ?? new InMemoryCache();
  CACHES.set(cache.name, made);
  return made;
}

function optionsOf({
  thread,
  options: {
    checkpoint_id,
    max_concurrency,
    metadata,
    run_id,
    take_over,
    once,
    retry,
    context,
    durability,
    ...rest
  } = {},
}: Message): RunOptions {
  const [unknown] = Object.keys(rest).filter(
    (name) => !["as_node", "filter", "before", "limit", "stream", "subgraphs", "stop_after"].includes(name),
  );
  if (unknown !== undefined) {
    throw new Broken(`the driver does not know the option ${unknown}`);
  }
  const given = {
    configurable: {
      ...(thread === null ? {} : { thread_id: thread }),
      ...(checkpoint_id === undefined ? {} : { checkpoint_id }),
    },
    metadata: metadata === undefined ? undefined : fromTree(metadata as Tree),
    maxConcurrency: max_concurrency,
    runId: run_id,
    takeOver: take_over,
    once,
    retry,
    durability,
    context: context === undefined ? undefined : fromTree(context),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as RunOptions;
}

/** What `invoke` gets; without an input an empty one, as null would be a resume. */
function inputOf({ action, command, input }: Message): unknown {
  if (action === "resume") {
    return null;
  }
  if (action === "invoke") {
    return input === undefined ? {} : fromTree(input);
  }
  if ("resume" in command) {
    return new Command({ resume: fromTree(command.resume) });
  }
  const answers = Object.entries<Tree>(command.answers).map(([id, answer]) => [id, fromTree(answer)]);
  return new Command({ answers: Object.fromEntries(answers) });
}

async function act(
  request: Message,
  workflow: Entrypoint<unknown, unknown>,
  saver: CheckpointSaver | null,
  emit: Emit,
): Promise<Message> {
  const options = optionsOf(request);
  switch (request.action) {
    case "invoke":
    case "resume":
    case "command":
      if (request.options?.stream) {
        return await stream(workflow, inputOf(request), options, request.options, emit);
      }
      return completed(await workflow.invoke(inputOf(request), options));
    case "delete":
      if (!saver) {
        throw new UsageError("usage.no_checkpointer", "there is no saver to delete from");
      }
      await saver.delete(request.thread);
      return { outcome: "deleted" };
    case "update":
      await workflow.updateState(options, fromTree(request.value), request.options?.as_node);
      return { outcome: "updated" };
    case "bulk_update":
      await workflow.bulkUpdateState(
        options,
        request.updates.map((step: Message[]) => step.map(updateOf)),
      );
      return { outcome: "updated" };
    case "fork": {
      const forked = await workflow.fork(options, pick(request, "before", "to"));
      return { outcome: "forked", checkpoint_id: forked.configurable.checkpoint_id };
    }
    case "state":
      return { outcome: "state", state: stateOf(await workflow.getState(options)) };
    case "history":
      return {
        outcome: "history",
        states: await collect(workflow.getStateHistory(options, historyOf(request)), stateOf),
      };
    default:
      throw new Broken(`the driver does not know the action ${request.action}`);
  }
}

async function collect<T>(items: AsyncIterable<T>, show: (item: T) => Message): Promise<Message[]> {
  const shown: Message[] = [];
  for await (const item of items) {
    shown.push(show(item));
  }
  return shown;
}

function pick(from: Message, ...names: string[]): Message {
  return Object.fromEntries(names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]));
}

function updateOf({ value, as_node }: Message): StateUpdate {
  return { values: fromTree(value), ...(as_node === undefined ? {} : { asNode: as_node }) };
}

function historyOf({ thread, options = {} }: Message): HistoryOptions {
  const { filter, before } = options;
  return {
    ...pick(options, "limit"),
    ...(filter === undefined ? {} : { filter: fromTree(filter) as { [name: string]: unknown } }),
    ...(before === undefined ? {} : { before: { configurable: { thread_id: thread, checkpoint_id: before } } }),
  };
}

function stateOf(state: StateSnapshot): Message {
  return {
    values: toTree(state.values),
    next: state.next,
    checkpoint_id: state.config.configurable.checkpoint_id ?? null,
    parent_id: state.parentConfig?.configurable.checkpoint_id ?? null,
    source: state.source,
    metadata: toTree(state.metadata),
    interrupts: asked(state.interrupts),
    tasks: state.tasks.map(taskOf),
  };
}

function taskOf({ name, path, interrupts, error, cancelled, result }: TaskSnapshot): Message {
  const shown = { name, path, interrupts: asked(interrupts) };
  if (error) {
    const { retryable: _, ...document } = errorDocument(error);
    return { ...shown, error: document };
  }
  if (cancelled) {
    return { ...shown, cancelled };
  }
  return path || (result ?? null) !== null ? { ...shown, result: toTree(result) } : shown;
}

/** CNF-007: refused before anything began, or the end of a run. */
function failed(error: unknown, isEntered: boolean): Message {
  if (error instanceof StopRun) {
    return { outcome: "stopped" };
  }
  const failure = failureOf(error);
  if (failure) {
    return { outcome: "failed", code: failure.code, error: failure.document };
  }
  if (!(error instanceof TaskpointError)) {
    throw error;
  }
  const { code, message } = error;
  if (!isEntered && !(error instanceof SaverError || error instanceof TaskError)) {
    return { outcome: "rejected", code, message };
  }
  return { outcome: "failed", code, error: { type: code, message } };
}
