// Threads in a SQLite file that programs in all languages share (chapter 11).

import type Database from "better-sqlite3";
import { FormatError, SaverError, TaskpointError } from "../errors.js";
import type { Checkpoint, Entry, Holder } from "../generated/types.js";
import { sqliteCode } from "./better-sqlite3.js";
import { checkPage, statusOf, type ThreadsOptions, type ThreadSummary } from "./listing.js";
import { afterAppend, afterBegin, liveHolder, type Tail } from "./rules.js";
import type { Append, Begin, CheckpointSaver, Head, Loaded } from "./saver.js";
import { openFile } from "./sqlite-file.js";
import { checkpointRow, entryRow, readCheckpointRow, readEntryRow, readHolderRow, type Row } from "./sqlite-rows.js";

/** How a file is opened. */
export interface SqliteOptions {
  /** How long a write waits for another program, in milliseconds (STO-039). */
  readonly busyTimeout?: number;
}

const LIST = `SELECT t.*, c.entrypoint_name, c.created_at, c.input IS NOT NULL AS is_run, e.kind, e.at
FROM threads AS t JOIN checkpoints AS c ON c.thread = t.thread AND c.seq = t.head
LEFT JOIN entries AS e ON e.thread = t.thread AND e.checkpoint = t.head
AND e.seq = (SELECT max(l.seq) FROM entries AS l WHERE l.thread = t.thread AND l.checkpoint = t.head)
WHERE (? IS NULL OR t.thread_id > ?) AND (NOT ? OR (c.input IS NOT NULL AND e.kind IS NOT 'run.completed'))
ORDER BY t.thread_id LIMIT ?`;

function summaryOf(row: Row): ThreadSummary {
  let isHeld = false;
  try {
    isHeld = liveHolder(readHolderRow(row)) !== null;
  } catch (error) {
    if (!(error instanceof FormatError)) {
      throw error; // STO-038: who reads the thread is told what is wrong, and not who lists all others
    }
  }
  return {
    threadId: row.thread_id as string,
    entrypoint: row.entrypoint_name as string,
    status: statusOf(row.is_run === 1, row.kind as string | null, isHeld),
    updatedAt: (row.at ?? row.created_at) as string,
  };
}

/** A database error, as the error of a saver: without a statement and its parameters (STO-016). */
export function databaseError(error: unknown, what: string, committed: boolean | null): TaskpointError {
  if (error instanceof TaskpointError) {
    return error;
  }
  return new SaverError(`SQLite failed to ${what}: ${sqliteCode(error) ?? "unknown"}`, committed, "saver.failed");
}

/**
 * Keeps threads in a file.
 *
 * @example const checkpointer = new SqliteSaver("threads.db");
 */
export class SqliteSaver implements CheckpointSaver {
  readonly #database: Database.Database;

  constructor(path: string, { busyTimeout = 5000 }: SqliteOptions = {}) {
    try {
      this.#database = openFile(path, busyTimeout);
    } catch (error) {
      throw databaseError(error, "open the file", false);
    }
  }

  /** The same, as LangGraph spells it. */
  static fromConnString(path: string): SqliteSaver {
    return new SqliteSaver(path);
  }

  /** Close the file; closing it again is no error. */
  close(): void {
    this.#database.close();
  }

  async head(threadId: string): Promise<Head | null> {
    return this.#read(() => {
      const thread = this.#thread(threadId);
      const row = thread && this.#checkpoint(thread, null);
      return thread && row
        ? { checkpoint: readCheckpointRow(threadId, row), holder: liveHolder(readHolderRow(thread)) }
        : null;
    });
  }

  async load(threadId: string, checkpointId: string | null): Promise<Loaded | null> {
    return this.#read(() => {
      const thread = this.#thread(threadId);
      const row = thread && this.#checkpoint(thread, checkpointId);
      if (!thread || !row) {
        return null;
      }
      const isHead = row.seq === thread.head;
      return {
        checkpoint: readCheckpointRow(threadId, row),
        isHead,
        holder: isHead ? liveHolder(readHolderRow(thread)) : null,
        entries: this.#all(
          "SELECT * FROM entries WHERE thread = ? AND checkpoint = ? ORDER BY seq",
          thread.thread,
          row.seq,
        ).map(readEntryRow),
      };
    });
  }

  async begin(write: Begin): Promise<void> {
    const { checkpoint, entries, leading = [] } = write;
    this.#write("begin a run", () => {
      const holder = afterBegin(this.#tail(checkpoint.thread_id), write);
      const thread = this.#threadFor(checkpoint.thread_id);
      for (const each of [...leading, checkpoint]) {
        this.#insert("checkpoints", { thread, ...checkpointRow(each) });
      }
      this.#insertEntries(thread, checkpoint.seq, entries);
      this.#finish(thread, checkpoint.seq, holder);
    });
  }

  async append(write: Append): Promise<void> {
    const { threadId, entries, closing } = write;
    this.#write("append to a journal", () => {
      const tail = this.#tail(threadId);
      const holder = afterAppend(tail, write);
      const { seq } = tail as Tail;
      const thread = this.#threadFor(threadId);
      this.#insertEntries(thread, seq, entries);
      if (closing) {
        this.#insert("checkpoints", { thread, ...checkpointRow(closing) });
      }
      this.#finish(thread, closing?.seq ?? seq, holder);
    });
  }

  async history(threadId: string, before: string | null, limit: number | null): Promise<readonly Checkpoint[]> {
    return this.#read(() => {
      const thread = this.#thread(threadId);
      if (!thread) {
        return [];
      }
      const end = before === null ? Number.MAX_SAFE_INTEGER : (this.#checkpoint(thread, before)?.seq ?? -1);
      const rows = this.#all(
        "SELECT * FROM checkpoints WHERE thread = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
        thread.thread,
        end,
        limit ?? -1,
      );
      return rows.map((row) => readCheckpointRow(threadId, row));
    });
  }

  /** Which threads there are, by their ids, and how each stands; no value is decoded for it (STO-023). */
  async threads(options: ThreadsOptions = {}): Promise<ThreadSummary[]> {
    checkPage(options);
    const { unfinished = false, after = null, limit = -1 } = options;
    return this.#read(() => this.#all(LIST, after, after, unfinished ? 1 : 0, limit).map(summaryOf));
  }

  async delete(threadId: string): Promise<void> {
    this.#write("delete a thread", () => {
      const thread = this.#thread(threadId)?.thread ?? -1;
      for (const table of ["entries", "checkpoints", "threads"]) {
        this.#run(`DELETE FROM ${table} WHERE thread = ?`, thread);
      }
    });
  }

  // Rows

  #all(sql: string, ...values: unknown[]): Row[] {
    return this.#database.prepare(sql).all(...values) as Row[];
  }

  #run(sql: string, ...values: unknown[]): void {
    this.#database.prepare(sql).run(...values);
  }

  #thread(threadId: string): Row | undefined {
    return this.#all("SELECT * FROM threads WHERE thread_id = ?", threadId)[0];
  }

  /** The number of a thread in this file; a new one where there is none. */
  #threadFor(threadId: string): number {
    const found = this.#thread(threadId);
    if (found) {
      return found.thread as number;
    }
    const { lastInsertRowid } = this.#database
      .prepare("INSERT INTO threads (thread_id, head) VALUES (?, 0)")
      .run(threadId);
    return Number(lastInsertRowid);
  }

  #checkpoint({ thread, head }: Row, id: string | null): Row | undefined {
    const [row] =
      id === null
        ? this.#all("SELECT * FROM checkpoints WHERE thread = ? AND seq = ?", thread, head)
        : this.#all("SELECT * FROM checkpoints WHERE thread = ? AND id = ?", thread, id);
    return row;
  }

  #tail(threadId: string): Tail | null {
    const thread = this.#thread(threadId);
    const row = thread && this.#checkpoint(thread, null);
    if (!thread || !row) {
      return null;
    }
    const [counted] = this.#all(
      "SELECT coalesce(max(seq) + 1, 0) AS entries FROM entries WHERE thread = ? AND checkpoint = ?",
      thread.thread,
      row.seq,
    );
    return {
      id: row.id as string,
      seq: row.seq as number,
      entries: counted?.entries as number,
      holder: readHolderRow(thread),
    };
  }

  #insert(table: "checkpoints" | "entries", row: Row): void {
    const columns = Object.keys(row);
    this.#run(
      `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})`,
      ...Object.values(row),
    );
  }

  #insertEntries(thread: number, checkpoint: number, entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.#insert("entries", { thread, checkpoint, ...entryRow(entry) });
    }
  }

  #finish(thread: number, head: number, holder: Holder | null): void {
    this.#run(
      "UPDATE threads SET head = ?, holder_attempt_id = ?, holder_host = ?, holder_pid = ?, holder_lease_until = ? WHERE thread = ?",
      head,
      holder?.attempt_id ?? null,
      holder?.host ?? null,
      holder?.pid ?? null,
      holder?.lease_until ?? null,
      thread,
    );
  }

  // Transactions

  #open(): void {
    if (!this.#database.open) {
      throw new SaverError("the saver was closed", false, "saver.closed");
    }
  }

  /** STO-022: one state of the thread, and no lock afterwards. */
  #read<T>(read: () => T): T {
    this.#open();
    try {
      return this.#database.transaction(read)();
    } catch (error) {
      throw databaseError(error, "read", false);
    }
  }

  /** STO-036: the lock is taken before anything is read. Before the commit a failure is known, and of the commit nobody knows. */
  #write(what: string, write: () => void): void {
    this.#open();
    try {
      this.#database.exec("BEGIN IMMEDIATE");
      write();
    } catch (error) {
      this.#rollback();
      const isTaken = sqliteCode(error)?.startsWith("SQLITE_CONSTRAINT");
      throw isTaken
        ? new FormatError("format.invalid", "a checkpoint takes an id that is taken")
        : databaseError(error, what, false);
    }
    try {
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#rollback();
      throw databaseError(error, what, null);
    }
  }

  #rollback(): void {
    if (this.#database.inTransaction) {
      this.#database.exec("ROLLBACK");
    }
  }
}
