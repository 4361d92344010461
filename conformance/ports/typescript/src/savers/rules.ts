// What every saver refuses, and what becomes of the holder (STO-010 to STO-015). Pure: it is told what the thread holds.

import { isTerminal } from "../core/journal.js";
import { ConcurrentRunError, FormatError } from "../errors.js";
import type { Checkpoint, Entry, Holder } from "../generated/types.js";
import { isLive } from "./holder.js";
import type { Append, Begin } from "./saver.js";

/** The end of a thread: its head, how many entries that one has, and who holds it. */
export interface Tail {
  readonly id: string;
  readonly seq: number;
  readonly entries: number;
  readonly holder: Holder | null;
}

export function liveHolder(holder: Holder | null): Holder | null {
  return holder && isLive(holder) ? holder : null;
}

/** Refuse a lost race, or return who holds the thread afterwards. */
export function afterBegin(
  tail: Tail | null,
  { checkpoint, expectedHead, entries, holder, takeOver, leading = [] }: Begin,
): Holder | null {
  if ((tail?.id ?? null) !== expectedHead) {
    throw new ConcurrentRunError("the thread has another head by now", liveHolder(tail?.holder ?? null));
  }
  refuseOther(tail?.holder ?? null, holder, takeOver);
  inOrder(entries, 0);
  let seq = (tail?.seq ?? -1) + 1;
  for (const each of [...leading, checkpoint]) {
    nextCheckpoint(each, checkpoint.thread_id, seq++);
  }
  return ends(entries) ? null : holder;
}

/** The same for an append. */
export function afterAppend(
  tail: Tail | null,
  { threadId, checkpointId, expectedSeq, entries, closing, holder, takeOver }: Append,
): Holder | null {
  if (tail?.id !== checkpointId || tail.entries !== expectedSeq) {
    throw new ConcurrentRunError("the journal has another end by now", liveHolder(tail?.holder ?? null));
  }
  if (holder) {
    refuseOther(tail.holder, holder, takeOver);
  }
  inOrder(entries, expectedSeq);
  if (closing) {
    nextCheckpoint(closing, threadId, tail.seq + 1);
  }
  return ends(entries) ? null : (holder ?? tail.holder);
}

function refuseOther(found: Holder | null, holder: Holder | null, takeOver: boolean): void {
  const live = liveHolder(found);
  if (live && live.attempt_id !== holder?.attempt_id && !takeOver) {
    throw new ConcurrentRunError("another run holds the thread", live);
  }
}

function inOrder(entries: readonly Entry[], from: number): void {
  if (entries.some(({ seq }, index) => seq !== from + index)) {
    throw new FormatError("format.invalid", "entries do not count on from the end of their journal");
  }
}

function nextCheckpoint({ thread_id, seq }: Checkpoint, threadId: string, expected: number): void {
  if (thread_id !== threadId || seq !== expected) {
    throw new FormatError("format.invalid", "a checkpoint is of another thread, or has not the next seq");
  }
}

/** STO-013. */
function ends(entries: readonly Entry[]): boolean {
  const last = entries.at(-1);
  return last !== undefined && isTerminal(last);
}
