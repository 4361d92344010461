// Documents as rows, and rows as documents (STO-031 to STO-033).

import { parseText, storedText, type Tree } from "../codec/text.js";
import { FormatError, TaskpointError } from "../errors.js";
import type { Checkpoint, Entry, Holder } from "../generated/types.js";

export type Row = { [column: string]: string | number | null };
type Document = { [member: string]: Tree };

const ENTRY = ["seq", "kind", "at", "attempt_id", "path", "name", "input_digest", "attempts", "started_at"] as const;
const IN_COLUMNS = new Set<string>([...ENTRY, "alone", "value"]);
/** The members that may be null in a document, by the kinds that have them: absent and null are both NULL. */
const CALLS = new Set(["task.completed", "task.failed", "task.cancelled", "interrupt.raised"]);

function text(document: Document, member: string): string | null {
  return Object.hasOwn(document, member) ? storedText(document[member] as Tree) : null;
}

function tree(value: string | number | null | undefined, where: string): Tree {
  try {
    return parseText(String(value));
  } catch (error) {
    if (error instanceof TaskpointError) {
      throw new FormatError("format.invalid", `${where} is no encoded value`, "Restore the thread from a sound copy.");
    }
    throw error;
  }
}

export function entryRow(entry: Entry): Row {
  const document = entry as unknown as Document;
  const rest = Object.entries(document).filter(([member]) => !IN_COLUMNS.has(member));
  const columns = ENTRY.map((member): [string, string | number | null] => [
    member,
    (document[member] ?? null) as string | number | null,
  ]);
  return {
    ...Object.fromEntries(columns),
    alone: typeof document.alone === "boolean" ? Number(document.alone) : null,
    value: text(document, "value"),
    detail: rest.length > 0 ? storedText(Object.fromEntries(rest)) : null,
  };
}

export function readEntryRow(row: Row): Entry {
  const document: Document = {};
  for (const member of ENTRY) {
    if (row[member] !== null || (member === "input_digest" && CALLS.has(String(row.kind)))) {
      document[member] = row[member] as Tree;
    }
  }
  const where = `entry ${row.seq} of a journal`;
  if (row.alone !== null) {
    document.alone = row.alone === 0 || row.alone === 1 ? row.alone === 1 : (row.alone as Tree);
  }
  if (row.value !== null) {
    document.value = tree(row.value, `${where}: value`);
  }
  const rest = row.detail === null ? {} : tree(row.detail, `${where}: detail`);
  if (
    typeof rest !== "object" ||
    rest === null ||
    Array.isArray(rest) ||
    Object.keys(rest).some((member) => IN_COLUMNS.has(member))
  ) {
    throw new FormatError("format.invalid", `${where}: detail is not an object of other members`);
  }
  return { ...document, ...rest } as unknown as Entry;
}

export function checkpointRow(checkpoint: Checkpoint): Row {
  const document = checkpoint as unknown as Document;
  const { seq, id, format, parent_id, source, created_at, run_id, entrypoint } = checkpoint;
  return {
    seq,
    id,
    format,
    parent_id,
    source,
    created_at,
    run_id,
    entrypoint_name: entrypoint.name,
    entrypoint_version: entrypoint.version,
    input: text(document, "input"),
    previous_id: (document.previous_id ?? null) as string | null,
    value: text(document, "value"),
    saved: text(document, "saved"),
    metadata: storedText(document.metadata as Tree),
  };
}

export function readCheckpointRow(threadId: string, row: Row): Checkpoint {
  const { seq, id, format, parent_id, source, created_at, run_id } = row;
  const where = `checkpoint ${seq} of thread ${JSON.stringify(threadId)}`;
  const document: Document = {
    kind: "checkpoint",
    format: format as Tree,
    thread_id: threadId,
    seq: seq as Tree,
    id: id as Tree,
    parent_id: parent_id as Tree,
    source: source as Tree,
    created_at: created_at as Tree,
    run_id: run_id as Tree,
    entrypoint: { name: row.entrypoint_name as Tree, version: row.entrypoint_version as Tree },
    metadata: tree(row.metadata, `${where}: metadata`),
  };
  for (const member of ["input", "value", "saved"]) {
    if (row[member] !== null) {
      document[member] = tree(row[member], `${where}: ${member}`);
    }
  }
  if (row.previous_id !== null || source === "input" || source === "fork") {
    document.previous_id = row.previous_id as Tree;
  }
  return document as unknown as Checkpoint;
}

export function readHolderRow(row: Row): Holder | null {
  const { holder_attempt_id: attempt_id, holder_host: host, holder_pid: pid, holder_lease_until: lease_until } = row;
  const members = [attempt_id, host, pid, lease_until];
  if (members.every((member) => member === null)) {
    return null;
  }
  const isLease = typeof lease_until === "string" && !Number.isNaN(Date.parse(lease_until));
  if (members.includes(null) || !isLease) {
    throw new FormatError("format.invalid", `the holder of thread ${JSON.stringify(row.thread_id)} is malformed`);
  }
  return { attempt_id, host, pid, lease_until } as Holder;
}
