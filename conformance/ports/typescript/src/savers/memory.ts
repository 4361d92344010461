// Threads in the memory of this process, for tests and for trying things out.

import type { Tree } from "../codec/text.js";
import { parseText, storedText } from "../codec/text.js";
import { FormatError } from "../errors.js";
import type { Checkpoint, Entry, Holder } from "../generated/types.js";
import { checkPage, statusOf, type ThreadsOptions, type ThreadSummary } from "./listing.js";
import { afterAppend, afterBegin, liveHolder, type Tail } from "./rules.js";
import type { Append, Begin, CheckpointSaver, Head, Loaded } from "./saver.js";

interface Kept {
  readonly checkpoint: Checkpoint;
  readonly entries: Entry[];
}

interface Thread {
  readonly checkpoints: Kept[];
  holder: Holder | null;
}

function copy<T>(document: T): T {
  return parseText(storedText(document as Tree), Number.POSITIVE_INFINITY) as T;
}

/** Keeps threads until the process ends. */
export class MemorySaver implements CheckpointSaver {
  readonly #threads = new Map<string, Thread>();

  async head(threadId: string): Promise<Head | null> {
    const thread = this.#threads.get(threadId);
    const last = thread?.checkpoints.at(-1);
    return thread && last ? { checkpoint: copy(last.checkpoint), holder: liveHolder(thread.holder) } : null;
  }

  async load(threadId: string, checkpointId: string | null): Promise<Loaded | null> {
    const thread = this.#threads.get(threadId);
    const last = thread?.checkpoints.at(-1);
    const found =
      checkpointId === null ? last : thread?.checkpoints.find(({ checkpoint }) => checkpoint.id === checkpointId);
    if (!thread || !found) {
      return null;
    }
    const isHead = found === last;
    return { ...copy(found), isHead, holder: isHead ? liveHolder(thread.holder) : null };
  }

  async begin(write: Begin): Promise<void> {
    const { checkpoint, entries, leading = [] } = write;
    const thread = this.#threads.get(checkpoint.thread_id) ?? { checkpoints: [], holder: null };
    const holder = afterBegin(tailOf(thread), write);
    const made = [...leading, checkpoint];
    refuseTaken(thread, made);
    thread.checkpoints.push(
      ...leading.map((each) => ({ checkpoint: copy(each), entries: [] })),
      copy({ checkpoint, entries: [...entries] }),
    );
    thread.holder = holder;
    this.#threads.set(checkpoint.thread_id, thread);
  }

  async append(write: Append): Promise<void> {
    const thread = this.#threads.get(write.threadId) ?? { checkpoints: [], holder: null };
    const holder = afterAppend(tailOf(thread), write);
    refuseTaken(thread, write.closing ? [write.closing] : []);
    thread.checkpoints.at(-1)?.entries.push(...write.entries.map(copy));
    if (write.closing) {
      thread.checkpoints.push({ checkpoint: copy(write.closing), entries: [] });
    }
    thread.holder = holder;
  }

  async history(threadId: string, before: string | null, limit: number | null): Promise<readonly Checkpoint[]> {
    const all = (this.#threads.get(threadId)?.checkpoints ?? []).map(({ checkpoint }) => checkpoint);
    const end =
      before === null
        ? all.length
        : Math.max(
            0,
            all.findIndex(({ id }) => id === before),
          );
    return copy(
      all
        .slice(0, end)
        .reverse()
        .slice(0, limit ?? all.length),
    );
  }

  /** Which threads there are, by their ids, and how each stands (STO-023). */
  async threads(options: ThreadsOptions = {}): Promise<ThreadSummary[]> {
    checkPage(options);
    const { unfinished = false, after, limit } = options;
    const byCodePoint = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
    return [...this.#threads.keys()]
      .filter((id) => after === undefined || byCodePoint(id, after) > 0)
      .sort(byCodePoint)
      .map((id) => summaryOf(id, this.#threads.get(id) as Thread))
      .filter(({ status }) => !unfinished || status !== "idle")
      .slice(0, limit);
  }

  async delete(threadId: string): Promise<void> {
    this.#threads.delete(threadId);
  }
}

function summaryOf(threadId: string, { checkpoints, holder }: Thread): ThreadSummary {
  const { checkpoint, entries } = checkpoints.at(-1) as Kept;
  const last = entries.at(-1);
  return {
    threadId,
    entrypoint: checkpoint.entrypoint.name,
    status: statusOf("input" in checkpoint, last?.kind ?? null, liveHolder(holder) !== null),
    updatedAt: last?.at ?? checkpoint.created_at,
  };
}

function tailOf({ checkpoints, holder }: Thread): Tail | null {
  const last = checkpoints.at(-1);
  return last ? { id: last.checkpoint.id, seq: last.checkpoint.seq, entries: last.entries.length, holder } : null;
}

function refuseTaken(thread: Thread, made: readonly Checkpoint[]): void {
  if (made.length === 0) {
    return;
  }
  const ids = [...thread.checkpoints.map(({ checkpoint }) => checkpoint.id), ...made.map(({ id }) => id)];
  if (new Set(ids).size !== ids.length) {
    throw new FormatError("format.invalid", "a checkpoint takes an id that is taken");
  }
}
