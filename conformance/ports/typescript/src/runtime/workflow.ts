// An entrypoint as it was defined: what its runs, and its calls in the runs of others, are made from.

import { invalidOption } from "../errors.js";
import type { EntrypointDefinition } from "../generated/types.js";
import type { CheckpointSaver } from "../savers/saver.js";
import type { Forms, OnDivergence } from "./attempt.js";
import { type AnyFunction, readForm } from "./definition.js";
import { formOf, readSchema, type Schema, type VersionOptions } from "./forms.js";
import { POLICY_OPTIONS, type Policies, policyDocuments, type PolicyOptions, readPolicies } from "./policies.js";
import { readWatchers, type Watcher } from "../watching/watchers.js";
import { readStorage, type Storage, type StorageOptions } from "./storage.js";

/** Options of an entrypoint. */
export interface EntrypointOptions extends PolicyOptions, VersionOptions, StorageOptions {
  /** Its name; the function's own where left out. */
  readonly name?: string;
  /** Where its threads are kept: a saver, or the path of a SQLite file. Without one, a run leaves nothing behind. */
  readonly checkpointer?: StorageOptions["checkpointer"];
  /** Long-term memory across threads: a store, or the path of a SQLite file. */
  readonly store?: StorageOptions["store"];
  /** Where results are kept that may stand for those of equal calls: a cache, or the path of a SQLite file. */
  readonly cache?: StorageOptions["cache"];
  /** Who is told what happens in its runs: a function that takes an event, or several. */
  readonly watch?: Watcher | readonly Watcher[];
  /** What the context of a run has to fit. */
  readonly contextSchema?: Schema<unknown>;
  /** What the input, the value and what is saved have to fit, and what they are read as. */
  readonly input?: Schema<unknown>;
  readonly returns?: Schema<unknown>;
  readonly saves?: Schema<unknown>;
  /** What to do where the code no longer fits the journal. */
  readonly onDivergence?: OnDivergence;
}

export interface Workflow {
  readonly definition: EntrypointDefinition;
  readonly options: EntrypointOptions;
  readonly storage: Storage;
  readonly fn: AnyFunction;
  readonly saver: CheckpointSaver | null;
  readonly policies: Policies;
  readonly forms: Forms;
}

const OPTIONS = [
  "name",
  "checkpointer",
  "store",
  "cache",
  "watch",
  "contextSchema",
  "input",
  "returns",
  "saves",
  "version",
  "migrate",
  "onDivergence",
  ...POLICY_OPTIONS,
];

export function readWorkflow(given: string | EntrypointOptions, fn: unknown): Workflow {
  const { name, options, fn: checked } = readForm(given, fn, OPTIONS);
  const { onDivergence = "error" } = options;
  if (!["error", "replay", "warn"].includes(onDivergence)) {
    throw invalidOption("onDivergence", '"error", "replay" or "warn"');
  }
  readSchema("a context", options.contextSchema);
  readWatchers(options.watch);
  const forms = {
    input: formOf("input", options.input, options),
    value: formOf("value", options.returns, options),
    saved: formOf("saved", options.saves, options),
  };
  const policies = readPolicies(options);
  const definition: EntrypointDefinition = {
    kind: "entrypoint-definition",
    name,
    version: forms.value.version,
    on_divergence: onDivergence,
    ...policyDocuments(policies),
  };
  const storage = readStorage(options);
  return { definition, options, storage, fn: checked, saver: storage.checkpointer ?? null, policies, forms };
}
