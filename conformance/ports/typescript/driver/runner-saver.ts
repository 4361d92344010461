// The runner's store behind the port's saver: each verb is one call, and nothing is remembered (CNF-008).

import {
  type Append,
  type Begin,
  type Checkpoint,
  type CheckpointSaver,
  ConcurrentRunError,
  type Head,
  type Loaded,
  SaverError,
} from "../src/index.js";
import type { Message, Wire } from "./wire.js";

export class RunnerSaver implements CheckpointSaver {
  constructor(
    private readonly wire: Wire,
    private readonly request: number,
  ) {}

  async #call(verb: string, members: Message): Promise<Message> {
    const { ok, error } = await this.wire.call(this.request, `saver.${verb}`, members);
    if (error?.code === "run.concurrent") {
      throw new ConcurrentRunError(error.message, error.holder ?? null);
    }
    if (error) {
      throw new SaverError(error.message, error.committed ?? null);
    }
    return ok;
  }

  async head(thread_id: string): Promise<Head | null> {
    return (await this.#call("head", { thread_id })).head;
  }

  async load(thread_id: string, checkpoint_id: string | null): Promise<Loaded | null> {
    const { loaded } = await this.#call("load", { thread_id, checkpoint_id });
    return (
      loaded && {
        checkpoint: loaded.checkpoint,
        isHead: loaded.is_head,
        holder: loaded.holder,
        entries: loaded.entries,
      }
    );
  }

  async begin({ checkpoint, expectedHead, entries, holder, takeOver, leading }: Begin): Promise<void> {
    const before = leading === undefined ? {} : { leading };
    await this.#call("begin", {
      checkpoint,
      expected_head: expectedHead,
      entries,
      holder,
      take_over: takeOver,
      ...before,
    });
  }

  async append({ threadId, checkpointId, expectedSeq, entries, closing, holder, takeOver }: Append): Promise<void> {
    const place = { thread_id: threadId, checkpoint_id: checkpointId, expected_seq: expectedSeq };
    await this.#call("append", { ...place, entries, closing, holder, take_over: takeOver });
  }

  async history(thread_id: string, before: string | null, limit: number | null): Promise<readonly Checkpoint[]> {
    return (await this.#call("history", { thread_id, before, limit })).checkpoints;
  }

  async delete(thread_id: string): Promise<void> {
    await this.#call("delete", { thread_id });
  }
}
