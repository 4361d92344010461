// An input that begins one run of its thread at most (chapter 9).

import { canonicalText, type Tree } from "../codec/text.js";
import { Journal } from "../core/journal.js";
import { FormatError, UsageError } from "../errors.js";
import type { CheckpointBeginning, CheckpointClosing } from "../generated/types.js";
import type { CheckpointSaver, Loaded } from "../savers/saver.js";
import type { Request } from "./config.js";
import type { Form } from "./forms.js";
import { findRun, loadChecked } from "./finding.js";
import { type EntrypointName, refuseForeign } from "./opening.js";

/** A run that was over before anybody asked for it: nothing of it runs (RUN-044). */
export class CompletedRun {
  constructor(
    readonly beginning: CheckpointBeginning,
    readonly closing: CheckpointClosing,
  ) {}
}

/** RUN-046. */
export function checkOnce({ checkpointId }: Request, isResume: boolean): void {
  if (isResume || checkpointId !== null) {
    throw new UsageError("usage.option_invalid", "once is for an input, at the end of its thread", "Leave it out.");
  }
}

/** The newest run of a thread, which has to have begun with the input (RUN-043, RUN-045); null where there is none. */
export async function begunWith(
  saver: CheckpointSaver,
  threadId: string,
  entrypoint: EntrypointName,
  form: Form,
  input: Tree,
): Promise<Loaded | null> {
  const run = await findRun(saver, threadId, null);
  if (!run) {
    return null;
  }
  refuseForeign(run.checkpoint, entrypoint);
  if (!isInputOf(run.checkpoint as CheckpointBeginning, form, input)) {
    throw new UsageError(
      "run.other_input",
      "the newest run of the thread began with another input",
      "Give each input that is to run once a thread of its own.",
    );
  }
  return run;
}

/** Whether a run began with an input, as it was written down or as it would be today. */
function isInputOf({ input: recorded, entrypoint }: CheckpointBeginning, form: Form, input: Tree): boolean {
  const wanted = canonicalText(input);
  return (
    canonicalText(recorded) === wanted || canonicalText(form.write(form.read(recorded, entrypoint.version))) === wanted
  );
}

/** A run as one that is over; null where it is not. */
export async function completedRun(saver: CheckpointSaver, run: Loaded): Promise<CompletedRun | null> {
  const { closingId } = new Journal(run.entries);
  if (closingId === null) {
    return null;
  }
  const closing = await loadChecked(saver, run.checkpoint.thread_id, closingId);
  if (!closing || !("value" in closing.checkpoint)) {
    throw new FormatError("format.invalid", "the checkpoint that closed a run has no value");
  }
  return new CompletedRun(run.checkpoint as CheckpointBeginning, closing.checkpoint);
}
