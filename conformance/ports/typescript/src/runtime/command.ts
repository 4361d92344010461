// Answers (chapter 8).

import type { Tree } from "../codec/text.js";
import { toTree } from "../codec/value.js";
import type { Journal } from "../core/journal.js";
import { UsageError } from "../errors.js";
import { checkAnswer } from "./responses.js";

/**
 * The answer to the one question that is pending, or answers by the ids of their questions.
 *
 * @example await refund.invoke(new Command({ resume: true }), { configurable: { thread_id: "order-7" } });
 */
export class Command {
  readonly #resume: { readonly value: unknown } | undefined;
  readonly #answers: { readonly [id: string]: unknown } | undefined;

  constructor(given: { readonly resume: unknown } | { readonly answers: { readonly [id: string]: unknown } }) {
    const { resume, answers } = given as { resume?: unknown; answers?: { [id: string]: unknown } };
    const isOne = "resume" in given !== "answers" in given;
    if (!isOne || (answers !== undefined && (typeof answers !== "object" || answers === null))) {
      throw new UsageError(
        "usage.option_invalid",
        "a command has either resume, or answers by id",
        "Give one of the two.",
      );
    }
    this.#resume = "resume" in given ? { value: resume } : undefined;
    this.#answers = answers;
  }

  /** INT-016, INT-019: why it is refused where there is no unfinished run. */
  refusedWithoutRun(): UsageError {
    return this.#resume ? nonePending() : unknownId();
  }

  /** INT-015 to INT-020, INT-031: which questions it answers, in the order in which they were raised. */
  answer(journal: Journal): { id: string; value: Tree }[] {
    const answers = this.#addressed(journal);
    for (const { id, value } of answers) {
      const schema = journal.questions.get(id)?.entry.response_schema;
      if (schema !== undefined) {
        checkAnswer(schema as Tree, value, id);
      }
    }
    return answers;
  }

  #addressed(journal: Journal): { id: string; value: Tree }[] {
    const pending = journal.pending().map(({ path }) => path);
    if (this.#resume) {
      if (pending.length === 0) {
        throw nonePending();
      }
      if (pending.length > 1) {
        throw new UsageError(
          "interrupt.ambiguous",
          `${pending.length} interrupts are pending`,
          "Address each answer by its id.",
        );
      }
      return [{ id: pending[0] as string, value: toTree(this.#resume.value) }];
    }
    const answers = this.#answers ?? {};
    for (const id of Object.keys(answers)) {
      if (journal.questions.get(id)?.answer !== undefined) {
        throw new UsageError(
          "interrupt.already_answered",
          "an interrupt was answered before",
          "Leave it out; answers are given once.",
        );
      }
      if (!pending.includes(id)) {
        throw unknownId();
      }
    }
    return pending.filter((id) => Object.hasOwn(answers, id)).map((id) => ({ id, value: toTree(answers[id]) }));
  }
}

function nonePending(): UsageError {
  return new UsageError("interrupt.none_pending", "no interrupt is pending", "Look at the state of the thread first.");
}

function unknownId(): UsageError {
  return new UsageError(
    "interrupt.unknown_id",
    "that interrupt is not pending",
    "Take the id from the pending interrupts.",
  );
}
