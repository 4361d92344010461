// One execution of an entrypoint or a task: its calls, its questions, and the order in which it sees outcomes (chapter 10).

import { AsyncLocalStorage } from "node:async_hooks";
import { digestArguments, digestTree } from "../codec/digest.js";
import type { Tree } from "../codec/text.js";
import { toTree } from "../codec/value.js";
import type { CallRecord, QuestionRecord } from "../core/journal.js";
import { isLabel } from "../core/labels.js";
import { type Match, Matcher } from "../core/matching.js";
import { keyedPath, ownSeries, questions, series } from "../core/paths.js";
import { ReplayDivergenceError, UsageError, type ValueEncodingError } from "../errors.js";
import type { EntryTaskFailed, ResponseSchema } from "../generated/types.js";
import type { BaseStore } from "../stores/store.js";
import type { Attempt, Misfit } from "./attempt.js";
import { Call, type Callee } from "./call.js";
import { Cancelling } from "./cancelling.js";
import { Failures } from "./causes.js";
import type { RunnableConfig } from "./config.js";
import { type Form, UNTYPED } from "./forms.js";
import type { Bound } from "./parameters.js";
import { Ready } from "./ready.js";
import { readSchema } from "./responses.js";
import { isSignal, StopRun, Suspension } from "./signals.js";

/** What a scope came to. A dropped one has no outcome: its run is ending. */
export type End =
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "raised"; readonly error: unknown; readonly causes: string[] }
  | { readonly kind: "suspended"; readonly error: unknown }
  | { readonly kind: "dropped" };

/** How a call is made. */
export interface CallOptions {
  readonly key?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/** What code sees of the one who runs it: a run's, or what an entrypoint was called with inside of one (CMP-008). */
export interface Surroundings {
  readonly config: RunnableConfig;
  readonly context?: unknown;
  readonly store?: BaseStore | undefined;
}

/** The scope whose code runs. */
export const current = new AsyncLocalStorage<Scope>();

/** The scope whose code runs, or an error where none does. */
export function currentScope(what: string): Scope {
  const scope = current.getStore();
  if (!scope || scope.isClosed) {
    throw new UsageError(
      "usage.outside_run",
      `${what} needs a run`,
      "Use it in an entrypoint, or in a task that one calls.",
    );
  }
  return scope;
}

export class Scope {
  readonly #calls: Matcher<CallRecord>;
  readonly #questions: Matcher<QuestionRecord>;
  readonly #made = new Set<Call>();
  readonly ready = new Ready();
  /** How many of its calls go on, or are being recorded, and whether one has come to nothing. */
  inFlight = 0;
  hasDropped = false;
  readonly #open = new Set<{ alone: boolean }>();
  readonly #failures = new Failures();
  readonly #cancelling = new Cancelling();
  #count = 0;
  #deliveries = 0;
  #suspension: Suspension | undefined;
  /** A call of this scope was refused because its run is ending: what its code comes to then means nothing (RPL-025). */
  #wasRefused = false;
  #isWoken = false;
  #onDrained: (() => void) | undefined;
  #slot: "none" | "held" | "left" | "wanted";
  isClosed = false;
  /** When there was progress last, and whether only heartbeats count as such (POL-025). */
  lastProgress = 0;
  isHeartbeatOnly = false;
  #isGivenUp = false;
  /** What the journal holds for this scope and its code has not been shown, and whether its code has gone beyond it. */
  #unshown: number;
  #isBeyond = false;
  readonly #isRecorded: boolean;
  /** Where a stream says that the scope's events come from (STM-006). */
  readonly namespace: readonly string[];
  readonly surroundings: Surroundings;

  constructor(
    readonly attempt: Attempt,
    readonly path: string,
    /** The call whose function this is; null for the entrypoint's own. */
    readonly call: Call | null,
  ) {
    const records = attempt.journal.records(path);
    this.#calls = new Matcher(records.filter((each) => each.kind === "call"));
    this.#questions = new Matcher(records.filter((each) => each.kind === "question"));
    this.#isRecorded = records.length > 0;
    this.#unshown = records.filter((each) => (each.kind === "call" ? !each.isVoid : each.answer !== undefined)).length;
    this.#slot = call?.slots ? "held" : "none";
    this.namespace = call?.callee.surroundings ? call.path.split("/") : (call?.scope.namespace ?? []);
    this.surroundings = call?.callee.surroundings ?? call?.scope.surroundings ?? attempt.work;
  }

  /** CTX-011. */
  get isReplaying(): boolean {
    return !this.#isBeyond && this.#unshown > 0;
  }

  // Giving up

  /** It took too long: nothing that its code still does counts (POL-023). */
  giveUp(): void {
    this.#isGivenUp = true;
    for (const scope of this.attempt.scopes) {
      scope.wake();
    }
  }

  /** Whether it, or a call around it, was given up. */
  get isAbandoned(): boolean {
    return this.#isGivenUp || (this.call?.scope.isAbandoned ?? false);
  }

  /** Why no call starts a function any more, if so. */
  get refusal(): unknown {
    return this.attempt.refusal ?? (this.isAbandoned ? new StopRun() : undefined);
  }

  /** Whether somebody is asked in it, or in a call inside of it (POL-026). */
  get isAsking(): boolean {
    return [...this.attempt.scopes].some((each) => each.#suspension !== undefined && each.isWithin(this));
  }

  isWithin(scope: Scope): boolean {
    return scope === this || (this.call?.scope.isWithin(scope) ?? false);
  }

  /** There is progress, of it and of every execution around it. */
  progress(isHeartbeat = false): void {
    if (isHeartbeat || !this.isHeartbeatOnly) {
      this.lastProgress = performance.now();
    }
    this.call?.scope.progress(isHeartbeat);
  }

  // Calls

  /** Make a call: find its record, or run its function (RPL-004). */
  make(callee: Callee, bound: Bound, options: CallOptions): Promise<unknown> {
    if (!callee.isOwn) {
      this.attempt.know(callee);
    }
    this.progress();
    const digest = digestArguments(bound.positional, bound.named);
    const match = this.#match(callee, options.key, digest);
    this.#count += 1;
    if (match.kind === "diverges") {
      return this.#diverge(match.record, callee.name, digest, () =>
        this.#add(callee, match.record.path, digest, bound, options),
      );
    }
    const path = match.kind === "recorded" ? match.record.path : match.path;
    const call = this.#add(callee, path, digest, bound, options);
    if (match.kind === "recorded") {
      call.replay(match.record.entry);
    } else {
      call.wasRecorded = match.kind === "again";
      this.#begin(call);
    }
    return call.promise;
  }

  #match({ name, isOwn }: Callee, key: unknown, digest: string): Match<CallRecord> {
    if (key === undefined) {
      return this.#calls.numbered(isOwn ? ownSeries(this.path, name.slice(1)) : series(this.path, name), digest);
    }
    if (!isLabel(key)) {
      throw new UsageError(
        "usage.key_invalid",
        `a key of ${name} is not a string of 1 to 255 characters`,
        "Make a string of it.",
      );
    }
    const match = this.#calls.keyed(keyedPath(this.path, name, key), digest);
    if (!match) {
      throw new UsageError(
        "usage.key_duplicate",
        `${name} was called twice with the same key`,
        "Make the key tell the two calls apart.",
      );
    }
    return match;
  }

  #add(callee: Callee, path: string, digest: string, bound: Bound, { signal }: CallOptions): Call {
    const call = new Call(this, callee, path, digest, bound);
    this.#opened(call);
    this.#made.add(call);
    if (signal) {
      this.#cancelling.watch(call, signal);
    }
    return call;
  }

  /** RPL-015: two that are open at the same time are not alone. */
  #opened(opening: { alone: boolean }): void {
    const [other] = this.#open;
    if (other) {
      other.alone = false; // where there are more, none of them is
      opening.alone = false;
    }
    this.#open.add(opening);
  }

  #begin(call: Call): void {
    this.#isBeyond = true;
    const refusal = this.#suspension ?? this.refusal;
    if (refusal === undefined) {
      void call.execute();
    } else {
      this.#wasRefused ||= !this.#suspension;
      this.#close(call);
      call.refuse(refusal); // INT-010, RPL-020
    }
  }

  #diverge(record: CallRecord, name: string, digest: string, add: () => Call): Promise<unknown> {
    const error = this.#divergence(record, name, record.entry.name, digest);
    const call = add();
    if (error) {
      this.#begin(call);
    } else {
      record.claimed = true;
      call.replay(record.entry);
    }
    return call.promise;
  }

  /** RPL-020 to RPL-024: the error with which the attempt diverges, or nothing where the record is taken all the same. */
  #divergence(record: CallRecord | QuestionRecord, name: string, recorded: string, digest: string): Misfit | undefined {
    const text =
      `the journal has ${recorded} with input ${record.digest} at ${record.path}; ` +
      `the code has ${name} with input ${digest} there`;
    if (this.attempt.onDivergence === "error") {
      return this.attempt.diverge(new ReplayDivergenceError(text, record.path));
    }
    if (this.attempt.onDivergence === "warn") {
      process.emitWarning(text, "ReplayDivergenceWarning");
    }
    return undefined;
  }

  // Questions (chapter 8)

  /** Return the answer to a question, or suspend the scope. */
  ask(value: unknown, responseSchema?: unknown): unknown {
    if (!this.attempt.isKept) {
      throw new UsageError(
        "usage.no_checkpointer",
        "an interrupt needs a checkpointer",
        "Give the entrypoint a checkpointer.",
      );
    }
    const tree = toTree(value);
    const schema = responseSchema === undefined ? undefined : readSchema(responseSchema); // INT-032: it counts as nothing
    const digest = digestTree([tree]); // INT-035: the schema has no part in it
    if (this.refusal !== undefined) {
      this.#wasRefused = true;
      throw this.refusal;
    }
    this.#count += 1;
    const match = this.#questions.numbered(questions(this.path), digest);
    if (match.kind === "diverges" && this.#divergence(match.record, "an interrupt", "an interrupt", digest)) {
      this.#wasRefused = true;
      throw this.attempt.refusal;
    }
    if (match.kind === "recorded" || match.kind === "diverges") {
      match.record.claimed = true;
      if (match.record.answer) {
        this.#unshown -= 1;
        return this.read(UNTYPED, match.record.answer.value as Tree, null);
      }
    } else {
      this.#raise(match.path, tree, digest, schema);
    }
    throw this.#suspend();
  }

  #raise(id: string, value: Tree, input_digest: string, schema: ResponseSchema | undefined): void {
    const opening = { alone: true };
    this.#opened(opening);
    void this.attempt.writer.record((place) => ({
      kind: "interrupt.raised",
      ...place,
      id,
      value,
      input_digest,
      alone: opening.alone,
      ...(schema === undefined ? {} : { response_schema: schema }),
    }));
  }

  #suspend(): Suspension {
    this.#suspension ??= new Suspension();
    return this.#suspension;
  }

  /** TYP-003: read what was recorded; where it does not fit, the attempt ends, whatever the code makes of it. */
  read(form: Form, tree: Tree, version: string | null): unknown {
    try {
      return form.read(tree, version);
    } catch (error) {
      this.#wasRefused = true;
      throw this.attempt.diverge(error as ValueEncodingError);
    }
  }

  // Failures

  hasFailed(call: Call, entry: EntryTaskFailed): void {
    this.#failures.add(call, entry, this.#count, this.#onDrained !== undefined);
  }

  hasDelivered(call: Call, error: unknown): void {
    this.#failures.delivered(call, error);
  }

  /** RPL-030. */
  orphans(): string[] {
    return this.#calls.orphans();
  }

  // Delivery: one outcome at a time, whenever no code of the scope can run without one (CON-002, CON-003, CON-006)

  /** Look soon whether there is something to deliver: when all code that can run has run. */
  wake(): void {
    if (!this.#isWoken) {
      this.#isWoken = true;
      setImmediate(() => {
        this.#isWoken = false;
        this.#step();
      });
    }
  }

  #step(): void {
    if (this.attempt.fatal) {
      this.#refuse([...this.#made], this.attempt.refusal);
    } else {
      const isEnding = this.attempt.isStopped || this.isAbandoned; // what is in flight is recorded, and nobody sees it (STP-002)
      if (isEnding || this.hasDropped) {
        const over = [...this.#made].filter((call) => call.isDropped || (isEnding && !call.isInFlight));
        this.#refuse(over, this.refusal);
        this.hasDropped = false;
      }
      const next = this.ready.first();
      if (next && this.#isOnDuty()) {
        this.#close(next);
        this.progress();
        this.#unshown -= next.isReplayed ? 1 : 0;
        next.deliver(this.#deliveries++);
        if (!next.isInFlight) {
          this.#made.delete(next);
        }
        this.wake();
      }
      if (next) {
        return; // who waits for a slot is woken by getting it
      }
    }
    this.#leaveWhileWaiting();
    this.#rest();
  }

  /** What is left where nothing can be delivered: recorded cancellations, calls that are suspended, and the end. */
  #rest(): void {
    if (this.inFlight > 0) {
      return;
    }
    const made = [...this.#made];
    const held = made.find(({ isHeldBack }) => isHeldBack);
    if (held) {
      held.letGo();
      this.wake();
      return;
    }
    const asked = made.filter(({ isSuspended, isAwaited }) => isSuspended && isAwaited);
    if (asked.length > 0) {
      this.#suspend();
      this.#refuse(asked, this.#suspension); // INT-012
      this.wake();
      return;
    }
    for (const call of made) {
      if (call.isDelivered) {
        this.#made.delete(call);
      }
    }
    if (made.every(({ isOver }) => isOver)) {
      this.#onDrained?.();
    }
  }

  #refuse(calls: Call[], reason: unknown): void {
    for (const call of calls) {
      this.#wasRefused ||= !call.isDelivered && !(reason instanceof Suspension);
      this.#close(call);
      call.refuse(reason);
    }
  }

  #close(call: Call): void {
    this.#open.delete(call);
  }

  // Slots: a task that waits for its own calls takes none (CON-019)

  #leaveWhileWaiting(): void {
    if (this.#slot === "held" && this.#isWaiting()) {
      this.#slot = "left";
      this.attempt.slots.release();
    }
  }

  #isWaiting(): boolean {
    for (const { isAwaited, isDelivered } of this.#made) {
      if (isAwaited && !isDelivered) {
        return true;
      }
    }
    return false;
  }

  #isOnDuty(): boolean {
    if (this.#slot === "left") {
      this.#slot = "wanted";
      void this.attempt.slots.acquire().then(() => {
        this.#slot = "held";
        this.wake();
      });
    }
    return this.#slot === "none" || this.#slot === "held";
  }

  leaveSlot(): void {
    if (this.#slot === "held") {
      this.#slot = "none";
      this.attempt.slots.release();
    }
  }

  // From the beginning to the end

  /** Run the scope's code, and wait for everything that it started (RUN-030). */
  async run(code: () => unknown): Promise<End> {
    this.attempt.scopes.add(this);
    let thrown: { readonly error: unknown } | undefined;
    let value: unknown;
    try {
      value = await current.run(this, async () => code());
    } catch (error) {
      thrown = { error };
    }
    await new Promise<void>((resolve) => {
      this.#onDrained = resolve;
      this.wake();
    });
    this.isClosed = true;
    if (!this.#isRecorded && !this.#suspension) {
      this.attempt.scopes.delete(this); // it has no orphans, and asks nothing
    }
    return this.#end(value, thrown);
  }

  #end(value: unknown, thrown: { readonly error: unknown } | undefined): End {
    if (this.attempt.fatal || this.#wasRefused || this.isAbandoned || thrown?.error instanceof StopRun) {
      return { kind: "dropped" };
    }
    if (this.#suspension || [...this.#made].some(({ isSuspended }) => isSuspended)) {
      return { kind: "suspended", error: isSignal(thrown?.error) ? undefined : thrown?.error };
    }
    if (thrown) {
      return { kind: "raised", error: thrown.error, causes: this.#failures.causes(thrown.error, this.#count) };
    }
    const unobserved = this.#failures.unobserved();
    if (unobserved) {
      const error = unobserved.call.anew(unobserved.entry.error); // ERR-025
      return { kind: "raised", error, causes: this.#failures.causes(error, this.#count) };
    }
    return { kind: "returned", value };
  }
}
