// Entrypoints: functions that a caller runs on a thread.

import { fromTree, toTree } from "../codec/value.js";
import type { Tree } from "../codec/text.js";
import { pendingIn, type StateSnapshot, type CheckpointConfig } from "../core/state.js";
import { UsageError } from "../errors.js";
import type { CheckpointBeginning, EntrypointDefinition, ErrorDocument } from "../generated/types.js";
import type { CheckpointSaver } from "../savers/saver.js";
import { BaseStore } from "../stores/store.js";
import { Attempt, type Ending, type OnDivergence } from "./attempt.js";
import { Command } from "./command.js";
import { readOptions, type Request, type RunnableConfig, type RunOptions } from "./config.js";
import { type AnyFunction, invalidOption, readForm, readVersion } from "./definition.js";
import { EntrypointFinal } from "./final.js";
import { interrupted } from "./interrupted.js";
import { nothingToResume, openAgain, type Opened, openNew, openNext, openUnkept } from "./opening.js";
import { nextWait, type Policies, type PolicyOptions, pause, policyDocuments, readPolicies } from "./policies.js";
import type { Callee } from "./call.js";
import { current, currentScope, type Scope } from "./scope.js";
import { StopRun } from "./signals.js";
import { Queue } from "./queue.js";
import { readModes, type StreamEvent, type StreamMode, Watcher } from "./watching.js";
import { whileKnown } from "./stopping.js";
import { type ForkOptions, type HistoryOptions, type StateUpdate, threadOf, Threads } from "./threads.js";

/** Options of an entrypoint. */
export interface EntrypointOptions extends PolicyOptions {
  /** Its name; the function's own where left out. */
  readonly name?: string;
  /** Where its threads are kept; without one, a run leaves nothing behind. */
  readonly checkpointer?: CheckpointSaver;
  /** Long-term memory across threads. */
  readonly store?: BaseStore;
  /** What the context of a run has to fit: an object with `parse`, which throws where it does not. */
  readonly contextSchema?: Schema<unknown>;
  /** A text that you change when the code changes. */
  readonly version?: string;
  /** What to do where the code no longer fits the journal. */
  readonly onDivergence?: OnDivergence;
}

/** How a run is watched. */
export interface StreamOptions extends RunOptions {
  readonly streamMode?: StreamMode | readonly StreamMode[];
  /** Also show what happens inside of called entrypoints. */
  readonly subgraphs?: boolean;
}

/** Reads a value, or throws where it does not fit. */
export interface Schema<T> {
  parse(value: unknown): T;
}

/** What the caller of an entrypoint gets for what its function returns. */
export type ValueOf<R> = R extends EntrypointFinal<infer V, unknown> ? V : R;

const OPTIONS = ["name", "checkpointer", "store", "contextSchema", "version", "onDivergence", "retry", "timeout"];
const FAILURES = new WeakMap<object, RunFailure>();

/** How a run failed: the code that it reports (ERR-031), and the document that its journal has. */
export interface RunFailure {
  readonly code: string;
  readonly document: ErrorDocument;
}

/** What the journal says of an error that left a run; undefined for an error that refused it before it began. */
export function failureOf(error: unknown): RunFailure | undefined {
  return typeof error === "object" && error !== null ? FAILURES.get(error) : undefined;
}

/** A workflow that can be run. Make one with `entrypoint`. */
export class Entrypoint<I, O> {
  readonly definition: EntrypointDefinition;
  readonly #fn: AnyFunction;
  readonly #saver: CheckpointSaver | null;
  readonly #policies: Policies;
  readonly #store: BaseStore | undefined;
  readonly #contextSchema: Schema<unknown> | undefined;

  constructor(definition: EntrypointDefinition, fn: AnyFunction, saver: CheckpointSaver | null, policies: Policies, { store, contextSchema }: EntrypointOptions) {
    this.#store = store;
    this.#contextSchema = contextSchema;
    this.#policies = policies;
    this.definition = definition;
    this.#fn = fn;
    this.#saver = saver;
  }

  get name(): string {
    return this.definition.name;
  }

  /**
   * Run the workflow: with an input from its beginning, with null where it stopped, with a Command to answer it.
   * What comes back is its value, or, where it waits for answers, `{__interrupt__: [...]}` (see `isInterrupted`).
   *
   * @example await refund.invoke("order-7", { configurable: { thread_id: "order-7" } });
   */
  async invoke(input: I | Command | null | undefined, options?: RunOptions): Promise<O> {
    const request = readOptions(options);
    const scope = current.getStore();
    if (scope && !scope.isClosed && !this.#isRunOfItsOwn(request, scope)) {
      return (await this.#callIn(scope, input, options)) as O;
    }
    return (await this.#use(input, request, undefined)) as O;
  }

  // Called from code of a run, it is a call like that of a task (chapter 19)

  /** CMP-011. */
  #isRunOfItsOwn({ threadId }: Request, { attempt }: Scope): boolean {
    return this.#saver !== null && threadId !== null && !(attempt.isKept && attempt.work.checkpoint.thread_id === threadId);
  }

  async #callIn(scope: Scope, input: unknown, options: RunOptions = {}): Promise<unknown> {
    if (input === null || input === undefined || input instanceof Command) {
      throw nothingToResume(); // CMP-010
    }
    if (options.takeOver !== undefined || options.retry !== undefined || options.durability !== undefined) {
      throw invalidOption("an option of a call", "one that a call can have: takeOver, retry and durability are a run's"); // CMP-009
    }
    const fn = this.#asCall;
    const callee: Callee = { name: this.name, fn, raises: new Map(), version: null, policies: this.#policies, isEntrypoint: true };
    const args = [input];
    return await scope.make(callee, { args, positional: args, named: {}, shown: [args, {}] }, {});
  }

  /** CMP-006: what it would save is dropped. The input is the caller's copy, as a run's is. */
  readonly #asCall = async (input: unknown): Promise<unknown> => {
    const returned = await this.#fn(fromTree(toTree(input)), currentScope("an entrypoint").attempt.work.config);
    return returned instanceof EntrypointFinal ? returned.value : returned;
  };

  /**
   * Run the workflow, and read what happens in it: bare events of one mode, `[mode, event]` of several, with the
   * namespace in front where `subgraphs` is true. Who leaves the loop stops the run.
   *
   * @example for await (const update of refund.stream("order-7", config)) console.log(update);
   */
  async *stream(input: I | Command | null | undefined, options: StreamOptions = {}): AsyncGenerator<unknown, void, undefined> {
    const { streamMode = "updates", subgraphs = false, ...rest } = options;
    const modes = readModes(streamMode);
    const request = readOptions(rest);
    const queue = new Queue<StreamEvent>();
    const watcher = new Watcher(new Set(modes), subgraphs, (event) => queue.push(event));
    const control = { stop: (): void => undefined };
    const run = this.#use(input, request, watcher, control).finally(() => queue.close());
    run.catch(() => undefined);
    let isRead = false;
    try {
      for await (const [namespace, mode, data] of queue.read()) {
        const shown = Array.isArray(streamMode) ? [mode, data] : [data];
        const event = subgraphs ? [namespace, ...shown] : shown;
        yield event.length === 1 ? data : event;
      }
      isRead = true;
    } finally {
      if (!isRead) {
        control.stop(); // STM-019
        await run.catch(() => undefined);
      }
    }
    await run;
  }

  /** CTX-005. */
  #fitting(request: Request): Request {
    try {
      return this.#contextSchema ? { ...request, context: this.#contextSchema.parse(request.context) } : request;
    } catch {
      throw new UsageError("usage.config_invalid", "the context does not fit the schema that the entrypoint declares", "Correct it.");
    }
  }

  async #use(input: unknown, given: Request, watcher: Watcher | undefined, control: { stop: () => void } = { stop: () => undefined }): Promise<unknown> {
    const request = this.#fitting(given);
    let attempt: Attempt | undefined;
    let isStopped = false;
    let announce = (): void => undefined;
    const stopping = new Promise<void>((resolve) => {
      announce = resolve;
    });
    const stop = () => {
      isStopped = true;
      announce();
      attempt?.stop();
    };
    control.stop = stop;
    return await whileKnown({ threadId: request.threadId, stop }, async () => {
      let opened = await this.#open(input, request);
      for (let attempts = 1; ; attempts += 1) {
        attempt = this.#attempt(opened, request, watcher);
        if (isStopped) {
          attempt.stop();
        }
        const ending = await this.#run(attempt);
        const wait = ending.kind === "failed" && !attempt.hasDiverged ? nextWait(this.#policies, ending.error, attempts) : undefined;
        if (wait === undefined) {
          return this.#result(ending, attempt);
        }
        await pause(wait, stopping);
        if (isStopped) {
          throw new StopRun(); // POL-032
        }
        opened = await openNext(this.#saver, this.definition, opened, request);
      }
    });
  }

  #attempt(opened: Opened, request: Request, watcher: Watcher | undefined): Attempt {
    return new Attempt({
      saver: this.#saver,
      ...opened,
      config: request.config,
      watcher,
      timeout: this.#policies.timeout,
      store: this.#store,
      context: request.context,
      durability: request.durability,
      metadata: request.metadata,
      onDivergence: this.definition.on_divergence,
      maxConcurrency: request.maxConcurrency,
    });
  }

  async #run(attempt: Attempt): Promise<Ending> {
    const { checkpoint, config } = attempt.work;
    const input = fromTree((checkpoint as CheckpointBeginning).input as Tree);
    return await attempt.run(() => this.#fn(input, config));
  }

  // What a thread holds (chapters 9 and 16)

  /** Look at a thread: at its newest checkpoint, or the one that the config names. */
  async getState(config: RunnableConfig): Promise<StateSnapshot> {
    return await this.#threads().state(readOptions(config));
  }

  /** Look at the checkpoints of a thread, the newest first. */
  async *getStateHistory(config: RunnableConfig, options: HistoryOptions = {}): AsyncGenerator<StateSnapshot, void, undefined> {
    yield* this.#threads().history(readOptions(config), options);
  }

  /** Set what the next run on the thread sees as its previous state. */
  async updateState(config: RunnableConfig, values: unknown, asNode?: string): Promise<CheckpointConfig> {
    return await this.#threads().update(readOptions(config), [[{ values, ...(asNode === undefined ? {} : { asNode }) }]]);
  }

  /** Make several updates, one checkpoint each, all or none. */
  async bulkUpdateState(config: RunnableConfig, steps: readonly (readonly StateUpdate[])[]): Promise<CheckpointConfig> {
    return await this.#threads().update(readOptions(config), steps);
  }

  /** Make a run that begins with a part of what another one recorded; the next resume goes on with it. */
  async fork(config: RunnableConfig, options: ForkOptions = {}): Promise<CheckpointConfig> {
    return await this.#threads().fork(readOptions(config), options);
  }

  #threads(): Threads {
    return new Threads(this.#saver ?? noSaver(), this.definition);
  }

  async #open(input: unknown, request: Request): Promise<Opened> {
    const isResume = input === null || input === undefined || input instanceof Command; // RUN-006
    if (!this.#saver) {
      if (isResume) {
        noSaver();
      }
      return openUnkept(this.definition, input, request);
    }
    const kept = { ...request, threadId: threadOf(request) };
    if (!isResume) {
      return await openNew(this.#saver, this.definition, input, kept);
    }
    return await openAgain(this.#saver, this.definition, input instanceof Command ? input : null, kept);
  }

  #result(ending: Ending, attempt: Attempt): unknown {
    if (ending.kind === "failed") {
      const { error, code, document } = ending;
      if (typeof error === "object" && error !== null) {
        FAILURES.set(error, { code, document });
      }
      throw error;
    }
    if (ending.kind === "completed") {
      return fromTree(ending.value as Tree);
    }
    return interrupted(pendingIn(attempt.journal));
  }
}

function noSaver(): never {
  throw new UsageError("usage.no_checkpointer", "this needs a checkpointer, and the entrypoint has none", "Give it one.");
}

/**
 * Make an entrypoint of a function. The function gets the input and the config.
 *
 * @example const main = entrypoint({ name: "main", checkpointer }, async (order: string) => ship(await pay(order)));
 */
export function entrypoint<I, R>(name: string, fn: (input: I, config: RunnableConfig) => R): Entrypoint<I, ValueOf<Awaited<R>>>;
export function entrypoint<I, R>(options: EntrypointOptions, fn: (input: I, config: RunnableConfig) => R): Entrypoint<I, ValueOf<Awaited<R>>>;
export function entrypoint(given: string | EntrypointOptions, fn?: AnyFunction): Entrypoint<unknown, unknown> {
  const { name, options, fn: checked } = readForm(given, fn, OPTIONS);
  const { checkpointer, onDivergence = "error" } = options;
  if (checkpointer !== undefined && typeof checkpointer?.append !== "function") {
    throw invalidOption("checkpointer", "a saver");
  }
  if (options.store !== undefined && !(options.store instanceof BaseStore)) {
    throw invalidOption("store", "a store");
  }
  if (options.contextSchema !== undefined && typeof options.contextSchema?.parse !== "function") {
    throw invalidOption("contextSchema", "an object with parse");
  }
  if (!["error", "replay", "warn"].includes(onDivergence)) {
    throw invalidOption("onDivergence", '"error", "replay" or "warn"');
  }
  const policies = readPolicies(options);
  const definition: EntrypointDefinition = {
    kind: "entrypoint-definition", name, version: readVersion(options.version), on_divergence: onDivergence,
    ...policyDocuments(policies),
  };
  return new Entrypoint(definition, checked, checkpointer ?? null, policies, options);
}

/**
 * Return a value to the caller, and keep another one for the next run on the thread.
 *
 * @example return entrypoint.final({ value: answer, save: history });
 */
entrypoint.final = <V, S>({ value, save }: { value: V; save: S }): EntrypointFinal<V, S> => new EntrypointFinal(value, save);

