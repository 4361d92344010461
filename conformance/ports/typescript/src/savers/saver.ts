// The six verbs of a saver (chapter 11). It keeps checkpoints, entries and holders, and knows nothing of workflows.

import type { Checkpoint, Entry, Holder } from "../generated/types.js";

/** The newest checkpoint of a thread, and who holds the thread. */
export interface Head {
  readonly checkpoint: Checkpoint;
  readonly holder: Holder | null;
}

/** A checkpoint with its journal. */
export interface Loaded extends Head {
  readonly isHead: boolean;
  readonly entries: readonly Entry[];
}

/** A checkpoint behind the head of a thread, with the first entries of its journal. */
export interface Begin {
  readonly checkpoint: Checkpoint;
  readonly expectedHead: string | null;
  readonly entries: readonly Entry[];
  readonly holder: Holder | null;
  readonly takeOver: boolean;
  /** Checkpoints without a journal that come before (STO-018). */
  readonly leading?: readonly Checkpoint[];
}

/** Entries behind the last one of a journal, and perhaps the checkpoint that closes it. */
export interface Append {
  readonly threadId: string;
  readonly checkpointId: string;
  readonly expectedSeq: number;
  readonly entries: readonly Entry[];
  readonly closing: Checkpoint | null;
  readonly holder: Holder | null;
  readonly takeOver: boolean;
}

/**
 * Bring a storage of your own by implementing these. A verb takes effect as a whole or not at all (STO-001), numbers
 * nothing by itself (STO-002), refuses a lost race with a ConcurrentRunError, and fails with a SaverError.
 */
export interface CheckpointSaver {
  head(threadId: string): Promise<Head | null>;
  load(threadId: string, checkpointId: string | null): Promise<Loaded | null>;
  begin(write: Begin): Promise<void>;
  append(write: Append): Promise<void>;
  history(threadId: string, before: string | null, limit: number | null): Promise<readonly Checkpoint[]>;
  delete(threadId: string): Promise<void>;
}
