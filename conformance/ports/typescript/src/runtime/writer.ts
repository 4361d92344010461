// The one who writes a run's journal: entry by entry in their order, and never twice (JRN-007, JRN-030 to JRN-033).

import { ConcurrentRunError, SaverError, TaskpointError } from "../errors.js";
import type { Checkpoint, Entry, Holder } from "../generated/types.js";
import type { Journal } from "../core/journal.js";
import type { CheckpointSaver } from "../savers/saver.js";

/** Makes an entry when it is written: what it says of the moment is then true. */
export type Draft = (place: { seq: number; at: string; attempt_id: string }) => Entry;

interface Queued {
  readonly draft: Draft;
  readonly done: (entry: Entry | undefined) => void;
}

export interface Place {
  readonly saver: CheckpointSaver | null;
  readonly checkpoint: Checkpoint;
  readonly attemptId: string;
  readonly holder: () => Holder;
}

export function now(): string {
  return new Date().toISOString();
}

/** What a saver threw, as one of the two errors that it may throw. */
export function saverError(error: unknown): SaverError | ConcurrentRunError {
  if (error instanceof SaverError || error instanceof ConcurrentRunError) {
    return error;
  }
  if (error instanceof TaskpointError) {
    return new SaverError(error.message, false, "saver.failed", { cause: error });
  }
  return new SaverError("the saver failed", null, "saver.failed", { cause: error });
}

/**
 * Make a write, and find out about one that nobody knows of (JRN-030): `isWritten` tells whether it took effect, or
 * throws where somebody else was faster.
 */
export async function makeSure(write: () => Promise<void>, isWritten: () => Promise<boolean>): Promise<void> {
  for (const isLast of [false, true]) {
    try {
      return await write();
    } catch (raised) {
      const error = saverError(raised);
      if (error instanceof ConcurrentRunError || error.committed === false || (isLast && error.committed === null)) {
        throw error;
      }
      if (error.committed === true || (await isWritten())) {
        return;
      }
    }
  }
}

export class Writer {
  #queue: Queued[] = [];
  #busy = false;
  #idle: (() => void)[] = [];

  constructor(
    private readonly place: Place,
    private readonly journal: Journal,
    /** Is told once that nothing can be written any more. */
    private readonly onFailure: (error: SaverError | ConcurrentRunError) => void,
  ) {}

  failure: SaverError | ConcurrentRunError | undefined;

  /** Record an entry; what is resolved is the entry, once it may be seen, or nothing, where it never will be. */
  record(draft: Draft): Promise<Entry | undefined> {
    return new Promise((done) => {
      if (this.failure) {
        done(undefined);
        return;
      }
      this.#queue.push({ draft, done });
      this.#wake();
    });
  }

  /** Record the last entry, with its checkpoint, behind everything that is on its way. */
  async close(draft: Draft, closing: Checkpoint | null): Promise<void> {
    while (this.#busy || this.#queue.length > 0) {
      await new Promise<void>((resume) => this.#idle.push(resume));
    }
    if (!this.failure) {
      await this.#write([draft], closing);
    }
  }

  /** RUN-013. */
  async renew(): Promise<void> {
    if (!this.#busy && !this.failure) {
      this.#busy = true;
      await this.#write([], null);
      this.#rest();
    }
  }

  #wake(): void {
    if (!this.#busy) {
      this.#busy = true;
      setImmediate(() => void this.#flush()); // by then the scopes have settled (RPL-015)
    }
  }

  async #flush(): Promise<void> {
    const batch = this.#queue;
    this.#queue = [];
    const entries = await this.#write(batch.map(({ draft }) => draft), null);
    batch.forEach(({ done }, index) => done(entries?.[index]));
    this.#rest();
  }

  #rest(): void {
    this.#busy = false;
    if (this.failure) {
      for (const { done } of this.#queue.splice(0)) {
        done(undefined);
      }
    }
    if (this.#queue.length > 0) {
      this.#wake();
    } else {
      for (const resume of this.#idle.splice(0)) {
        resume();
      }
    }
  }

  async #write(drafts: Draft[], closing: Checkpoint | null): Promise<Entry[] | undefined> {
    const { checkpoint, saver, attemptId } = this.place;
    const expectedSeq = this.journal.entries.length;
    const at = now();
    const entries = drafts.map((draft, index) => draft({ seq: expectedSeq + index, at, attempt_id: attemptId }));
    try {
      if (saver) {
        const { thread_id: threadId, id: checkpointId } = checkpoint;
        const write = { threadId, checkpointId, expectedSeq, entries, closing, takeOver: false };
        await makeSure(
          () => saver.append({ ...write, holder: this.place.holder() }),
          () => this.#isWritten(saver, expectedSeq, entries.length),
        );
      }
    } catch (error) {
      this.failure = saverError(error);
      this.onFailure(this.failure);
      return undefined;
    }
    for (const entry of entries) {
      this.journal.add(entry);
    }
    return entries;
  }

  async #isWritten(saver: CheckpointSaver, expectedSeq: number, count: number): Promise<boolean> {
    const { thread_id, id } = this.place.checkpoint;
    const loaded = await saver.load(thread_id, id);
    const added = loaded?.entries.slice(expectedSeq) ?? [];
    if (loaded?.isHead && added.length === 0) {
      return count === 0;
    }
    if (added.length === count && count > 0 && added.every(({ attempt_id }) => attempt_id === this.place.attemptId)) {
      return true;
    }
    throw new ConcurrentRunError("another run has overtaken this one", loaded?.holder ?? null);
  }
}
