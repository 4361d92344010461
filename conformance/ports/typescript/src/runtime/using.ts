// One use of an entrypoint: a run is begun or taken up again, and carried on until it ends or pauses.

import type { Tree } from "../codec/text.js";
import { pendingIn } from "../core/state.js";
import { FormatError, UsageError } from "../errors.js";
import type { Checkpoint, CheckpointBeginning, CheckpointClosing, ErrorDocument } from "../generated/types.js";
import { Attempt, type Ending } from "./attempt.js";
import { CachedResult, placeOf } from "./caching.js";
import { Command } from "./command.js";
import type { Request } from "./config.js";
import { EntrypointFinal } from "./final.js";
import { interrupted } from "./interrupted.js";
import { checkOnce, CompletedRun } from "./once.js";
import { openAgain, type Opened, openNew, openNext, openUnkept, savedIn } from "./opening.js";
import { nextWait, pause } from "./policies.js";
import { currentScope } from "./scope.js";
import { StopRun } from "./signals.js";
import { whileKnown } from "./stopping.js";
import { threadOf } from "./threads.js";
import type { StreamView } from "./streams.js";
import { Telling } from "./telling.js";
import type { Workflow } from "./workflow.js";
import { readWatchers } from "../watching/watchers.js";

const FAILURES = new WeakMap<object, RunFailure>();

/** How a run failed: the code that it reports (ERR-031), and the document that its journal has. */
export interface RunFailure {
  readonly code: string;
  readonly document: ErrorDocument;
}

/** What the journal says of an error that left a run; undefined for an error that refused it before it began. */
export function failureOf(error: unknown): RunFailure | undefined {
  return typeof error === "object" && error !== null ? FAILURES.get(error) : undefined;
}

/** By what a use is stopped from outside. */
export interface Control {
  stop: () => void;
}

export function noSaver(): never {
  throw new UsageError(
    "usage.no_checkpointer",
    "this needs a checkpointer, and the entrypoint has none",
    "Give it one.",
  );
}

/** CTX-005. */
export function fitting({ options: { contextSchema } }: Workflow, request: Request): Request {
  try {
    return contextSchema ? { ...request, context: contextSchema.parse(request.context) } : request;
  } catch {
    throw new UsageError(
      "usage.config_invalid",
      "the context does not fit the schema that the entrypoint declares",
      "Correct it.",
    );
  }
}

export async function use(
  workflow: Workflow,
  input: unknown,
  given: Request,
  stream?: StreamView,
  control?: Control,
): Promise<unknown> {
  const request = fitting(workflow, given);
  const telling = Telling.of(readWatchers(workflow.options.watch), request.watch);
  let attempt: Attempt | undefined;
  let isStopped = false;
  let announce = (): void => undefined;
  const stopping = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const stop = () => {
    isStopped = true;
    announce();
    attempt?.stop();
  };
  if (control) {
    control.stop = stop;
  }
  const run = whileKnown({ threadId: request.threadId, stop }, async () => {
    const begun = await open(workflow, input, request);
    if (begun instanceof CompletedRun) {
      stream?.found(begun.beginning, () => valueOf(workflow, begun.closing));
      return valueOf(workflow, begun.closing);
    }
    let opened = begun;
    for (let attempts = 1; ; attempts += 1) {
      attempt = attemptOf(workflow, opened, request, stream, telling);
      if (isStopped) {
        attempt.stop();
      }
      const ending = await carry(workflow, attempt).catch((error: unknown) => {
        telling?.runBroke(error);
        throw error;
      });
      const wait =
        ending.kind === "failed" && !attempt.hasDiverged
          ? nextWait(workflow.policies, ending.error, attempts)
          : undefined;
      telling?.runEnded(ending, attempt.journal.pending().length, wait ?? null);
      if (wait === undefined) {
        return resultOf(workflow, ending, attempt);
      }
      await pause(wait, stopping);
      if (isStopped) {
        throw new StopRun(); // POL-032
      }
      opened = await openNext(workflow.saver, workflow.definition, opened, request);
    }
  });
  return await (telling ? run.finally(() => telling.done()) : run);
}

async function open(
  { saver, definition, forms }: Workflow,
  input: unknown,
  request: Request,
): Promise<Opened | CompletedRun> {
  const isResume = input === null || input === undefined || input instanceof Command; // RUN-006
  if (request.once) {
    checkOnce(request, isResume);
  }
  if (!saver) {
    return isResume || request.once ? noSaver() : openUnkept(definition, forms.input.write(input), request);
  }
  const kept = { ...request, threadId: threadOf(request) };
  if (!isResume) {
    return await openNew(saver, definition, forms.input, forms.input.write(input), kept);
  }
  return await openAgain(saver, definition, input instanceof Command ? input : null, kept);
}

function attemptOf(
  { saver, policies, storage, definition, forms }: Workflow,
  opened: Opened,
  request: Request,
  stream: StreamView | undefined,
  telling: Telling | undefined,
): Attempt {
  const { config, context, durability, metadata, maxConcurrency } = request;
  return new Attempt({
    saver,
    ...opened,
    config,
    stream,
    telling,
    timeout: policies.timeout,
    store: storage.store,
    cache: storage.cache,
    forms,
    context,
    durability,
    metadata,
    onDivergence: definition.on_divergence,
    maxConcurrency,
  });
}

async function carry(workflow: Workflow, attempt: Attempt): Promise<Ending> {
  const { fn, forms } = workflow;
  const { checkpoint, config } = attempt.work;
  const { input, entrypoint } = checkpoint as CheckpointBeginning;
  let missed: CachedResult | undefined;
  const ending = await attempt.run(async () => {
    const typed = currentScope("an entrypoint").read(forms.input, input, entrypoint.version);
    const cached = cachedRun(workflow, attempt, typed);
    const kept = await cached?.get((tree) => valueIn(workflow, tree));
    if (kept) {
      return kept.value;
    }
    missed = cached;
    return await fn(typed, config);
  });
  if (ending.kind === "completed") {
    const { value, saved } = ending.closing as { value: Tree; saved?: Tree };
    await missed?.set(saved === undefined ? [value] : [value, saved]);
  }
  return ending;
}

/** POL-046: where the value of a run is kept that is in its first attempt. */
function cachedRun(
  { policies, storage: { cache }, definition, forms }: Workflow,
  { work, journal }: Attempt,
  typed: unknown,
): CachedResult | undefined {
  if (!policies.cache || !cache || journal.entries.length > 1) {
    return undefined;
  }
  const { checkpoint, previous } = work;
  const read = ({ entrypoint }: Checkpoint, tree: Tree) =>
    currentScope("an entrypoint").read(forms.saved, tree, entrypoint.version);
  const seen = previous === null ? null : forms.saved.write(read(previous, savedIn(previous)));
  const place = placeOf("entrypoints", definition.name, definition.version);
  const { input } = checkpoint as CheckpointBeginning;
  return CachedResult.of(cache, policies.cache, place, [typed], () => [input, seen]);
}

/** What a cache keeps of a run: its value and, where it differs, what was saved. */
function valueIn({ forms }: Workflow, tree: Tree): unknown {
  if (!Array.isArray(tree) || tree.length < 1 || tree.length > 2) {
    throw new FormatError("format.invalid", "what is kept of a run has another form");
  }
  const [value, saved] = [forms.value.read(tree[0] as Tree, forms.value.version), tree[1]];
  return saved === undefined ? value : new EntrypointFinal(value, forms.saved.read(saved, forms.saved.version));
}

function resultOf(workflow: Workflow, ending: Ending, attempt: Attempt): unknown {
  if (ending.kind === "failed") {
    const { error, code, document } = ending;
    if (typeof error === "object" && error !== null) {
      FAILURES.set(error, { code, document });
    }
    throw error;
  }
  return ending.kind === "completed" ? valueOf(workflow, ending.closing) : interrupted(pendingIn(attempt.journal));
}

function valueOf({ forms }: Workflow, { value, entrypoint }: CheckpointClosing): unknown {
  return forms.value.read(value, entrypoint.version);
}
