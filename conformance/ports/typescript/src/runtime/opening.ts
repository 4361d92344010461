// How a run begins, and how it goes on (chapters 8 and 9): everything up to the first line of the workflow's code.

import type { Tree } from "../codec/text.js";
import { Journal } from "../core/journal.js";
import { readCheckpoint, readEntries } from "../core/reading.js";
import { ConcurrentRunError, FormatError, UsageError } from "../errors.js";
import type { Checkpoint, CheckpointBeginning, Entry, EntryInterruptAnswered, Holder } from "../generated/types.js";
import { makeHolder } from "../savers/holder.js";
import type { CheckpointSaver, Loaded } from "../savers/saver.js";
import { Command } from "./command.js";
import type { Request } from "./config.js";
import type { Form } from "./forms.js";
import { begunWith, type CompletedRun, completedRun } from "./once.js";
import { makeSure, now, saverError } from "./writer.js";

/** A run whose attempt has begun. */
export interface Opened {
  readonly checkpoint: CheckpointBeginning;
  readonly journal: Journal;
  readonly attemptId: string;
  /** Whether the checkpoint was made for this attempt. */
  readonly isNew: boolean;
  /** The checkpoint that holds what the thread saved last; null where there is none (RUN-021). */
  readonly previous: Checkpoint | null;
}

export interface EntrypointName {
  readonly name: string;
  readonly version: string | null;
}

/** Read from a saver; whatever it throws is an error of a saver. */
export async function reading<T>(read: Promise<T>): Promise<T> {
  try {
    return await read;
  } catch (error) {
    throw error instanceof FormatError ? error : saverError(error);
  }
}

export function refuseHeld(holder: Holder | null, takeOver: boolean): void {
  if (holder && !takeOver) {
    const where = `process ${holder.pid} on ${holder.host.split("/")[0]}`;
    throw new ConcurrentRunError(`another run holds the thread: ${where}, until ${holder.lease_until}`, holder);
  }
}

export function unknownCheckpoint(): UsageError {
  return new UsageError("usage.config_invalid", "the thread has no such checkpoint", "Take the id from its history.");
}

/** STA-021: the checkpoint that holds what a thread had saved up to this one. */
export function savedUpTo(checkpoint: Checkpoint | null): string | null {
  if (checkpoint === null) {
    return null;
  }
  return "previous_id" in checkpoint ? checkpoint.previous_id : checkpoint.id;
}

export async function loadPrevious(
  saver: CheckpointSaver,
  threadId: string,
  id: string | null,
  known: Checkpoint | null,
): Promise<Checkpoint | null> {
  if (id === null || known?.id === id) {
    return id === null ? null : known;
  }
  const loaded = await reading(saver.load(threadId, id));
  if (!loaded) {
    throw new FormatError("format.invalid", `thread ${JSON.stringify(threadId)} lacks a checkpoint that it refers to`);
  }
  return readCheckpoint(loaded.checkpoint, threadId);
}

/** Begin a run that nobody keeps. */
export function openUnkept(entrypoint: EntrypointName, input: Tree, request: Request): Opened {
  const attemptId = crypto.randomUUID();
  const checkpoint = beginning(entrypoint, input, request, {
    threadId: crypto.randomUUID(),
    seq: 0,
    parentId: null,
    previousId: null,
  });
  return { checkpoint, journal: new Journal([started(attemptId)]), attemptId, isNew: true, previous: null };
}

/** Where a checkpoint is to stand. */
export interface Spot {
  readonly threadId: string;
  readonly seq: number;
  readonly parentId: string | null;
  readonly previousId: string | null;
}

function beginning(entrypoint: EntrypointName, input: Tree, request: Request, spot: Spot): CheckpointBeginning {
  const { name, version } = entrypoint;
  return {
    kind: "checkpoint",
    format: "1.0",
    thread_id: spot.threadId,
    seq: spot.seq,
    id: crypto.randomUUID(),
    parent_id: spot.parentId,
    source: "input",
    created_at: now(),
    run_id: request.runId ?? crypto.randomUUID(),
    entrypoint: { name, version },
    metadata: request.metadata,
    input,
    previous_id: spot.previousId,
  };
}

function started(attemptId: string): Entry {
  return { kind: "run.started", seq: 0, at: now(), attempt_id: attemptId, attempt: 1 };
}

/** Begin a new run at the head of a thread (RUN-003, CKP-004, JRN-002), or find the one that the input began (RUN-043). */
export async function openNew(
  saver: CheckpointSaver,
  entrypoint: EntrypointName,
  form: Form,
  input: Tree,
  request: Request & { threadId: string },
): Promise<Opened | CompletedRun> {
  const { threadId, checkpointId, takeOver } = request;
  const found = await reading(saver.head(threadId));
  const head = found && readCheckpoint(found.checkpoint, threadId);
  refuseHeld(found?.holder ?? null, takeOver);
  const begun = request.once && head ? await begunWith(saver, threadId, entrypoint, form, input) : null;
  if (begun) {
    const follows = begun.checkpoint.id;
    return (await completedRun(saver, begun)) ?? (await openAgain(saver, entrypoint, null, { ...request, follows }));
  }
  const parent = await chosen(saver, threadId, checkpointId, head);
  const previousId = savedUpTo(parent);
  const previous = await loadPrevious(saver, threadId, previousId, parent);
  const seq = head === null ? 0 : head.seq + 1;
  const checkpoint = beginning(entrypoint, input, request, { threadId, seq, parentId: parent?.id ?? null, previousId });
  const attemptId = crypto.randomUUID();
  const entries = [started(attemptId)];
  const write = { checkpoint, expectedHead: head?.id ?? null, entries, takeOver };
  await makeSure(
    () => saver.begin({ ...write, holder: makeHolder(attemptId) }),
    () => isBegun(saver, checkpoint, write.expectedHead),
  );
  return { checkpoint, journal: new Journal(entries), attemptId, isNew: true, previous };
}

/** STA-006, STA-020: the checkpoint that the config names, otherwise the head. */
export async function chosen(
  saver: CheckpointSaver,
  threadId: string,
  checkpointId: string | null,
  head: Checkpoint | null,
): Promise<Checkpoint | null> {
  if (checkpointId === null || checkpointId === head?.id) {
    return head;
  }
  const loaded = await reading(saver.load(threadId, checkpointId));
  if (!loaded) {
    throw unknownCheckpoint();
  }
  return readCheckpoint(loaded.checkpoint, threadId);
}

/** JRN-030, for a `begin`. */
export async function isBegun(
  saver: CheckpointSaver,
  checkpoint: Checkpoint,
  expectedHead: string | null,
): Promise<boolean> {
  const found = await reading(saver.load(checkpoint.thread_id, null));
  const head = found?.checkpoint.id ?? null;
  if (head !== checkpoint.id && head !== expectedHead) {
    throw new ConcurrentRunError("another run was begun on the thread", found?.holder ?? null);
  }
  return head === checkpoint.id;
}

/** Go on with the unfinished run of a thread, perhaps with answers (RPL-001, INT-015 to INT-023). */
export async function openAgain(
  saver: CheckpointSaver,
  entrypoint: EntrypointName,
  command: Command | null,
  request: Request & { threadId: string; follows?: string },
): Promise<Opened> {
  const { threadId, checkpointId, takeOver, retry, follows } = request;
  const loaded = await reading(saver.load(threadId, checkpointId));
  if (follows !== undefined && loaded?.checkpoint.id !== follows) {
    throw new ConcurrentRunError("another run was begun on the thread", loaded?.holder ?? null);
  }
  if (checkpointId !== null && !loaded) {
    throw unknownCheckpoint();
  }
  if (loaded && !loaded.isHead && command) {
    throw new UsageError(
      "usage.config_invalid",
      "the config names a checkpoint that is not the head",
      "Name the head, or none.",
    ); // INT-026
  }
  const checkpoint = loaded && readCheckpoint(loaded.checkpoint, threadId);
  if (!loaded || !checkpoint || !("input" in checkpoint)) {
    throw command ? command.refusedWithoutRun() : nothingToResume();
  }
  if (!loaded.isHead) {
    return await openOlder(saver, checkpoint, loaded, entrypoint, request);
  }
  const opened = await openAttempt(saver, checkpoint, loaded.entries, entrypoint);
  refuseHeld(loaded.holder, takeOver);
  const rerun = chosenRerun(opened.journal, retry);
  const answers = command?.answer(opened.journal) ?? [];
  const expectedSeq = opened.journal.entries.length;
  const entries = resumed(opened, rerun, answers);
  const write = { threadId, checkpointId: checkpoint.id, expectedSeq, entries, closing: null, takeOver };
  await makeSure(
    () => saver.append({ ...write, holder: makeHolder(opened.attemptId) }),
    () => isResumed(saver, checkpoint, expectedSeq, opened.attemptId),
  );
  entries.forEach((entry) => opened.journal.add(entry));
  return opened;
}

export function nothingToResume(): UsageError {
  return new UsageError(
    "run.nothing_to_resume",
    "the thread has no unfinished run",
    "Give an input to begin a new run.",
  );
}

/** Begin the attempt that follows a failed one by itself (POL-030, POL-031). */
export async function openNext(
  saver: CheckpointSaver | null,
  entrypoint: EntrypointName,
  last: Opened,
  request: Request,
): Promise<Opened> {
  if (!saver) {
    const opened = { ...last, attemptId: crypto.randomUUID(), isNew: false };
    resumed(opened, chosenRerun(opened.journal, "uncaught"), []).forEach((entry) => opened.journal.add(entry));
    return opened;
  }
  const { thread_id: threadId, id } = last.checkpoint;
  return await openAgain(saver, entrypoint, null, {
    ...request,
    threadId,
    checkpointId: null,
    follows: id,
    retry: "uncaught",
    takeOver: false,
  });
}

function chosenRerun(journal: Journal, retry: Request["retry"]): string[] {
  const rerun = journal.rerun(retry);
  if (rerun === undefined) {
    throw new UsageError("usage.option_invalid", "retry names a path without a failure that can be made again"); // RPL-046
  }
  return rerun;
}

/** Take an older run up again: a fork of it whose next attempt begins in the same write (STA-022). */
async function openOlder(
  saver: CheckpointSaver,
  old: CheckpointBeginning,
  loaded: Loaded,
  entrypoint: EntrypointName,
  request: Request & { threadId: string },
): Promise<Opened> {
  const { threadId, retry, takeOver } = request;
  const kept = loaded.entries.filter(({ kind }) => kind !== "run.completed");
  const opened = await openAttempt(saver, old, kept, entrypoint);
  const found = await reading(saver.head(threadId));
  const head = found && readCheckpoint(found.checkpoint, threadId);
  refuseHeld(found?.holder ?? null, takeOver);
  const checkpoint = forkOf(old, request, {
    threadId,
    seq: (head?.seq ?? -1) + 1,
    parentId: old.id,
    previousId: old.previous_id,
  });
  resumed(opened, chosenRerun(opened.journal, retry), []).forEach((entry) => opened.journal.add(entry));
  const write = { checkpoint, expectedHead: head?.id ?? null, entries: [...opened.journal.entries], takeOver };
  await makeSure(
    () => saver.begin({ ...write, holder: makeHolder(opened.attemptId) }),
    () => isBegun(saver, checkpoint, write.expectedHead),
  );
  return { ...opened, checkpoint, isNew: true };
}

/** STA-030. */
export function forkOf(old: CheckpointBeginning, request: Request, spot: Spot): CheckpointBeginning {
  return { ...beginning(old.entrypoint, old.input, request, spot), source: "fork" };
}

async function openAttempt(
  saver: CheckpointSaver,
  checkpoint: CheckpointBeginning,
  entries: readonly Entry[],
  entrypoint: EntrypointName,
): Promise<Opened> {
  const journal = new Journal(readEntries(entries, checkpoint.thread_id));
  if (journal.isCompleted) {
    throw nothingToResume();
  }
  refuseForeign(checkpoint, entrypoint);
  const previous = await loadPrevious(saver, checkpoint.thread_id, checkpoint.previous_id, null);
  return { checkpoint, journal, attemptId: crypto.randomUUID(), isNew: false, previous };
}

/** RUN-039, STA-036. */
export function refuseForeign(checkpoint: Checkpoint, { name }: EntrypointName): void {
  if (checkpoint.entrypoint.name !== name) {
    throw new UsageError(
      "usage.config_invalid",
      `the run was begun by another entrypoint than ${name}`,
      "Use that one.",
    );
  }
}

function resumed({ journal, attemptId }: Opened, rerun: string[], answers: { id: string; value: Tree }[]): Entry[] {
  const at = now();
  const seq = journal.entries.length;
  const first: Entry = { kind: "run.resumed", seq, at, attempt_id: attemptId, attempt: journal.attempt + 1, rerun };
  const rest = answers.map(({ id, value }, index): EntryInterruptAnswered => {
    return { kind: "interrupt.answered", seq: seq + 1 + index, at, attempt_id: attemptId, id, value };
  });
  return [first, ...rest];
}

async function isResumed(
  saver: CheckpointSaver,
  checkpoint: Checkpoint,
  expectedSeq: number,
  attemptId: string,
): Promise<boolean> {
  const found = await reading(saver.load(checkpoint.thread_id, null));
  if (found?.checkpoint.id === checkpoint.id) {
    const added = found.entries.slice(expectedSeq);
    if (added.every((entry) => entry.attempt_id === attemptId)) {
      return added.length > 0;
    }
  }
  throw new ConcurrentRunError("another run has overtaken this one", found?.holder ?? null);
}

/** What a checkpoint keeps for the next run. */
export function savedIn(checkpoint: Checkpoint): Tree {
  const closing = checkpoint as { value?: Tree; saved?: Tree };
  return "saved" in closing ? (closing.saved ?? null) : (closing.value ?? null);
}
