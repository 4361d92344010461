// What a journal says (chapter 6): which outcomes hold, which failures are void, which questions are open.

import type {
  Entry,
  EntryInterruptRaised,
  ErrorDocument,
  EntryTaskCancelled,
  EntryTaskCompleted,
  EntryTaskFailed,
} from "../generated/types.js";
import { isInside, parsePath } from "./paths.js";

export type Outcome = EntryTaskCompleted | EntryTaskFailed | EntryTaskCancelled;

/** The newest outcome at a path. A void one keeps its place, and not its outcome. */
export interface CallRecord {
  readonly kind: "call";
  readonly path: string;
  readonly digest: string | null;
  readonly alone: boolean;
  readonly entry: Outcome;
  isVoid: boolean;
  claimed: boolean;
}

/** A question that was asked, with its answer, if it has one. */
export interface QuestionRecord {
  readonly kind: "question";
  readonly path: string;
  readonly digest: string | null;
  readonly alone: boolean;
  readonly entry: EntryInterruptRaised;
  answer: { readonly value: unknown; readonly seq: number } | undefined;
  readonly isVoid: false;
  claimed: boolean;
}

export function isOutcome(entry: Entry): entry is Outcome {
  return entry.kind === "task.completed" || entry.kind === "task.failed" || entry.kind === "task.cancelled";
}

/** STA-031: the entries up to the first that belongs to a call or an interrupt; undefined where none does. */
export function entriesBefore(entries: readonly Entry[], place: string): Entry[] | undefined {
  const belongs = (entry: Entry): boolean => {
    const at = isOutcome(entry)
      ? entry.path
      : entry.kind === "interrupt.raised" || entry.kind === "interrupt.answered"
        ? entry.id
        : null;
    return at !== null && (at === place || isInside(at, place));
  };
  const cut = entries.findIndex(belongs);
  return cut < 0 ? undefined : entries.slice(0, cut);
}

export function isTerminal(entry: Entry): boolean {
  return ["run.completed", "run.failed", "run.interrupted", "run.stopped"].includes(entry.kind);
}

/** A journal that is read, and read on as it grows. */
export class Journal {
  readonly entries: Entry[] = [];
  /** The number of the last attempt. */
  attempt = 0;
  readonly calls = new Map<string, CallRecord>();
  readonly #cancelled: CallRecord[] = [];
  readonly questions = new Map<string, QuestionRecord>();
  /** The paths and ids that were recorded, by the scope that they belong to. */
  readonly #places = new Map<string, Set<string>>();
  /** The calls inside of which something was recorded. */
  readonly #entered = new Set<string>();
  /** How the last attempt ended; undefined where it was cut off. */
  lastEnd: Entry | undefined;

  constructor(entries: readonly Entry[] = []) {
    for (const entry of entries) {
      this.add(entry);
    }
  }

  add(entry: Entry): void {
    this.entries.push(entry);
    if (isOutcome(entry)) {
      const { path, input_digest: digest, alone } = entry;
      this.#place(path);
      const record: CallRecord = { kind: "call", path, digest, alone, entry, isVoid: false, claimed: false };
      this.calls.set(path, record);
      if (entry.kind === "task.cancelled") {
        this.#cancelled.push(record);
      }
    } else if (isTerminal(entry)) {
      this.lastEnd = entry;
    } else if (entry.kind === "run.started" || entry.kind === "run.resumed") {
      this.attempt = entry.attempt;
      this.lastEnd = undefined;
      this.makeVoid(entry.kind === "run.resumed" ? entry.rerun : []);
    } else if (entry.kind === "interrupt.raised") {
      const { id: path, input_digest: digest, alone } = entry;
      this.#place(path);
      const record = {
        kind: "question",
        path,
        digest,
        alone,
        entry,
        answer: undefined,
        isVoid: false,
        claimed: false,
      } as const;
      this.questions.set(path, { ...record });
    } else if (entry.kind === "interrupt.answered") {
      const asked = this.questions.get(entry.id);
      if (asked) {
        asked.answer = { value: entry.value, seq: entry.seq };
      }
    }
  }

  /** The error that the last attempt failed with; none where it has no end, or another one. */
  get lastFailure(): ErrorDocument | undefined {
    const end = this.lastEnd;
    return end?.kind === "run.failed" || end?.kind === "run.interrupted" ? end.error : undefined;
  }

  #place(path: string): void {
    const { scope } = parsePath(path);
    const places = this.#places.get(scope);
    if (places) {
      places.add(path);
      return;
    }
    this.#places.set(scope, new Set([path]));
    for (let each = scope; each !== "" && !this.#entered.has(each);) {
      this.#entered.add(each);
      each = parsePath(each).scope;
    }
  }

  /** POL-040: whether anything from inside of a call is recorded. */
  knowsInside(path: string): boolean {
    return this.#entered.has(path);
  }

  get isCompleted(): boolean {
    return this.closingId !== null;
  }

  /** The checkpoint with the value of a completed run. */
  get closingId(): string | null {
    return this.lastEnd?.kind === "run.completed" ? this.lastEnd.checkpoint_id : null;
  }

  /** RPL-043, RPL-047: from now on these failures have to be made again, and what was cancelled behind them. */
  makeVoid(paths: Iterable<string>): void {
    const since = new Map<string, number>();
    for (const path of paths) {
      const record = this.calls.get(path);
      if (record?.entry.kind === "task.failed") {
        record.isVoid = true;
        const { scope } = parsePath(path);
        since.set(scope, Math.min(record.entry.seq, since.get(scope) ?? record.entry.seq));
      }
    }
    for (const record of this.#cancelled) {
      record.isVoid ||= isBehind(record.entry, since);
    }
  }

  /** The questions without an answer, in the order in which they were raised; a completed run asks nothing. */
  pending(): QuestionRecord[] {
    if (this.isCompleted) {
      return [];
    }
    return [...this.questions.values()].filter(
      (question) => question.answer === undefined && !this.#isSettled(question.entry),
    );
  }

  /** INT-029: whether a call around a question has ended since. */
  #isSettled(asked: EntryInterruptRaised): boolean {
    for (let { scope } = parsePath(asked.id); scope !== ""; { scope } = parsePath(scope)) {
      const around = this.calls.get(scope);
      if (around && !around.isVoid && around.entry.seq > asked.seq) {
        return true;
      }
    }
    return false;
  }

  /** RPL-042: the failures at these paths, and those that caused them. */
  closure(paths: Iterable<string>): string[] {
    const found = new Set<string>();
    const add = (path: string): void => {
      const record = this.calls.get(path);
      if (!found.has(path) && record?.entry.kind === "task.failed" && !record.isVoid) {
        found.add(path);
        record.entry.rerun.forEach(add);
      }
    };
    for (const path of paths) {
      add(path);
    }
    return [...found];
  }

  /** RPL-042, RPL-045: what the next attempt makes again, by what its caller chose. Undefined: a path cannot be. */
  rerun(choice: "uncaught" | "all" | readonly string[]): string[] | undefined {
    if (choice === "all") {
      return [...this.calls.values()]
        .filter(({ entry, isVoid }) => entry.kind === "task.failed" && !isVoid)
        .map(({ path }) => path);
    }
    if (choice === "uncaught") {
      return this.lastEnd?.kind === "run.failed" ? this.closure(this.lastEnd.rerun) : [];
    }
    const isFailure = (path: string) =>
      this.calls.get(path)?.entry.kind === "task.failed" && !this.calls.get(path)?.isVoid;
    return choice.every(isFailure) ? this.closure(choice) : undefined;
  }

  /** The records of one scope, unclaimed: each execution of a scope has copies of its own. */
  records(scope: string): (CallRecord | QuestionRecord)[] {
    const found = [...(this.#places.get(scope) ?? [])].map(
      (place) => this.calls.get(place) ?? this.questions.get(place),
    );
    return found.filter((record) => record !== undefined).map((record) => ({ ...record, claimed: false }));
  }
}

/** Whether an outcome stands behind a place of the journal that one of the scopes around it has. */
function isBehind({ path, seq }: Outcome, since: ReadonlyMap<string, number>): boolean {
  for (let scope = path; scope !== "";) {
    ({ scope } = parsePath(scope));
    if (seq > (since.get(scope) ?? seq)) {
      return true;
    }
  }
  return false;
}
