// The request that everything is about: one use of an entrypoint whose program is data.

import { notYet } from "./values.js";
import type { Message, Wire } from "./wire.js";

/** An error of the runner's world: raise it inside the task's function, by its type's plain name. */
export class EffectError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly data: unknown,
  ) {
    super(message);
  }
}

/**
 * Do something in the runner's world (CNF-009). In the entrypoint's own body `path` is "", and `attempt` and
 * `idempotency_key` are null. Arguments and result are encoded values.
 */
export async function effect(
  wire: Wire,
  request: number,
  members: { name: string; args: unknown[]; path: string; attempt: number | null; idempotency_key: string | null },
): Promise<unknown> {
  const { ok } = await wire.call(request, "effect", members);
  if (ok.error) {
    throw new EffectError(ok.error.type, ok.error.message, ok.error.data);
  }
  return ok.value;
}

/**
 * Answer `completed`, `interrupted`, `failed`, `rejected`, `updated`, `forked`, `deleted`, `state` or `history`.
 *
 * In this order (conformance/PORTING.md says more of each):
 *
 * 1. make a task of your port of every member of `request.program.tasks`: its function interprets the task's body,
 *    a list of statements, with the arguments as variables;
 * 2. make an entrypoint of the program's own body, with `new RunnerSaver(wire, request.id)` as its saver where
 *    `request.saver.kind` is "runner", and with none where it is "none";
 * 3. `request.action` says what to ask of it; begin with `invoke` (`request.input`) and `resume`, on the thread
 *    `request.thread`;
 * 4. turn what your port gives, or the error that it throws, into the answer.
 *
 * Use nothing but your port's public interface, and refuse what you do not know yet with `errored`.
 */
export async function run(request: Message, wire: Wire): Promise<Message> {
  return notYet("run", "src/run.ts, function run");
}
