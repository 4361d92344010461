// The program IR made into LangGraph.js's tasks and an entrypoint.

import { entrypoint, getConfig, getPreviousState, getStore, getWriter, interrupt, isNodeTimeoutError, task } from "@langchain/langgraph";
import { evaluate } from "./expressions.js";
import { fromTree, toTree } from "./values.js";

const seconds = (value) => value * 1000;

/** What a program sees of an error. */
export function describe(error) {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const seen = { type: typeOf(error), message: error.message };
  return error.data === undefined ? seen : { ...seen, data: error.data };
}

/** A class's name; a program calls the library's error of a timeout by the name that all ports have. */
function typeOf(error) {
  if (isNodeTimeoutError(error)) return "task.timeout";
  return error instanceof Error ? error.name : typeof error;
}

/** A body ended with a value. */
class Return {
  constructor(value) {
    this.value = value;
  }
}

/** One program for one request; `effect` asks the runner for an effect. */
export class Program {
  entered = false;
  tasks = {};
  entrypoints = {};
  #errors = new Map();
  #effect;

  constructor(document, effect) {
    this.document = document;
    this.#effect = effect;
    for (const [name, definition] of Object.entries(document.tasks ?? {})) {
      const options = { name, ...this.#policies(definition) };
      this.tasks[name] = task(options, (...args) => new Scope(this, bound(definition.params, args)).run(definition.body));
    }
  }

  /** Return the entrypoint, with what it is given. */
  entrypoint(given) {
    const { document } = this;
    for (const [name, definition] of Object.entries(document.entrypoints ?? {})) {
      const kept = definition.saver && given.checkpointer ? { checkpointer: given.checkpointer } : {};
      this.entrypoints[name] = this.#entrypoint(name, definition, kept);
    }
    this.entrypoints[document.entrypoint] = this.#entrypoint(document.entrypoint, document, given);
    return this.entrypoints[document.entrypoint];
  }

  #entrypoint(name, definition, given) {
    return entrypoint({ name, ...given, ...this.#policies(definition) }, (input) => {
      this.entered = true;
      return new Scope(this, bound(definition.params.slice(0, 1), [input]), definition.previous).run(definition.body);
    });
  }

  #policies(definition) {
    const options = {};
    const [retry] = definition.retry ?? [];
    if (retry !== undefined) options.retry = this.#retry(retry);
    if ("timeout" in definition) options.timeout = seconds(definition.timeout);
    if ("cache" in definition) options.cachePolicy = cachePolicy(definition);
    return options;
  }

  #retry(policy) {
    const wanted = policy.retry_on;
    return {
      ...("initial_interval" in policy && { initialInterval: seconds(policy.initial_interval) }),
      ...("backoff_factor" in policy && { backoffFactor: policy.backoff_factor }),
      ...("max_interval" in policy && { maxInterval: seconds(policy.max_interval) }),
      ...("max_attempts" in policy && { maxAttempts: policy.max_attempts }),
      ...("jitter" in policy && { jitter: policy.jitter }),
      ...(wanted && { retryOn: (error) => wanted.includes(typeOf(error)) }),
      logWarning: false,
    };
  }

  /** Return an error of the program: each type that it names is one class. */
  error(name, message, data) {
    if (!this.#errors.has(name)) {
      this.#errors.set(name, { [name]: class extends Error {} }[name]);
    }
    const error = new (this.#errors.get(name))(message);
    error.name = name;
    if (data !== undefined) error.data = data;
    return error;
  }

  /** Do something in the runner's world, from the call that LangGraph says this is. */
  async effect(name, args) {
    const info = getConfig().executionInfo;
    const path = info.checkpointNs.split("|").slice(1).join("/");
    const { ok } = await this.#effect({
      name,
      args: args.map(toTree),
      path,
      attempt: path ? info.nodeAttempt : null,
      idempotency_key: null,
    });
    if (ok.error) {
      throw this.error(ok.error.type, ok.error.message, "data" in ok.error ? fromTree(ok.error.data) : undefined);
    }
    return fromTree(ok.value);
  }
}

function cachePolicy(definition) {
  const { key, ttl } = definition.cache;
  return {
    ...(ttl !== undefined && ttl !== null && { ttl: seconds(ttl) }),
    ...(key !== undefined && {
      keyFunc: (args) => JSON.stringify(toTree(evaluate(key, bound(definition.params, args)))),
    }),
  };
}

function bound(params, args) {
  return new Map(
    params.map((each, place) => {
      if (typeof each === "string") return [each, args[place]];
      return [each.name, args[place] === undefined ? fromTree(each.default) : args[place]];
    }),
  );
}

/** One execution of a body: its variables, and the errors that some of them describe. */
class Scope {
  constructor(program, variables, previous, errors = new Map()) {
    this.program = program;
    this.variables = variables;
    this.errors = errors;
    this.saved = previous;
  }

  /** Execute a body and return its value. */
  async run(body) {
    const end = await this.block(body);
    return end ? end.value : null;
  }

  async block(body) {
    for (const statement of body) {
      const [[kind, members]] = Object.entries(statement);
      const end = await STATEMENTS[kind](this, members);
      if (end instanceof Return) return end;
    }
    return undefined;
  }

  value(expression) {
    return evaluate(expression, this.variables);
  }

  /** The promise of a call, in a box: whoever awaits the box must not await the call. */
  handle(expression) {
    return this.value(typeof expression === "string" ? { $var: expression } : expression);
  }

  handles(expression) {
    return Array.isArray(expression) ? expression.map((each) => this.handle(each)) : this.value(expression);
  }

  keep(members, value, name = "as") {
    if (members !== null && typeof members === "object" && name in members) this.variables.set(members[name], value);
  }

  begin(members) {
    return this.program.tasks[members.task](...(members.args ?? []).map((each) => this.value(each)));
  }

  async guarded(members) {
    try {
      return await this.block(members.body);
    } catch (error) {
      const clause = (members.catch ?? []).find(({ type }) => ["*", "$everything", typeOf(error)].includes(type));
      if (clause === undefined) throw error;
      if ("as" in clause) {
        this.variables.set(clause.as, describe(error));
        this.errors.set(clause.as, error);
      }
      return await this.block(clause.body);
    }
  }

  /** Wait for promises as a program says: for all of them, or with their errors as values. */
  async together(promises, members) {
    if (!members.return_errors) return await Promise.all(promises);
    const settled = await Promise.allSettled(promises);
    return settled.map((each) => (each.status === "fulfilled" ? each.value : describe(each.reason)));
  }
}

const VERBS = {
  put: (store, [namespace, key, value]) => store.put(namespace, key, value),
  get: (store, [namespace, key]) => store.get(namespace, key),
  delete: (store, [namespace, key]) => store.delete(namespace, key),
  search: (store, [prefix], options) => store.search(prefix, options),
  list: (store, _, { max_depth: maxDepth, ...options }) =>
    store.listNamespaces({ ...options, ...(maxDepth !== undefined && { maxDepth }) }),
};

function shown(result) {
  if (Array.isArray(result)) return result.map(shown);
  if (result && typeof result === "object" && "namespace" in result) {
    return { namespace: result.namespace, key: result.key, value: result.value };
  }
  return result ?? null;
}

const STATEMENTS = {
  let: (scope, members) => {
    const values = Object.entries(members).map(([name, each]) => [name, scope.value(each)]);
    values.forEach(([name, value]) => scope.variables.set(name, value));
  },
  if: (scope, { cond, then, else: otherwise = [] }) => scope.block(scope.value(cond) ? then : otherwise),
  for: async (scope, members) => {
    for (const item of scope.value(members.in)) {
      scope.variables.set(members.each, item);
      const end = await scope.block(members.do);
      if (end) return end;
    }
    return undefined;
  },
  return: (scope, expression) => new Return(scope.value(expression)),
  final: (scope, { value, save }) => new Return(entrypoint.final({ value: scope.value(value), save: scope.value(save) })),
  previous: (scope, members) => {
    const saved = getPreviousState();
    scope.keep(members, saved === undefined && scope.saved ? fromTree(scope.saved.default) : (saved ?? null));
  },
  interrupt: (scope, members) => scope.keep(members, interrupt(scope.value(members.value))),
  write: (scope, { value }) => getWriter()?.(scope.value(value)),
  effect: async (scope, members) => {
    scope.keep(members, await scope.program.effect(members.name, (members.args ?? []).map((each) => scope.value(each))));
  },
  store: async (scope, members) => {
    const asked = ["namespace", "key", "value"].filter((name) => name in members);
    const options = Object.fromEntries(
      ["filter", "limit", "offset", "query", "prefix", "suffix", "max_depth"]
        .filter((name) => name in members)
        .map((name) => [name, scope.value(members[name])]),
    );
    const values = asked.map((name) => scope.value(members[name]));
    scope.keep(members, shown(await VERBS[members.op](getStore(), values, options)));
  },
  call: async (scope, members) => scope.keep(members, (await scope.begin(members)) ?? null),
  invoke: async (scope, members) => {
    const thread = "thread" in members ? { configurable: { thread_id: scope.value(members.thread) } } : {};
    const workflow = scope.program.entrypoints[members.entrypoint];
    scope.keep(members, (await workflow.invoke(scope.value(members.input), thread)) ?? null);
  },
  start: (scope, members) => {
    const promise = scope.begin(members);
    promise.catch(() => {}); // whoever awaits it hears of it
    scope.keep(members, { promise });
  },
  await: async (scope, members) => scope.keep(members, (await scope.handle(members.handle).promise) ?? null),
  gather: async (scope, members) => {
    const promises = scope.handles(members.handles).map((each) => each.promise);
    scope.keep(members, await scope.together(promises, members));
  },
  first: async (scope, members) => {
    const promises = scope.handles(members.handles).map((each) => each.promise);
    const place = await Promise.race(promises.map((each, index) => each.then(() => index, () => index)));
    scope.keep(members, place, "index");
    scope.keep(members, await promises[place]);
  },
  branches: async (scope, members) => {
    const bodies = members.do.map((body) =>
      new Scope(scope.program, new Map(scope.variables), scope.saved, new Map(scope.errors)).run(body),
    );
    scope.keep(members, await scope.together(bodies, members));
  },
  try: async (scope, members) => {
    const last = members.finally ?? [];
    let end;
    try {
      end = await scope.guarded(members);
    } catch (error) {
      const override = await scope.block(last);
      if (override) return override;
      throw error;
    }
    return (await scope.block(last)) ?? end;
  },
  raise: (scope, members) => {
    const data = "data" in members ? scope.value(members.data) : undefined;
    const error = scope.program.error(members.type, scope.value(members.message), data);
    if ("cause" in members) error.cause = scope.errors.get(members.cause);
    throw error;
  },
  rethrow: (scope, { error }) => {
    throw scope.errors.get(error);
  },
};
