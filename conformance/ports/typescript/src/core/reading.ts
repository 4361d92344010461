// What comes out of a saver may have been written by anybody (JRN-020 to JRN-023): it is held against its schema first.

import { fromTree } from "../codec/value.js";
import type { Tree } from "../codec/text.js";
import { FormatError, ValueEncodingError } from "../errors.js";
import type { Checkpoint, Entry } from "../generated/types.js";
import { misfit } from "./schema.js";

const FORMAT = [1, 0] as const;

function isNewer(format: unknown): boolean {
  const found = typeof format === "string" ? /^([0-9]{1,9})\.([0-9]{1,9})$/.exec(format) : null;
  const [major, minor] = [Number(found?.[1]), Number(found?.[2])];
  return found !== null && (major > FORMAT[0] || (major === FORMAT[0] && minor > FORMAT[1]));
}

function invalid(where: string): FormatError {
  return new FormatError(
    "format.invalid",
    `${where} is malformed`,
    "Restore the thread from a sound copy; nothing was written.",
  );
}

/** Return the checkpoint that a document is, or refuse it by its place. */
export function readCheckpoint(document: Checkpoint, threadId: string): Checkpoint {
  const where = `a checkpoint of thread ${JSON.stringify(threadId)}`;
  if (isNewer((document as { format?: unknown } | null)?.format)) {
    throw new FormatError(
      "format.newer",
      `${where} has a newer format than this version reads`,
      "Read it with a newer version.",
    );
  }
  const place = misfit("checkpoint.schema.json", document);
  if (place !== undefined) {
    throw invalid(`${where}: ${place || "the document"}`);
  }
  if (document.thread_id !== threadId) {
    throw invalid(`${where}: /thread_id`);
  }
  for (const member of ["input", "value", "saved", "metadata"] as const) {
    readable((document as { [member: string]: Tree | undefined })[member], `${where}: /${member}`);
  }
  return document;
}

/** Return the entries that documents are, in their order, or refuse them by their place. */
export function readEntries(documents: readonly Entry[], threadId: string): Entry[] {
  documents.forEach((document, index) => {
    const where = `entry ${index} of a journal of thread ${JSON.stringify(threadId)}`;
    const place = misfit("entry.schema.json", document);
    if (place !== undefined) {
      throw invalid(`${where}: ${place || "the document"}`);
    }
    if (document.seq !== index) {
      throw invalid(`${where}: /seq`);
    }
    readable((document as { value?: Tree }).value, `${where}: /value`);
    readable((document as { error?: { data?: Tree } }).error?.data, `${where}: /error/data`);
  });
  return [...documents];
}

function readable(tree: Tree | undefined, where: string): void {
  try {
    fromTree(tree ?? null);
  } catch (error) {
    if (!(error instanceof ValueEncodingError && error.code === "value.mismatch")) {
      throw invalid(where);
    } // else it is sound, and the program's own class does not take it: that is told where it is delivered
  }
}
