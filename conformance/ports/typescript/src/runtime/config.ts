// What a caller gives beside the input, and what of it is refused (RUN-036, RUN-037, SEC-001).

import type { Tree } from "../codec/text.js";
import { toTree } from "../codec/value.js";
import { isId } from "../core/labels.js";
import { TaskpointError, UsageError } from "../errors.js";
import { readWatchers, type Watcher } from "../watching/watchers.js";
import type { Durability } from "./writer.js";

/** The config of a run. Nothing of `configurable` is stored but the two ids (SEC-009). */
export interface RunnableConfig {
  readonly configurable?: {
    readonly thread_id?: string;
    readonly checkpoint_id?: string;
    readonly [own: string]: unknown;
  };
  /** Is stored with the checkpoints. */
  readonly metadata?: { readonly [name: string]: unknown };
  /** How many tasks of the run execute at the same time. */
  readonly maxConcurrency?: number;
  readonly runId?: string;
  readonly tags?: readonly string[];
  readonly runName?: string;
  /** Is taken, and without effect. */
  readonly recursionLimit?: number;
}

/** How one use of an entrypoint goes on. */
export interface RunOptions extends RunnableConfig {
  /** Which recorded failures run again: those that ended the run, all, or the ones at these paths. */
  readonly retry?: "uncaught" | "all" | readonly string[];
  /** What the code may need and nobody keeps: a session, a connection. */
  readonly context?: unknown;
  /** When what happened is written: `sync`, before it is seen; `async`, soon after; `exit`, at the end of the attempt. */
  readonly durability?: Durability;
  /** Take the thread from another run that holds it. */
  readonly takeOver?: boolean;
  /**
   * Begin one run of the thread with this input at most: where the newest run began with it, that run goes on, or its
   * value is returned where it has completed. For what may be asked for twice, such as a message of a queue.
   */
  readonly once?: boolean;
  /** Who is told what happens in the run: a function that takes an event, or several. */
  readonly watch?: Watcher | readonly Watcher[];
}

/** The same, checked. */
export interface Request {
  readonly config: RunnableConfig;
  readonly threadId: string | null;
  readonly checkpointId: string | null;
  readonly runId: string | null;
  readonly metadata: { [name: string]: Tree };
  readonly maxConcurrency: number | undefined;
  readonly retry: "uncaught" | "all" | readonly string[];
  readonly takeOver: boolean;
  readonly once: boolean;
  readonly context: unknown;
  readonly durability: Durability;
  readonly watch: readonly Watcher[];
}

const CONFIG = ["configurable", "metadata", "maxConcurrency", "runId", "tags", "runName", "recursionLimit"];
const OPTIONS = ["retry", "takeOver", "once", "context", "durability", "watch"];

function invalid(member: string, wanted: string): UsageError {
  return new UsageError("usage.config_invalid", `${member} has to be ${wanted}`, "Correct it.");
}

/** SEC-001: an id, or null where none is given. */
export function readId(name: string, value: unknown): string | null {
  if (value === undefined) {
    return null;
  }
  if (!isId(value)) {
    throw new UsageError(
      "usage.id_invalid",
      `${name} is not a text of 1 to 255 characters without controls`,
      "Pass a valid string.",
    );
  }
  return value;
}

/** Check what a caller gave. */
export function readOptions(options: RunOptions = {}): Request {
  const unknown = Object.keys(options).find((name) => ![...CONFIG, ...OPTIONS].includes(name));
  if (unknown !== undefined) {
    throw invalid("a config", `without the member ${unknown}, which nobody knows`);
  }
  const { configurable = {}, maxConcurrency, tags, retry = "uncaught", takeOver = false, once = false } = options;
  if (typeof configurable !== "object" || configurable === null) {
    throw invalid("configurable", "an object");
  }
  if (maxConcurrency !== undefined && !(Number.isSafeInteger(maxConcurrency) && maxConcurrency > 0)) {
    throw invalid("maxConcurrency", "a whole number above zero");
  }
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === "string"))) {
    throw invalid("tags", "a list of texts");
  }
  if (
    retry !== "uncaught" &&
    retry !== "all" &&
    !(Array.isArray(retry) && retry.every((path) => typeof path === "string"))
  ) {
    throw new UsageError("usage.option_invalid", 'retry has to be "uncaught", "all" or a list of paths');
  }
  for (const [name, value] of Object.entries({ takeOver, once })) {
    if (typeof value !== "boolean") {
      throw new UsageError("usage.option_invalid", `${name} has to be true or false`);
    }
  }
  if (!["sync", "async", "exit"].includes(options.durability ?? "sync")) {
    throw new UsageError("usage.option_invalid", 'durability has to be "sync", "async" or "exit"'); // DUR-001
  }
  const { retry: _, takeOver: __, once: ___, watch, context, durability = "sync", ...config } = options;
  return {
    config,
    threadId: readId("thread_id", configurable.thread_id),
    checkpointId: readId("checkpoint_id", configurable.checkpoint_id),
    runId: readId("runId", options.runId),
    metadata: readMetadata(options.metadata),
    maxConcurrency,
    retry,
    takeOver,
    once,
    context,
    durability,
    watch: readWatchers(watch),
  };
}

/** CMP-020: a config with another one on top of it, member by member in what is an object; tags add up. */
export function merged<T extends RunnableConfig>(base: RunnableConfig, over: T): T {
  const isObject = (value: unknown): value is object =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const members = (["configurable", "metadata"] as const)
    .filter((member) => isObject(base[member]) && isObject(over[member]))
    .map((member) => [member, { ...base[member], ...over[member] }]);
  const tags =
    Array.isArray(base.tags) && Array.isArray(over.tags) ? { tags: [...new Set([...base.tags, ...over.tags])] } : {};
  return { ...base, ...over, ...Object.fromEntries(members), ...tags };
}

/** CKP-011. */
export function readMetadata(metadata: unknown): { [name: string]: Tree } {
  if (metadata === undefined) {
    return {};
  }
  try {
    const tree = toTree(metadata);
    const isPlain = metadata !== null && typeof metadata === "object" && !(metadata instanceof Map);
    if (isPlain && typeof tree === "object" && !Array.isArray(tree) && tree !== null && !isTagged(tree)) {
      return tree;
    }
  } catch (error) {
    if (!(error instanceof TaskpointError)) {
      throw error;
    }
  }
  throw invalid("metadata", "an object of values");
}

function isTagged(tree: { [key: string]: Tree }): boolean {
  return Object.keys(tree).some((key) => key.startsWith("$") && !key.startsWith("$$"));
}
