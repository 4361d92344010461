// One call: it is made, perhaps executed, recorded, and delivered to the scope that made it.

import type { Tree } from "../codec/text.js";
import { deliver, errorDocument, type ErrorClass } from "../core/failures.js";
import { isOutcome, type Outcome } from "../core/journal.js";
import type { ErrorDocument } from "../generated/types.js";
import { type Came, carryOut } from "./execution.js";
import type { Form } from "./forms.js";
import type { Bound } from "./parameters.js";
import type { Policies } from "./policies.js";
import { type CallPromise, promiseOf } from "./promise.js";
import type { Slots } from "./slots.js";
import type { Scope, Surroundings } from "./scope.js";
import { type Draft, now } from "./writer.js";

/** What is called: a task, or something that is called like one. */
export interface Callee {
  readonly name: string;
  readonly fn: (...args: never[]) => unknown;
  /** The function of the definition, by which two definitions of one name are told apart (TSK-007). */
  readonly identity: unknown;
  readonly raises: ReadonlyMap<string, ErrorClass>;
  readonly form: Form;
  readonly policies: Policies;
  /** Of an entrypoint that is called like a task (CMP-001): what its code sees around it (CMP-008). */
  readonly surroundings?: Surroundings;
  /** Whether the library asks for it by itself (DRH-003): it takes no slot, and no stream shows it. */
  readonly isOwn?: boolean;
}

export class Call {
  readonly promise: CallPromise<unknown>;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #listeners: (() => void)[] = [];

  /** What its scope sees of it. */
  #state: "waiting" | "suspended" | "dropped" | "delivered" = "waiting";
  /** Its function goes on, or an entry about it is being written. */
  #isBusy = false;
  #isRecording = false;
  #outcome: Outcome | undefined;
  #failure: ErrorDocument | undefined;
  #cancelled: { readonly reason: unknown } | undefined;
  #isCancellationDue = false;
  #startedAt: string | undefined;
  #announceCancelling: () => void = () => undefined;
  /** Settles when it is cancelled. */
  readonly cancelling = new Promise<void>((resolve) => {
    this.#announceCancelling = resolve;
  });

  /** Whether nothing else was open in its scope so far (RPL-015). */
  alone = true;
  /** Whether somebody waits for it, and whether they will see what it came to. */
  isAwaited = false;
  isObserved = false;
  /** Where in the order of its scope's deliveries it came. */
  deliveredAt = Number.POSITIVE_INFINITY;
  isReplayed = false;
  /** Whether it had an outcome that has to be made again. */
  wasRecorded = false;
  /** Whether somebody was asked in it, though its scope may have been told since. */
  wasSuspended = false;
  /** How often its function was begun in this attempt. */
  executions = 0;

  constructor(
    readonly scope: Scope,
    readonly callee: Callee,
    readonly path: string,
    readonly digest: string | null,
    readonly bound: Bound,
  ) {
    const { promise, resolve, reject } = promiseOf<unknown>(this);
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  get isCancelled(): boolean {
    return this.#cancelled !== undefined;
  }

  get isDelivered(): boolean {
    return this.#state === "delivered";
  }

  get isSuspended(): boolean {
    return this.#state === "suspended";
  }

  get isDropped(): boolean {
    return this.#state === "dropped";
  }

  get isInFlight(): boolean {
    return this.#isBusy || this.#isRecording;
  }

  /** Whether its scope need not wait for it any more. */
  get isOver(): boolean {
    return !this.isInFlight && (this.#state !== "waiting" || (this.#cancelled !== undefined && !this.#outcome));
  }

  /** The place in the journal of an outcome that can be delivered. */
  get readySeq(): number | undefined {
    const isHeldBack = this.#outcome?.kind === "task.cancelled" && !this.#isCancellationDue;
    return this.#state === "waiting" && !isHeldBack ? this.#outcome?.seq : undefined;
  }

  /** CON-022: a recorded cancellation that nobody has asked for in this attempt. */
  get isHeldBack(): boolean {
    return this.#state === "waiting" && this.#outcome !== undefined && this.readySeq === undefined;
  }

  letGo(): void {
    this.#isCancellationDue = true;
    this.#becomeReady();
  }

  /** The place in the journal of its outcome. */
  get outcomeSeq(): number | undefined {
    return this.#outcome?.seq;
  }

  #becomeReady(): void {
    if (this.readySeq !== undefined) {
      this.scope.ready.add(this);
    }
  }

  /** Somebody waits for it, and will see what it came to. */
  observe(): void {
    this.isObserved = true;
    this.await();
  }

  /** Somebody waits for it to be delivered. */
  await(): void {
    if (!this.isAwaited) {
      this.isAwaited = true;
      this.#recordCancellation();
      this.scope.wake();
    }
  }

  onDelivery(listener: () => void): void {
    this.onArrival(listener);
    this.await();
  }

  /** As `onDelivery`, for who does not wait for it. */
  onArrival(listener: () => void): void {
    this.#listeners.push(listener);
  }

  // How it comes to its outcome

  /** Take the outcome that the journal holds (RPL-003). */
  replay(outcome: Outcome): void {
    this.isReplayed = true;
    this.#outcome = outcome;
    this.scope.attempt.telling?.callReplayed(this, outcome);
    this.#becomeReady();
    this.scope.wake();
  }

  /** Come to an outcome, and record it. */
  async execute(): Promise<void> {
    this.#fly(() => (this.#isBusy = true));
    this.#ended(await carryOut(this));
  }

  /** DRH-013. */
  get slots(): Slots | undefined {
    return this.callee.isOwn ? undefined : this.scope.attempt.slots;
  }

  /** Whether what its function comes to is of no use any more. */
  get isUnwanted(): boolean {
    return this.#cancelled !== undefined || this.scope.refusal !== undefined;
  }

  /** An execution of its function begins. */
  begins(): void {
    this.#startedAt ??= now();
    this.executions += 1;
    this.scope.attempt.telling?.callBegan(this);
    if (this.executions === 1 && !this.callee.isOwn) {
      this.scope.attempt.stream?.callBegins(this);
    }
  }

  #ended(came: Came): void {
    this.#fly(() => (this.#isBusy = false));
    if (this.#state === "waiting" && !this.#cancelled && !this.scope.isAbandoned) {
      if (came.kind === "returned" || came.kind === "raised") {
        this.#record(this.#draft(came));
      } else {
        this.#state = came.kind;
        this.scope.hasDropped ||= came.kind === "dropped";
        this.wasSuspended = came.kind === "suspended";
      }
    } else if (this.scope.isAbandoned && this.#state === "waiting") {
      this.#state = "dropped";
      this.scope.hasDropped = true;
    }
    this.scope.wake();
  }

  #draft(came: Extract<Came, { kind: "returned" | "raised" }>): Draft {
    if (came.kind === "raised") {
      const error = errorDocument(came.error, this.path);
      return (place) => ({ kind: "task.failed", ...place, ...this.#head(this.#attempts), error, rerun: came.causes });
    }
    const { version } = this.callee.form;
    const versioned = version === null ? {} : { version }; // TYP-020
    return (place) => ({
      kind: "task.completed",
      ...place,
      ...this.#head(this.executions),
      value: came.tree,
      ...versioned,
    });
  }

  /** POL-043: only a result from a cache took no execution. */
  get #attempts(): number {
    return Math.max(1, this.executions);
  }

  #head(attempts: number) {
    return {
      path: this.path,
      name: this.callee.name,
      input_digest: this.digest,
      alone: this.alone && this.isAwaited,
      attempts,
      started_at: this.#startedAt ?? now(),
    };
  }

  #record(draft: Draft): void {
    this.#fly(() => (this.#isRecording = true));
    void this.scope.attempt.writer.record(draft).then((entry) => {
      this.#fly(() => (this.#isRecording = false));
      if (entry && isOutcome(entry)) {
        this.#outcome = entry;
        this.#becomeReady();
        this.scope.attempt.telling?.callEnded(this, entry);
        if (!this.callee.isOwn) {
          this.scope.attempt.stream?.callEnded(this, entry); // DRH-005
        }
      }
      this.scope.wake();
    });
  }

  /** Let its scope know whether it is in flight. */
  #fly(change: () => void): void {
    const was = this.isInFlight;
    change();
    if (was !== this.isInFlight) {
      this.scope.inFlight += was ? -1 : 1;
    }
  }

  // Cancelling (CON-010, CON-015, CON-017, CON-022)

  cancel(reason: unknown): void {
    if (this.#state === "waiting" && !this.#isRecording && (!this.#outcome || this.isHeldBack)) {
      this.#cancelled = { reason };
      this.#announceCancelling();
      this.letGo();
      this.#recordCancellation();
      this.scope.wake();
    }
  }

  #recordCancellation(): void {
    if (this.#cancelled && this.isAwaited && !this.#outcome && !this.#isRecording && this.#state === "waiting") {
      this.#record((place) => ({ kind: "task.cancelled", ...place, ...this.#head(this.#attempts) }));
    }
  }

  // Delivery

  /** Let the code see the outcome. */
  deliver(order: number): void {
    const outcome = this.#outcome as Outcome;
    this.deliveredAt = order;
    this.#arrive();
    if (outcome.kind === "task.completed") {
      this.#see(outcome.value as Tree, outcome.version ?? null);
    } else if (outcome.kind === "task.failed") {
      this.#failure = outcome.error;
      this.scope.hasFailed(this, outcome);
      this.#reject(outcome.error);
    } else {
      this.#reject(this.#cancelled?.reason ?? new DOMException("the call was cancelled", "AbortError"));
    }
  }

  #see(tree: Tree, version: string | null): void {
    try {
      this.#resolve(this.scope.read(this.callee.form, tree, version));
    } catch (error) {
      this.#reject(error);
    }
  }

  /** Let the code see that there will be no outcome. */
  refuse(reason: unknown): void {
    if (!this.isDelivered) {
      this.#arrive();
      this.#reject(reason);
    }
  }

  #arrive(): void {
    this.#state = "delivered";
    for (const listener of this.#listeners) {
      listener();
    }
  }

  /** A fresh error for each one who asks (ERR-007). */
  anew(reason: unknown): unknown {
    if (this.#failure === undefined || reason !== this.#failure) {
      return reason;
    }
    const error = deliver(this.#failure, this.callee.raises);
    this.scope.hasDelivered(this, error);
    return error;
  }
}
