// An entrypoint as it was defined: what its runs, and its calls in the runs of others, are made from.

import { invalidOption } from "../errors.js";
import type { BaseCache } from "../caches/cache.js";
import type { EntrypointDefinition } from "../generated/types.js";
import type { CheckpointSaver } from "../savers/saver.js";
import { BaseStore } from "../stores/store.js";
import type { Forms, OnDivergence } from "./attempt.js";
import { type AnyFunction, readForm } from "./definition.js";
import { formOf, readSchema, type Schema, type VersionOptions } from "./forms.js";
import { POLICY_OPTIONS, type Policies, policyDocuments, type PolicyOptions, readPolicies } from "./policies.js";

/** Options of an entrypoint. */
export interface EntrypointOptions extends PolicyOptions, VersionOptions {
  /** Its name; the function's own where left out. */
  readonly name?: string;
  /** Where its threads are kept; without one, a run leaves nothing behind. */
  readonly checkpointer?: CheckpointSaver;
  /** Long-term memory across threads. */
  readonly store?: BaseStore;
  /** Where results are kept that may stand for those of equal calls. */
  readonly cache?: BaseCache;
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
  const { checkpointer, store, cache, onDivergence = "error" } = options;
  if (checkpointer !== undefined && typeof checkpointer?.append !== "function") {
    throw invalidOption("checkpointer", "a saver");
  }
  if (store !== undefined && !(store instanceof BaseStore)) {
    throw invalidOption("store", "a store");
  }
  if (cache !== undefined && typeof cache?.clear !== "function") {
    throw invalidOption("cache", "a cache");
  }
  if (!["error", "replay", "warn"].includes(onDivergence)) {
    throw invalidOption("onDivergence", '"error", "replay" or "warn"');
  }
  readSchema("a context", options.contextSchema);
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
  return { definition, options, fn: checked, saver: checkpointer ?? null, policies, forms };
}
