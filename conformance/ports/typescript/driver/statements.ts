// Statements of the program IR, with nothing but what a user of the port could write.

import {
  durable,
  entrypoint,
  errorDocument,
  first,
  fromTree,
  getPreviousState,
  getWriter,
  heartbeat,
  interrupt,
  isDelivered,
} from "../src/index.js";
import { Broken, evaluate, refuseUnknown, truth, type Variables } from "./expressions.js";
import { operate } from "./store.js";
import { policiesOf } from "./policies.js";
import type { Program } from "./program.js";
import type { Message } from "./wire.js";

/** A body ended with a value. */
class Return {
  constructor(readonly value: unknown) {}
}

/** A handle lives in a box, since a promise that is returned would be waited for. */
interface Handle {
  readonly promise: Promise<unknown>;
  readonly controller: AbortController;
}

type Statement = (body: Body, members: any) => Promise<Return | undefined | void> | Return | void;

/** What a program sees of an error. */
function describe(error: unknown): unknown {
  const { data, retryable: _, ...seen } = errorDocument(error);
  return data === undefined ? seen : { ...seen, data: fromTree(data) };
}

/** Only errors are collected as values; the port's signals pass. */
function valueOrError(settled: PromiseSettledResult<unknown>): unknown {
  if (settled.status === "fulfilled") {
    return settled.value;
  }
  if (!(settled.reason instanceof Error)) {
    throw settled.reason;
  }
  return describe(settled.reason);
}

async function gather(promises: readonly Promise<unknown>[], returnErrors: boolean | undefined): Promise<unknown[]> {
  return returnErrors ? (await Promise.allSettled(promises)).map(valueOrError) : await Promise.all(promises);
}

/** One execution of a body: its variables, and the errors that some of them describe. */
export class Body {
  readonly #errors = new Map<string, unknown>();

  constructor(
    readonly program: Program,
    readonly variables: Variables,
    readonly previousDefault?: unknown,
  ) {}

  async run(body: readonly Message[]): Promise<unknown> {
    try {
      return (await this.block(body))?.value ?? null;
    } catch (error) {
      if (error instanceof Broken) {
        this.program.broken ??= error;
      }
      throw error;
    }
  }

  async block(body: readonly Message[]): Promise<Return | undefined> {
    for (const statement of body) {
      const [[kind, members] = ["", null]] = Object.entries(statement);
      const known = STATEMENTS[kind];
      if (!known) {
        throw new Broken(`the driver does not know the statement ${kind}`);
      }
      const end = await known(this, members);
      if (end) {
        return end;
      }
    }
    return undefined;
  }

  branch(): Body {
    const body = new Body(this.program, new Map(this.variables), this.previousDefault);
    this.#errors.forEach((error, name) => body.#errors.set(name, error));
    return body;
  }

  value(expression: unknown): any {
    return evaluate(expression, this.variables);
  }

  values(expressions: readonly unknown[] = []): unknown[] {
    return expressions.map((each) => this.value(each));
  }

  handle(expression: unknown): Handle {
    return this.value(typeof expression === "string" ? { $var: expression } : expression);
  }

  handles(expression: unknown): Handle[] {
    return Array.isArray(expression) ? expression.map((each) => this.handle(each)) : this.value(expression);
  }

  keep(name: string | undefined, value: unknown): void {
    if (name !== undefined) {
      this.variables.set(name, value);
    }
  }

  begin({ task, args, kwargs, key, retry, timeout, cache, as: _, ...rest }: Message): Handle {
    refuseUnknown("a call", rest);
    const controller = new AbortController();
    const named = kwargs && Object.fromEntries(Object.entries(kwargs).map(([name, each]) => [name, this.value(each)]));
    const policies = policiesOf({ retry, timeout, cache }, (each) => this.program.errorClass(each));
    const options = {
      signal: controller.signal,
      ...policies,
      ...(kwargs ? { named } : {}),
      ...(key === undefined ? {} : { key: this.value(key) }),
    };
    return { promise: this.program.task(task).withOptions(options)(...this.values(args)), controller };
  }

  async attempt({ body, catch: clauses = [] }: Message): Promise<Return | undefined> {
    try {
      return await this.block(body);
    } catch (error) {
      const clause = error instanceof Broken ? undefined : clauses.find(({ type }: Message) => fits(type, error));
      if (!clause) {
        throw error;
      }
      if (clause.as !== undefined) {
        this.variables.set(clause.as, describe(error));
        this.#errors.set(clause.as, error);
      }
      return await this.block(clause.body);
    }
  }

  caught(name: string): unknown {
    return this.#errors.get(name);
  }
}

/** The members that have a value. */
function defined(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function fits(wanted: string, error: unknown): boolean {
  if (wanted === "$everything") {
    return true;
  }
  return error instanceof Error && (wanted === "*" || wanted === errorDocument(error).type);
}

const STATEMENTS: { readonly [kind: string]: Statement } = {
  let: (body, members) => {
    const values = Object.entries(members).map(([name, each]): [string, unknown] => [name, body.value(each)]);
    for (const [name, value] of values) {
      body.variables.set(name, value);
    }
  },
  if: (body, { cond, then, else: otherwise = [] }) => body.block(truth(body.value(cond)) ? then : otherwise),
  for: async (body, { each, in: items, do: statements }) => {
    for (const item of body.value(items)) {
      body.variables.set(each, item);
      const end = await body.block(statements);
      if (end) {
        return end;
      }
    }
    return undefined;
  },
  return: (body, expression) => new Return(body.value(expression)),
  final: (body, { value, save }) => new Return(entrypoint.final({ value: body.value(value), save: body.value(save) })),
  previous: (body, members) => body.keep(members.as, getPreviousState(body.previousDefault ?? null)),
  interrupt: (body, { value, response_schema: responseSchema, as }) =>
    body.keep(as, interrupt(body.value(value), { responseSchema })),
  heartbeat: () => heartbeat(),
  store: async (body, members) => body.keep(members.as, await operate(members, (each) => body.value(each))),
  now: async (body, { as }) => body.keep(as, await durable.now()),
  random: async (body, { as }) => body.keep(as, await durable.random()),
  uuid: async (body, { as }) => body.keep(as, await durable.uuid()),
  sleep: async (body, { seconds }) => await durable.sleep(body.value(seconds) * 1000),
  write: (body, { value }) => getWriter()(body.value(value)),
  effect: async (body, { name, args, as }) => body.keep(as, await body.program.perform(name, body.values(args))),
  call: async (body, members) => body.keep(members.as, await body.begin(members).promise),
  invoke: async (body, { entrypoint: name, input, thread, options = {}, as }) => {
    const { take_over: takeOver, context, retry, durability, ...rest } = options;
    refuseUnknown("an invocation", rest);
    const given = defined({
      takeOver,
      retry,
      durability,
      context: context === undefined ? undefined : body.value(context),
      configurable: thread === undefined ? undefined : { thread_id: body.value(thread) },
    });
    body.keep(as, await body.program.entrypointOf(name).invoke(body.value(input), given));
  },
  start: (body, members) => body.keep(members.as, body.begin(members)),
  await: async (body, { handle, as }) => body.keep(as, await body.handle(handle).promise),
  cancel: (body, { handle }) => body.handle(handle).controller.abort(),
  done: (body, { handle, as }) => body.keep(as, isDelivered(body.handle(handle).promise)),
  gather: async (body, { handles, as, return_errors }) => {
    body.keep(
      as,
      await gather(
        body.handles(handles).map(({ promise }) => promise),
        return_errors,
      ),
    );
  },
  first: async (body, members) => {
    const { index, value } = await first(body.handles(members.handles).map(({ promise }) => promise));
    body.keep(members.index, index);
    body.keep(members.as, value);
  },
  branches: async (body, { do: bodies, as, return_errors }) => {
    const branches = bodies.map((each: Message[]) => body.branch().run(each));
    body.keep(as, await gather(branches, return_errors));
  },
  try: async (body, members) => {
    const last = members.finally ?? [];
    let end: Return | undefined;
    try {
      end = await body.attempt(members);
    } catch (error) {
      const override = await body.block(last);
      if (!override) {
        throw error;
      }
      return override;
    }
    return (await body.block(last)) ?? end;
  },
  raise: (body, { type, message, data, cause, retryable }) => {
    const error = body.program.error(type, body.value(message), data === undefined ? undefined : body.value(data));
    const more = {
      ...(cause === undefined ? {} : { cause: body.caught(cause) }),
      ...(retryable === undefined ? {} : { retryable }),
    };
    throw Object.assign(error, more);
  },
  rethrow: (body, { error }) => {
    throw body.caught(error);
  },
};
