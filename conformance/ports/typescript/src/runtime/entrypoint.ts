// Entrypoints: functions that a caller runs on a thread.

import { invalidOption } from "../errors.js";
import type { CheckpointConfig, StateSnapshot } from "../core/state.js";
import type { EntrypointDefinition } from "../generated/types.js";
import { placeOf } from "./caching.js";
import type { Command } from "./command.js";
import { callerOf, callIn } from "./composition.js";
import { merged, readOptions, type RunnableConfig, type RunOptions } from "./config.js";
import { EntrypointFinal } from "./final.js";
import { Queue } from "./queue.js";
import { Slots } from "./slots.js";
import { type ForkOptions, type HistoryOptions, type StateUpdate, Threads } from "./threads.js";
import { type Control, noSaver, use } from "./using.js";
import { readModes, type StreamEvent, type StreamMode, StreamView } from "./streams.js";
import { type EntrypointOptions, readWorkflow, type Workflow } from "./workflow.js";

/** How a run is watched. */
export interface StreamOptions extends RunOptions {
  readonly streamMode?: StreamMode | readonly StreamMode[];
  /** Also show what happens inside of called entrypoints. */
  readonly subgraphs?: boolean;
}

/** How a run is used whose value is wanted. */
export interface InvokeOptions extends RunOptions {
  readonly streamMode?: "values";
}

/** How a run is used of which a list of what happened is wanted. */
export interface EventsOptions extends StreamOptions {
  readonly streamMode: Exclude<StreamMode, "values"> | readonly StreamMode[];
}

/** How a batch ends. */
export interface BatchOptions {
  /** Put a run's error in its place, instead of throwing the first. */
  readonly returnExceptions?: boolean;
}

/** What the caller of an entrypoint gets for what its function returns. */
export type ValueOf<R> = R extends EntrypointFinal<infer V, unknown> ? V : R;

/** A workflow that can be run. Make one with `entrypoint`. */
export class Entrypoint<I, O> {
  readonly #workflow: Workflow;
  readonly #config: RunnableConfig;

  constructor(workflow: Workflow, config: RunnableConfig = {}) {
    this.#workflow = workflow;
    this.#config = config;
  }

  get definition(): EntrypointDefinition {
    return this.#workflow.definition;
  }

  get name(): string {
    return this.definition.name;
  }

  // Variants

  /** The same workflow with a config that lies under that of each use (CMP-020). */
  withConfig(config: RunnableConfig): Entrypoint<I, O> {
    const bound = merged(this.#config, config);
    readOptions(bound);
    return new Entrypoint<I, O>(this.#workflow, bound);
  }

  /** The same workflow with other options, or another name. */
  withOptions(options: EntrypointOptions): Entrypoint<I, O> {
    const { definition, options: own, storage, fn } = this.#workflow;
    const all = { ...own, ...storage, name: definition.name, ...options };
    return new Entrypoint<I, O>(readWorkflow(all, fn), this.#config);
  }

  // Running

  /**
   * Run the workflow: with an input from its beginning, with null where it stopped, with a Command to answer it.
   * What comes back is its value, or, where it waits for answers, `{__interrupt__: [...]}` (see `isInterrupted`).
   *
   * With a `streamMode` other than "values" it is a list of what `stream` would have shown.
   *
   * @example await refund.invoke("order-7", { configurable: { thread_id: "order-7" } });
   */
  async invoke(input: I | Command | null | undefined, options: EventsOptions): Promise<unknown[]>;
  async invoke(input: I | Command | null | undefined, options?: InvokeOptions): Promise<O>;
  async invoke(input: I | Command | null | undefined, options: StreamOptions = {}): Promise<unknown> {
    const { streamMode = "values", ...rest } = options;
    if (streamMode !== "values") {
      const shown: unknown[] = [];
      for await (const event of this.stream(input, options)) {
        shown.push(event);
      }
      return shown;
    }
    const request = readOptions(merged(this.#config, rest));
    const scope = callerOf(this.#workflow, request);
    return await (scope ? callIn(scope, this.#workflow, input, rest, request) : use(this.#workflow, input, request));
  }

  /**
   * Run the workflow once for each input, at most `maxConcurrency` at a time, and return the values in their order. All
   * have ended before the first error is thrown. With a checkpointer each needs a thread of its own: give a config for each.
   *
   * @example await refund.batch(orders, orders.map((id) => ({ configurable: { thread_id: id } })));
   */
  batch(
    inputs: readonly I[],
    options?: RunOptions | readonly RunOptions[],
    more?: { readonly returnExceptions?: false },
  ): Promise<O[]>;
  batch(
    inputs: readonly I[],
    options: RunOptions | readonly RunOptions[] | undefined,
    more: BatchOptions,
  ): Promise<(O | Error)[]>;
  async batch(
    inputs: readonly I[],
    options: RunOptions | readonly RunOptions[] = {},
    { returnExceptions = false }: BatchOptions = {},
  ): Promise<(O | Error)[]> {
    const given = Array.isArray(options) ? (options as readonly RunOptions[]) : inputs.map(() => options as RunOptions);
    if (given.length !== inputs.length) {
      throw invalidOption("the options of a batch", "one for all inputs, or one for each");
    }
    const isInRun = given.some((each) => callerOf(this.#workflow, readOptions(merged(this.#config, each))));
    const gate = new Slots(isInRun ? undefined : (given[0]?.maxConcurrency ?? this.#config.maxConcurrency));
    const runs = inputs.map(async (input, index) => {
      if (!isInRun) {
        await gate.acquire();
      }
      return await this.invoke(input, given[index]).finally(() => gate.release());
    });
    const settled = await Promise.allSettled(runs);
    const failure = settled.find(
      (each) => each.status === "rejected" && !(returnExceptions && each.reason instanceof Error),
    );
    if (failure?.status === "rejected") {
      throw failure.reason;
    }
    return settled.map((each) => (each.status === "fulfilled" ? each.value : each.reason));
  }

  /**
   * Run the workflow, and read what happens in it: bare events of one mode, `[mode, event]` of several, with the
   * namespace in front where `subgraphs` is true. Who leaves the loop stops the run. In another run it is a call, and
   * shows its value: what happens inside of it belongs to that run (STM-006).
   *
   * @example for await (const update of refund.stream("order-7", config)) console.log(update);
   */
  async *stream(
    input: I | Command | null | undefined,
    options: StreamOptions = {},
  ): AsyncGenerator<unknown, void, undefined> {
    const { streamMode = "updates", subgraphs = false, ...rest } = options;
    const modes = readModes(streamMode);
    const request = readOptions(merged(this.#config, rest));
    const shown = ([namespace, mode, data]: StreamEvent): unknown => {
      const event = [...(subgraphs ? [namespace] : []), ...(Array.isArray(streamMode) ? [mode] : []), data];
      return event.length === 1 ? data : event;
    };
    const scope = callerOf(this.#workflow, request);
    if (scope) {
      const value = await callIn(scope, this.#workflow, input, rest, request);
      const events = new Map<StreamMode, unknown>([
        ["updates", { [this.name]: value }],
        ["values", value],
      ]);
      for (const [mode, data] of events) {
        if (modes.includes(mode)) {
          yield shown([[], mode, data]);
        }
      }
      return;
    }
    const queue = new Queue<StreamEvent>();
    const stream = new StreamView(new Set(modes), subgraphs, (event) => queue.push(event));
    const control: Control = { stop: () => undefined };
    const run = use(this.#workflow, input, request, stream, control).finally(() => queue.close());
    run.catch(() => undefined);
    let isRead = false;
    try {
      for await (const event of queue.read()) {
        yield shown(event);
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

  /** Forget what its cache keeps of its runs, in this version of it (POL-045). */
  async clearCache(): Promise<void> {
    await this.#workflow.storage.cache?.clear([placeOf("entrypoints", this.name, this.definition.version)]);
  }

  // What a thread holds (chapters 9 and 16)

  /** Look at a thread: at its newest checkpoint, or the one that the config names. */
  async getState(config: RunnableConfig = {}): Promise<StateSnapshot> {
    return await this.#threads().state(this.#request(config));
  }

  /** Look at the checkpoints of a thread, the newest first. */
  async *getStateHistory(
    config: RunnableConfig = {},
    options: HistoryOptions = {},
  ): AsyncGenerator<StateSnapshot, void, undefined> {
    yield* this.#threads().history(this.#request(config), options);
  }

  /** Set what the next run on the thread sees as its previous state. */
  async updateState(config: RunnableConfig, values: unknown, asNode?: string): Promise<CheckpointConfig> {
    return await this.#threads().update(this.#request(config), [
      [{ values, ...(asNode === undefined ? {} : { asNode }) }],
    ]);
  }

  /** Make several updates, one checkpoint each, all or none. */
  async bulkUpdateState(config: RunnableConfig, steps: readonly (readonly StateUpdate[])[]): Promise<CheckpointConfig> {
    return await this.#threads().update(this.#request(config), steps);
  }

  /** Make a run that begins with a part of what another one recorded; the next resume goes on with it. */
  async fork(config: RunnableConfig, options: ForkOptions = {}): Promise<CheckpointConfig> {
    return await this.#threads().fork(this.#request(config), options);
  }

  #request(config: RunnableConfig) {
    return readOptions(merged(this.#config, config));
  }

  #threads(): Threads {
    const { saver, definition, forms } = this.#workflow;
    return new Threads(saver ?? noSaver(), definition, forms);
  }
}

/**
 * Make an entrypoint of a function. The function gets the input and the config.
 *
 * @example const main = entrypoint({ name: "main", checkpointer }, async (order: string) => ship(await pay(order)));
 */
export function entrypoint<I, R>(
  name: string,
  fn: (input: I, config: RunnableConfig) => R,
): Entrypoint<I, ValueOf<Awaited<R>>>;
export function entrypoint<I, R>(
  options: EntrypointOptions,
  fn: (input: I, config: RunnableConfig) => R,
): Entrypoint<I, ValueOf<Awaited<R>>>;
export function entrypoint(given: string | EntrypointOptions, fn?: unknown): Entrypoint<unknown, unknown> {
  return new Entrypoint(readWorkflow(given, fn));
}

/**
 * Return a value to the caller, and keep another one for the next run on the thread.
 *
 * @example return entrypoint.final({ value: answer, save: history });
 */
entrypoint.final = <V, S>({ value, save }: { value: V; save: S }): EntrypointFinal<V, S> =>
  new EntrypointFinal(value, save);
