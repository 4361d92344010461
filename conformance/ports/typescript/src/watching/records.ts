// An event as a record for a log (WCH-020, WCH-021): whatever logger writes it, dashboards find the same names and units.

import type { CallEnded, Failure, RunEnded, WatchEvent } from "./events.js";

/** What is written of an event. */
export interface LogRecord {
  readonly logger: "taskpoint.run" | "taskpoint.task";
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  /** Ids, names, counts and times, under the names that they have in every language; times are in seconds. */
  readonly fields: { readonly [name: string]: unknown };
}

/**
 * Make the record of an event, for a logger of yours.
 *
 * @example watch((event) => { const { level, message, fields } = logRecord(event); logger[level](fields, message); });
 */
export function logRecord(event: WatchEvent): LogRecord {
  const isOfRun = event.type === "RunBegan" || event.type === "RunEnded";
  const { threadId, entrypoint } = event.run;
  const what = isOfRun ? entrypoint : event.path;
  const [level, said] = sentence(event);
  return {
    logger: isOfRun ? "taskpoint.run" : "taskpoint.task",
    level,
    message: `${what}${threadId === null ? "" : ` on thread ${threadId}`} ${said}`,
    fields: fieldsOf(event),
  };
}

function sentence(event: WatchEvent): [LogRecord["level"], string] {
  switch (event.type) {
    case "RunBegan":
      return ["info", event.previousAttemptId === null ? "began" : `resumed, attempt ${event.run.attempt}`];
    case "RunEnded":
      return event.delay === null
        ? [event.outcome === "failed" ? "error" : event.outcome === "stopped" ? "warn" : "info", end(event)]
        : ["warn", `${end(event)}, tried again in ${seconds(event.delay)}`];
    case "CallBegan":
      return ["debug", event.attempt === 1 ? "began" : `began again, attempt ${event.attempt}`];
    case "CallReplayed":
      return ["debug", "replayed"];
    case "CallRetried": {
      const { failure, attempt, delay } = event;
      return ["warn", `failed with ${failure.type} in attempt ${attempt}, tried again in ${seconds(delay)}`];
    }
    case "CallEnded":
      return [event.outcome === "failed" ? "warn" : "info", event.cached ? "completed from a cache" : end(event)];
  }
}

function end({ outcome, failure, duration }: CallEnded | RunEnded): string {
  return `${outcome}${failure ? ` with ${failure.type}` : ""} after ${seconds(duration)}`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(3)} s`;
}

function fieldsOf(event: WatchEvent): LogRecord["fields"] {
  const { run, type: _, at: __, ns: ___, ...own } = event;
  const { name, delay, duration, failure, previousAttemptId: ____, ...rest } = own as { [member: string]: unknown };
  const { type, code } = (failure ?? {}) as Partial<Failure>;
  const all = {
    entrypoint: run.entrypoint,
    thread_id: run.threadId,
    checkpoint_id: run.checkpointId,
    run_id: run.runId,
    run_attempt: run.attempt,
    attempt_id: run.attemptId,
    run_name: run.runName,
    tags: run.tags.length > 0 ? run.tags : null,
    task: name,
    ...rest,
    delay: inSeconds(delay),
    duration: inSeconds(duration),
    error_type: type,
    error_code: code,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null));
}

function inSeconds(milliseconds: unknown): number | undefined {
  return typeof milliseconds === "number" ? milliseconds / 1000 : undefined;
}
