// An entrypoint that is called by code of a run: a call like that of a task (chapter 19).

import { invalidOption } from "../errors.js";
import { fromTree } from "../codec/value.js";
import type { Callee } from "./call.js";
import { Command } from "./command.js";
import { merged, type Request, type RunnableConfig, type RunOptions } from "./config.js";
import { EntrypointFinal } from "./final.js";
import { nothingToResume } from "./opening.js";
import { current, type Scope } from "./scope.js";
import { fitting } from "./using.js";
import type { Workflow } from "./workflow.js";

/** The scope that calls an entrypoint; undefined where this is a run of its own (CMP-011). */
export function callerOf({ saver }: Workflow, { threadId }: Request): Scope | undefined {
  const scope = current.getStore();
  if (!scope || scope.isClosed) {
    return undefined;
  }
  const { isKept, work } = scope.attempt;
  const isCallersThread = isKept && work.checkpoint.thread_id === threadId;
  return saver !== null && threadId !== null && !isCallersThread ? undefined : scope;
}

const OF_RUNS = ["takeOver", "once", "retry", "durability", "watch"] as const;

/** Make the call. */
export function callIn(
  scope: Scope,
  workflow: Workflow,
  input: unknown,
  options: RunOptions,
  request: Request,
): Promise<unknown> {
  if (input === null || input === undefined || input instanceof Command) {
    throw nothingToResume(); // CMP-010
  }
  if (OF_RUNS.some((name) => options[name] !== undefined)) {
    throw invalidOption("an option of a call", `one that a call can have: ${OF_RUNS.join(", ")} are a run's`); // CMP-009
  }
  const { definition, fn, forms, policies, storage } = workflow;
  const around = scope.surroundings;
  const config = inThread(around.config, merged(around.config, request.config));
  const context = options.context === undefined ? around.context : fitting(workflow, request).context;
  const tree = forms.input.write(input);
  const body = async (): Promise<unknown> => {
    const returned = await fn(forms.input.read(tree, forms.input.version), config);
    return returned instanceof EntrypointFinal ? returned.value : returned; // CMP-006
  };
  const callee: Callee = {
    name: definition.name,
    fn: body,
    identity: fn,
    raises: new Map(),
    form: forms.value,
    policies,
    surroundings: { config, context, store: storage.store ?? around.store },
  };
  const args = [fromTree(tree)];
  return scope.make(callee, { args, positional: args, named: {}, shown: [args, {}] }, {});
}

/** The thread is the caller's, whatever else is on top of its config. */
function inThread({ configurable: { thread_id } = {} }: RunnableConfig, config: RunnableConfig): RunnableConfig {
  const { thread_id: _, ...rest } = config.configurable ?? {};
  return { ...config, configurable: { ...rest, ...(thread_id === undefined ? {} : { thread_id }) } };
}
