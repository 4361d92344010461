// Telling watchers what happens in a run, without letting any of them touch it (WCH-003, WCH-008, WCH-009).

import { AsyncLocalStorage } from "node:async_hooks";
import { typeOf } from "../core/failures.js";
import type { Outcome } from "../core/journal.js";
import { errorOfCode } from "../errors.js";
import type { Failure, RunEnded, RunInfo, WatchEvent } from "../watching/events.js";
import { type Watcher, watchersOf } from "../watching/watchers.js";
import type { Attempt, Ending } from "./attempt.js";
import type { Call } from "./call.js";
import { pause } from "./policies.js";
import { current } from "./scope.js";
import { StopRun } from "./signals.js";
import { now } from "./writer.js";

/** For how many milliseconds the end of a run waits for its watchers. */
const PATIENCE = 5000;
/** A watcher that is behind by more events than this is told nothing more of the run. */
const MOST = 100_000;

/** Set where the code of a watcher runs: the runs that it begins are told to nobody, or there would be no end. */
const isTold = new AsyncLocalStorage<true>();

/** Tells one watcher of one use of an entrypoint, one event after the other, as long as it does not fail. */
class Mailbox {
  #told: Promise<void> = Promise.resolve();
  #waiting = 0;
  #isOver = false;

  constructor(private readonly watcher: Watcher) {}

  post(event: WatchEvent): void {
    if (this.#waiting >= MOST) {
      this.#giveUp(`is ${MOST} events behind`);
    }
    if (!this.#isOver) {
      this.#waiting += 1;
      this.#told = this.#told.then(() => this.#tell(event));
    }
  }

  async #tell(event: WatchEvent): Promise<void> {
    this.#waiting -= 1;
    if (this.#isOver) {
      return;
    }
    try {
      await current.run(undefined as never, () => isTold.run(true, () => this.watcher(event)));
    } catch (error) {
      this.#giveUp(`failed with ${typeOf(error)}`);
    }
  }

  #giveUp(why: string): void {
    if (!this.#isOver) {
      this.#isOver = true;
      process.emitWarning(`a watcher ${why}, and hears nothing more of this run`, "WatcherWarning");
    }
  }

  /** Settles when it has heard all that there is until now. */
  get told(): Promise<void> {
    return this.#told;
  }
}

/** What tells the watchers of one use of an entrypoint. */
export class Telling {
  #run: RunInfo | undefined;
  #since = 0;
  readonly #begun = new WeakMap<Call, number>();

  private constructor(private readonly mailboxes: readonly Mailbox[]) {}

  /** Nothing where nobody watches. */
  static of(...given: readonly (readonly Watcher[])[]): Telling | undefined {
    const watchers = isTold.getStore() ? [] : watchersOf(...given);
    return watchers.length === 0 ? undefined : new Telling(watchers.map((each) => new Mailbox(each)));
  }

  #post(event: WatchEvent): void {
    Object.freeze(event);
    this.mailboxes.forEach((each) => each.post(event));
  }

  /** Wait for the watchers, but not for long: the run is over, and only its caller waits. */
  async done(): Promise<void> {
    let isLate = true;
    const all = Promise.all(this.mailboxes.map((each) => each.told)).then(() => {
      isLate = false;
    });
    await pause(PATIENCE, all);
    if (isLate) {
      process.emitWarning("a watcher is slow: the run is over, and it has not heard all of it yet", "WatcherWarning");
    }
  }

  // Runs

  runBegan({ work, journal }: Attempt): void {
    const { checkpoint, saver, config, attemptId } = work;
    const begun = journal.entries.filter(({ kind }) => kind === "run.started" || kind === "run.resumed");
    this.#since = performance.now();
    this.#run = Object.freeze({
      entrypoint: checkpoint.entrypoint.name,
      threadId: saver && checkpoint.thread_id,
      checkpointId: saver && checkpoint.id,
      runId: checkpoint.run_id,
      attempt: journal.attempt,
      attemptId,
      runName: config.runName ?? null,
      tags: Object.freeze([...(config.tags ?? [])]),
    });
    this.#post({ type: "RunBegan", ...this.#here([]), previousAttemptId: begun.at(-2)?.attempt_id ?? null });
  }

  /** `delay`: after how many milliseconds another attempt follows by itself. */
  runEnded(ending: Ending, interrupts: number, delay: number | null): void {
    const failure = ending.kind === "failed" ? failureOf(ending.document.type) : null;
    this.#end(ending.kind, failure, ending.kind === "interrupted" ? interrupts : 0, delay);
  }

  /** It was stopped, or could not write its journal any more. */
  runBroke(error: unknown): void {
    const isStopped = error instanceof StopRun;
    this.#end(isStopped ? "stopped" : "failed", isStopped ? null : failureOf(typeOf(error)), 0, null);
  }

  #end(outcome: RunEnded["outcome"], failure: Failure | null, interrupts: number, delay: number | null): void {
    const duration = performance.now() - this.#since;
    this.#post({ type: "RunEnded", ...this.#here([]), outcome, failure, interrupts, duration, delay });
  }

  // Calls; those that are the library's own are told to nobody (WCH-004)

  callBegan(call: Call): void {
    if (!call.callee.isOwn) {
      this.#begun.set(call, this.#begun.get(call) ?? performance.now());
      this.#post({ type: "CallBegan", ...this.#of(call), attempt: call.executions });
    }
  }

  callReplayed(call: Call, { kind }: Outcome): void {
    if (!call.callee.isOwn) {
      this.#post({ type: "CallReplayed", ...this.#of(call), outcome: OUTCOMES[kind] });
    }
  }

  callRetried(call: Call, error: unknown, delay: number): void {
    if (!call.callee.isOwn) {
      const failure = failureOf(typeOf(error));
      this.#post({ type: "CallRetried", ...this.#of(call), attempt: call.executions, failure, delay });
    }
  }

  callEnded(call: Call, outcome: Outcome): void {
    if (!call.callee.isOwn) {
      const end = performance.now();
      this.#post({
        type: "CallEnded",
        ...this.#of(call),
        outcome: OUTCOMES[outcome.kind],
        attempts: call.executions,
        cached: outcome.kind === "task.completed" && outcome.attempts === 0,
        failure: outcome.kind === "task.failed" ? failureOf(outcome.error.type) : null,
        duration: end - (this.#begun.get(call) ?? end),
      });
    }
  }

  #here(ns: readonly string[]) {
    return { run: this.#run as RunInfo, at: now(), ns };
  }

  #of({ scope, path, callee }: Call) {
    const kind: "task" | "entrypoint" = callee.surroundings ? "entrypoint" : "task";
    return { ...this.#here(scope.namespace), path, name: callee.name, kind };
  }
}

const OUTCOMES = { "task.completed": "completed", "task.failed": "failed", "task.cancelled": "cancelled" } as const;

/** WCH-010: what an error is called, and never what it says. */
function failureOf(type: string): Failure {
  return { type, code: errorOfCode(type, "")?.code ?? null };
}
