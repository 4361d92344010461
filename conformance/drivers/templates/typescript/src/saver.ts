// The runner's store, seen through the six verbs of a saver. Give it the shape of your port's own saver interface.

import type { Message, Wire } from "./wire.js";

/** What the runner's store answers instead of doing what it was asked for. */
export class SaverError extends Error {
  constructor(
    /** `run.concurrent` or `saver.failed`. */
    readonly code: string,
    message: string,
    /** With `run.concurrent`, where one is known. */
    readonly holder: unknown,
    /** With `saver.failed`: true, false, or null where nobody knows. */
    readonly committed: boolean | null | undefined,
  ) {
    super(message);
  }
}

/** Forwards every verb at once, hands the reply over unchanged, and remembers nothing (CNF-008). */
export class RunnerSaver {
  constructor(
    private readonly wire: Wire,
    private readonly request: number,
  ) {}

  async #call(verb: string, members: Message): Promise<Message> {
    const { ok, error } = await this.wire.call(this.request, `saver.${verb}`, members);
    if (error) {
      throw new SaverError(error.code, error.message, error.holder, error.committed);
    }
    return ok;
  }

  /** null or {checkpoint, holder}. */
  async head(thread_id: string): Promise<Message | null> {
    return (await this.#call("head", { thread_id })).head;
  }

  /** null or {checkpoint, is_head, holder, entries}; `checkpoint_id` null: the head. */
  async load(thread_id: string, checkpoint_id: string | null): Promise<Message | null> {
    return (await this.#call("load", { thread_id, checkpoint_id })).loaded;
  }

  /** Add a checkpoint with its first entries. */
  async begin(write: {
    checkpoint: Message;
    expected_head: string | null;
    entries: Message[];
    holder: Message | null;
    take_over: boolean;
  }): Promise<void> {
    await this.#call("begin", write);
  }

  /** Add entries to a checkpoint's journal, and with the last of them the checkpoint that closes the run. */
  async append(write: {
    thread_id: string;
    checkpoint_id: string;
    expected_seq: number;
    entries: Message[];
    closing: Message | null;
    holder: Message | null;
    take_over: boolean;
  }): Promise<void> {
    await this.#call("append", write);
  }

  /** Checkpoints, the newest first. */
  async history(thread_id: string, before: string | null, limit: number | null): Promise<Message[]> {
    return (await this.#call("history", { thread_id, before, limit })).checkpoints;
  }

  /** Remove a thread. */
  async delete(thread_id: string): Promise<void> {
    await this.#call("delete", { thread_id });
  }
}
