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
  readonly durability: Durability;
}

/** When what happened is written: before it is seen, soon after, or at the end of the attempt (chapter 17). */
export type Durability = "sync" | "async" | "exit";

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
  /** What was seen and is not written yet, where the caller chose that (chapter 17). */
  readonly #unwritten: Entry[] = [];
  #isCatchingUp = false;
  #written: number;

  constructor(
    private readonly place: Place,
    private readonly journal: Journal,
    /** Is told once that nothing can be written any more. */
    private readonly onFailure: (error: SaverError | ConcurrentRunError) => void,
  ) {
    this.#written = journal.entries.length;
  }

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
    while (this.#busy || this.#isCatchingUp || this.#queue.length > 0) {
      await new Promise<void>((resume) => this.#idle.push(resume));
    }
    if (!this.failure) {
      const last = this.#make([draft]);
      if (await this.#append([...this.#unwritten.splice(0), ...last], closing)) {
        this.#add(last);
      }
    }
  }

  /** RUN-013. */
  async renew(): Promise<void> {
    if (!this.#busy && !this.#isCatchingUp && !this.failure) {
      this.#busy = true;
      await this.#append([], null);
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
    const entries = this.#make(batch.map(({ draft }) => draft));
    const isSync = this.place.durability === "sync";
    const isSeen = !isSync || (await this.#append(entries, null));
    if (isSeen) {
      this.#add(entries); // DUR-006: its place in the journal is decided when it may be seen
    }
    batch.forEach(({ done }, index) => done(isSeen ? entries[index] : undefined));
    if (!isSync) {
      this.#unwritten.push(...entries);
      void this.#catchUp();
    }
    this.#rest();
  }

  /** DUR-010: what was seen before it was written is written as soon as the write before it has ended. */
  async #catchUp(): Promise<void> {
    if (this.place.durability !== "async" || this.#isCatchingUp) {
      return;
    }
    this.#isCatchingUp = true;
    while (this.#unwritten.length > 0 && !this.failure) {
      await this.#append(this.#unwritten.splice(0), null);
    }
    this.#isCatchingUp = false;
    if (!this.#busy) {
      this.#rest();
    }
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

  #make(drafts: Draft[]): Entry[] {
    const at = now();
    const seq = this.journal.entries.length;
    return drafts.map((draft, index) => draft({ seq: seq + index, at, attempt_id: this.place.attemptId }));
  }

  #add(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.journal.add(entry);
    }
  }

  /** Append entries; false where they are not there, and nothing will be any more. */
  async #append(entries: readonly Entry[], closing: Checkpoint | null): Promise<boolean> {
    const { checkpoint, saver, holder } = this.place;
    const expectedSeq = this.#written;
    if (saver) {
      const write = {
        threadId: checkpoint.thread_id,
        checkpointId: checkpoint.id,
        expectedSeq,
        entries,
        closing,
        takeOver: false,
      };
      try {
        await makeSure(
          () => saver.append({ ...write, holder: holder() }),
          () => this.#isWritten(saver, expectedSeq, entries.length),
        );
      } catch (error) {
        this.failure = saverError(error);
        this.onFailure(this.failure);
        return false;
      }
    }
    this.#written += entries.length;
    return true;
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
