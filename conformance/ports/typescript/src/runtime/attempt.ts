// One attempt of a run: the entrypoint's function is run from its beginning over what the journal holds (chapter 6).

import { canonicalText } from "../codec/text.js";
import { codeOf, errorDocument } from "../core/failures.js";
import type { Journal } from "../core/journal.js";
import { pendingIn } from "../core/state.js";
import {
  type ConcurrentRunError,
  ReplayDivergenceError,
  type SaverError,
  TaskTimeoutError,
  UsageError,
  type ValueEncodingError,
} from "../errors.js";
import type { Checkpoint, CheckpointClosing, ErrorDocument, ValueObject } from "../generated/types.js";
import { HEARTBEAT_MS, makeHolder } from "../savers/holder.js";
import type { BaseCache } from "../caches/cache.js";
import type { CheckpointSaver } from "../savers/saver.js";
import type { Callee } from "./call.js";
import { EntrypointFinal } from "./final.js";
import type { Form } from "./forms.js";
import { type TimeoutPolicy, watchTime } from "./policies.js";
import { type End, Scope, type Surroundings } from "./scope.js";
import { StopRun } from "./signals.js";
import { Slots } from "./slots.js";
import type { StreamView } from "./streams.js";
import type { Telling } from "./telling.js";
import { type Durability, now, Writer } from "./writer.js";

export type OnDivergence = "error" | "replay" | "warn";

/** The code does not fit what was recorded: the calls that it makes, or the types that it declares. */
export type Misfit = ReplayDivergenceError | ValueEncodingError;

/** How the values of an entrypoint are written down, and read back. */
export interface Forms {
  readonly input: Form;
  readonly value: Form;
  readonly saved: Form;
}

/** What an attempt works on. */
export interface Work extends Surroundings {
  readonly saver: CheckpointSaver | null;
  readonly checkpoint: Checkpoint;
  readonly journal: Journal;
  readonly attemptId: string;
  readonly onDivergence: OnDivergence;
  readonly maxConcurrency: number | undefined;
  /** Whether it made its checkpoint, and what streams it. */
  readonly isNew: boolean;
  readonly stream?: StreamView | undefined;
  /** What tells those who watch it. */
  readonly telling?: Telling | undefined;
  readonly timeout?: TimeoutPolicy | undefined;
  readonly forms: Forms;
  readonly cache?: BaseCache | undefined;
  readonly durability?: Durability;
  /** What the caller of this attempt gave (CKP-011). */
  readonly metadata: ValueObject;
  /** The checkpoint that holds what the thread saved last. */
  readonly previous: Checkpoint | null;
}

/** How an attempt ended. */
export type Ending =
  | { readonly kind: "completed"; readonly closing: CheckpointClosing }
  | { readonly kind: "interrupted" }
  | { readonly kind: "failed"; readonly error: unknown; readonly code: string; readonly document: ErrorDocument };

export class Attempt {
  readonly journal: Journal;
  readonly writer: Writer;
  readonly slots: Slots;
  readonly scopes = new Set<Scope>();
  readonly onDivergence: OnDivergence;
  readonly isKept: boolean;
  readonly #callees = new Map<string, Callee>();
  #misfit: Misfit | undefined;
  #stop: StopRun | undefined;
  #isClosing = false;
  #expiry: TaskTimeoutError | undefined;
  readonly #late: Promise<unknown>[] = [];
  /** Settles when no call starts any more. */
  readonly ending: Promise<void>;
  #announceEnding: () => void = () => undefined;
  /** The saver failed, or another run has taken the thread: nothing is delivered any more (JRN-032, RUN-015). */
  fatal: SaverError | ConcurrentRunError | undefined;

  constructor(readonly work: Work) {
    const { saver, checkpoint, journal, attemptId } = work;
    this.ending = new Promise((resolve) => {
      this.#announceEnding = resolve;
    });
    this.journal = journal;
    this.onDivergence = work.onDivergence;
    this.isKept = saver !== null;
    this.slots = new Slots(work.maxConcurrency);
    const place = {
      saver,
      checkpoint,
      attemptId,
      durability: work.durability ?? "sync",
      holder: () => makeHolder(attemptId),
    };
    this.writer = new Writer(place, journal, (error) => {
      this.fatal = error;
      this.#stop = new StopRun(error);
      this.#wakeAll();
    });
  }

  get stream(): StreamView | undefined {
    return this.work.stream;
  }

  get telling(): Telling | undefined {
    return this.work.telling;
  }

  /** Why no call starts a function any more, if so. */
  get refusal(): unknown {
    return this.#stop ?? this.#misfit;
  }

  /** RPL-020: the first divergence stays. */
  diverge(error: Misfit): Misfit {
    this.#announceEnding();
    this.#misfit ??= error;
    return this.#misfit;
  }

  /** RUN-020: unless it is late, no call starts and no outcome is delivered any more. */
  stop(): void {
    if (!this.#isClosing) {
      this.#stop ??= new StopRun();
      this.#wakeAll();
    }
  }

  get hasDiverged(): boolean {
    return this.#misfit !== undefined;
  }

  /** Whether the caller of the run wants it to end. */
  get isStopped(): boolean {
    return this.#stop !== undefined;
  }

  /** POL-033: an attempt that took too long ends as a stopped one does, but fails. */
  #expire(): void {
    if (!this.#isClosing) {
      this.#expiry ??= new TaskTimeoutError("run.timeout", "the attempt took longer than its policy allows");
      this.stop();
    }
  }

  /** POL-024: what was given up goes on for a while, and the run does not end before it. */
  awaitAtTheEnd(run: Promise<unknown>): void {
    this.#late.push(run);
  }

  #wakeAll(): void {
    this.#announceEnding();
    for (const scope of this.scopes) {
      scope.wake();
    }
  }

  /** TSK-007. */
  know(callee: Callee): void {
    const { name, identity, surroundings } = callee;
    const known = this.#callees.get(name) ?? callee;
    if (known.identity !== identity || !known.surroundings !== !surroundings) {
      throw new UsageError(
        "usage.name_duplicate",
        `two functions were called under the name ${name}`,
        "Give one of them another name.",
      );
    }
    this.#callees.set(name, callee);
  }

  /** Run the entrypoint's function, and close the attempt. */
  async run(code: () => unknown): Promise<Ending> {
    const heartbeat = setInterval(() => void this.writer.renew(), HEARTBEAT_MS);
    heartbeat.unref();
    const { checkpoint, previous, isNew } = this.work;
    this.telling?.runBegan(this);
    this.stream?.begins(checkpoint, previous && "value" in previous ? previous.value : null, isNew && this.isKept);
    try {
      const root = new Scope(this, "", null);
      const { timeout } = this.work;
      root.isHeartbeatOnly = timeout?.refreshOn === "heartbeat";
      const endWatch =
        timeout &&
        watchTime(
          timeout,
          () => root.lastProgress,
          () => root.isAsking,
          () => this.#expire(),
        );
      const end = await root.run(code);
      endWatch?.();
      await Promise.all(this.#late);
      const ending = await this.#close(end);
      if (this.fatal) {
        throw this.fatal; // ERR-033
      }
      return ending;
    } finally {
      clearInterval(heartbeat);
    }
  }

  async #close(end: End): Promise<Ending> {
    if (this.fatal) {
      throw this.fatal;
    }
    this.#isClosing = true;
    if (this.#misfit) {
      return await this.#fail(this.#misfit, [], []);
    }
    if (this.#expiry) {
      return await this.#fail(this.#expiry, [], this.#orphans());
    }
    if (this.#stop || end.kind === "dropped") {
      await this.writer.close((place) => ({ kind: "run.stopped", ...place }), null);
      throw this.#stop ?? new StopRun();
    }
    if (end.kind === "suspended") {
      return await this.#interrupt(end.error);
    }
    if (end.kind === "raised") {
      return await this.#fail(end.error, end.causes, this.#orphans());
    }
    return await this.#complete(end.value);
  }

  async #complete(returned: unknown): Promise<Ending> {
    const isFinal = returned instanceof EntrypointFinal;
    const { forms } = this.work;
    let closing: CheckpointClosing;
    try {
      const value = forms.value.write(isFinal ? returned.value : returned);
      closing = this.#closing(value, isFinal ? forms.saved.write(returned.save) : undefined);
    } catch (error) {
      return await this.#fail(error, [], this.#orphans()); // ERR-032
    }
    const orphans = some(this.#orphans());
    const draft = { kind: "run.completed", checkpoint_id: closing.id, ...orphans } as const;
    await this.writer.close((place) => ({ ...draft, ...place }), closing);
    if (!this.fatal) {
      this.stream?.completed(this.work.checkpoint, closing, this.isKept, () =>
        forms.value.read(closing.value, forms.value.version),
      );
    }
    return { kind: "completed", closing };
  }

  #closing(value: CheckpointClosing["value"], save: CheckpointClosing["value"] | undefined): CheckpointClosing {
    const { metadata, checkpoint } = this.work;
    const { thread_id, seq, id: parent_id, run_id } = checkpoint;
    const entrypoint = { ...checkpoint.entrypoint, version: this.work.forms.value.version }; // CKP-006
    const differs = save !== undefined && canonicalText(save) !== canonicalText(value);
    return {
      kind: "checkpoint",
      format: "1.0",
      thread_id,
      seq: seq + 1,
      id: crypto.randomUUID(),
      parent_id,
      source: "loop",
      created_at: now(),
      run_id,
      entrypoint,
      metadata,
      value,
      ...(differs ? { saved: save } : {}),
    };
  }

  async #interrupt(error: unknown): Promise<Ending> {
    const document = error === undefined ? {} : { error: errorDocument(error) };
    await this.writer.close((place) => {
      const interrupts = this.journal.pending().map(({ path }) => path);
      return { kind: "run.interrupted", ...place, interrupts, ...document };
    }, null);
    if (!this.fatal) {
      this.stream?.interrupted(this.work.checkpoint, pendingIn(this.journal));
    }
    return { kind: "interrupted" };
  }

  async #fail(error: unknown, rerun: string[], orphans: string[]): Promise<Ending> {
    const document = errorDocument(error);
    if (error instanceof ReplayDivergenceError && error === this.#misfit && !error.path.includes("!")) {
      document.path = error.path; // RPL-021; a question has an id, and no path
    }
    await this.writer.close(
      (place) => ({ kind: "run.failed", ...place, error: document, rerun, ...some(orphans) }),
      null,
    );
    if (!this.fatal) {
      this.stream?.failed(this.work.checkpoint, document);
    }
    return { kind: "failed", error, code: codeOf(error), document };
  }

  /** RPL-030: a call whose outcome was replayed has no scope in this attempt. */
  #orphans(): string[] {
    const last = new Map([...this.scopes].map((scope) => [scope.path, scope]));
    return [...last.values()].flatMap((scope) => scope.orphans());
  }
}

function some(orphans: string[]): { orphans?: string[] } {
  return orphans.length > 0 ? { orphans } : {};
}
