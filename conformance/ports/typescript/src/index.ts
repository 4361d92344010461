// Durable workflows as plain functions. `taskpoint/sqlite` has what lies in SQLite files.

export { digestArguments } from "./codec/digest.js";
export { type ExtensionOptions, registerExtension } from "./codec/extensions.js";
export { Tagged } from "./codec/tags.js";
export { canonical, decodeText, encodeText, ErrorValue, Extension, fromTree, toTree } from "./codec/value.js";
export { canonicalText, parseText, storedText, type Tree } from "./codec/text.js";
export { errorDocument, type ErrorClass } from "./core/failures.js";
export {
  ConcurrentRunError,
  FormatError,
  ReplayDivergenceError,
  SaverError,
  StoreError,
  TaskError,
  TaskpointError,
  TaskTimeoutError,
  UsageError,
  ValueEncodingError,
} from "./errors.js";
export { Command } from "./runtime/command.js";
export type { RunnableConfig, RunOptions } from "./runtime/config.js";
export {
  type ExecutionInfo,
  getConfig,
  getContext,
  getExecutionInfo,
  getIdempotencyKey,
  getPreviousState,
  getStore,
  getWriter,
  heartbeat,
  interrupt,
  type InterruptOptions,
} from "./runtime/context.js";
export {
  type BatchOptions,
  Entrypoint,
  entrypoint,
  type EventsOptions,
  type InvokeOptions,
  type StreamOptions,
} from "./runtime/entrypoint.js";
export { failureOf, type RunFailure } from "./runtime/using.js";
export type { EntrypointOptions } from "./runtime/workflow.js";
export type { JsonSchema } from "./runtime/responses.js";
export type { Migration, Recorded, Schema, VersionOptions } from "./runtime/forms.js";
export type { CachePolicy } from "./runtime/caching.js";
export { EntrypointFinal } from "./runtime/final.js";
export { Interrupt, type CheckpointConfig, type StateSnapshot, type TaskSnapshot } from "./core/state.js";
export { type Interrupted, isInterrupted } from "./runtime/interrupted.js";
export type { ForkOptions, HistoryOptions, StateUpdate } from "./runtime/threads.js";
export { first, isDelivered } from "./runtime/promise.js";
export { StopRun, Suspension } from "./runtime/signals.js";
export type { ThreadStatus, ThreadSummary, ThreadsOptions } from "./savers/listing.js";
export { STREAM_MODES, type StreamMode } from "./runtime/streams.js";
export { type PolicyOptions, type RetryPolicy, type TimeoutPolicy, secondsAfter } from "./runtime/policies.js";
export type {
  CallBegan,
  CallEnded,
  CallReplayed,
  CallRetried,
  Failure,
  RunBegan,
  RunEnded,
  RunInfo,
  WatchEvent,
} from "./watching/events.js";
export { type LogRecord, logRecord } from "./watching/records.js";
export { watch, type Watcher, type Watching } from "./watching/watchers.js";
export { durable } from "./runtime/durable.js";
export { stopOnSignals, stopRuns } from "./runtime/stopping.js";
export { type Task, task, type TaskCallOptions, type TaskOptions } from "./runtime/task.js";
export type { BaseCache, FullKey } from "./caches/cache.js";
export { InMemoryCache } from "./caches/memory.js";
export { InMemoryStore } from "./stores/memory.js";
export {
  ANY_SEGMENT,
  BaseStore,
  type GetOptions,
  type Item,
  type ListOptions,
  type NamespacePattern,
  type PutOptions,
  type Row,
  type Rows,
  type SearchOptions,
} from "./stores/store.js";
export { MemorySaver } from "./savers/memory.js";
export type { Append, Begin, CheckpointSaver, Head, Loaded } from "./savers/saver.js";
export type { Checkpoint, Entry, ErrorDocument, Holder } from "./generated/types.js";
