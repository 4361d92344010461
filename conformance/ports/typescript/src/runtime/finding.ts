// Finding what a thread has: a checkpoint with its journal, and the run that it belongs to.

import { readCheckpoint, readEntries } from "../core/reading.js";
import type { CheckpointSaver, Loaded } from "../savers/saver.js";
import { reading, unknownCheckpoint } from "./opening.js";

/** The checkpoint that is named, otherwise the head; null on a thread that does not exist. */
export async function loadChecked(
  saver: CheckpointSaver,
  threadId: string,
  checkpointId: string | null,
): Promise<Loaded | null> {
  const loaded = await reading(saver.load(threadId, checkpointId));
  if (!loaded && checkpointId !== null) {
    throw unknownCheckpoint();
  }
  return (
    loaded && {
      ...loaded,
      checkpoint: readCheckpoint(loaded.checkpoint, threadId),
      entries: readEntries(loaded.entries, threadId),
    }
  );
}

/** STA-035: the run of a checkpoint, by its beginning; the newest one where none is named, null where there is none. */
export async function findRun(
  saver: CheckpointSaver,
  threadId: string,
  checkpointId: string | null,
): Promise<Loaded | null> {
  let loaded = await loadChecked(saver, threadId, checkpointId);
  if (loaded?.isHead && loaded.checkpoint.source === "update") {
    const all = await reading(saver.history(threadId, null, null));
    const newest = all.find(({ source }) => source !== "update");
    loaded = newest ? await loadChecked(saver, threadId, newest.id) : null;
  }
  if (loaded?.checkpoint.source === "loop") {
    loaded = await loadChecked(saver, threadId, loaded.checkpoint.parent_id);
  }
  return loaded && "input" in loaded.checkpoint ? loaded : null;
}
