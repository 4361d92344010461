// A program made into tasks and an entrypoint of the port. All of it is the port's public interface (CNF-001).

import {
  type BaseCache,
  type BaseStore,
  type CheckpointSaver,
  type Entrypoint,
  entrypoint,
  type EntrypointOptions,
  fromTree,
  getExecutionInfo,
  type Recorded,
  type Schema,
  type Task,
  task,
  toTree,
  type Tree,
  type VersionOptions,
} from "../src/index.js";
import { policiesOf } from "./policies.js";
import { Broken, evaluate, refuseUnknown, type Variables } from "./expressions.js";
import { Body } from "./statements.js";
import { errorClass } from "./values.js";
import type { Message } from "./wire.js";

type AnyTask = Task<unknown[], unknown>;
export type Effect = (members: Message) => Promise<Message>;

/** What a request gives the entrypoint of its program. */
export interface Given {
  readonly saver: CheckpointSaver | null;
  readonly store: BaseStore | undefined;
  readonly cache: BaseCache | undefined;
}

export class Program {
  readonly #classes = new Map<string, ReturnType<typeof errorClass>>();
  readonly #tasks = new Map<string, AnyTask>();
  readonly #entrypoints = new Map<string, Entrypoint<unknown, unknown>>();
  /** Whether the code of the entrypoint was begun. */
  isEntered = false;
  /** What the driver could not do; the port may have caught it. */
  broken: unknown;

  constructor(
    private readonly document: Message,
    private readonly effect: Effect,
  ) {
    for (const [name, definition] of Object.entries<Message>(document.tasks ?? {})) {
      this.#tasks.set(name, this.#task(name, definition));
    }
  }

  #task(
    name: string,
    { params, body, raises = [], version, migrate, returns, retry, timeout, cache, ...rest }: Message,
  ): AnyTask {
    refuseUnknown("a task", rest);
    const parameters = params.map((each: string | Message) =>
      typeof each === "string" ? { name: each } : each,
    ) as Message[];
    const named = (args: readonly unknown[]): Variables =>
      new Map(
        parameters.map((each, index) => [
          each.name,
          args[index] === undefined && "default" in each ? fromTree(each.default as Tree) : args[index],
        ]),
      );
    const options = {
      name,
      params: parameters.map((each) => ({ name: each.name as string, optional: "default" in each })),
      raises: raises.map((each: string) => this.errorClass(each)),
      ...versions({ version, migrate }),
      ...(returns === undefined ? {} : { returns: record(returns) }),
      ...policiesOf({ retry, timeout, cache }, (each) => this.errorClass(each), named),
    };
    return task(options, (...args: unknown[]) => new Body(this, named(args)).run(body));
  }

  /** The options of an entrypoint that a request decides. */
  protected options({ saver, store, cache }: Given): EntrypointOptions {
    return { ...(saver ? { checkpointer: saver } : {}), ...(store ? { store } : {}), ...(cache ? { cache } : {}) };
  }

  entrypoint(given: Given): Entrypoint<unknown, unknown> {
    const {
      entrypoint: name,
      params,
      tasks: _,
      entrypoints = {},
      body,
      version,
      migrate,
      on_divergence,
      previous,
      retry,
      timeout,
      cache,
      context,
      ...rest
    } = this.document;
    refuseUnknown("a program", rest);
    const options: EntrypointOptions = {
      name,
      ...this.options(given),
      ...(context === undefined ? {} : { contextSchema: record(context) }),
      ...versions({ version, migrate }),
      ...(on_divergence === undefined ? {} : { onDivergence: on_divergence }),
      ...this.#policies({ retry, timeout, cache }, params),
    };
    for (const [inner, definition] of Object.entries<Message>(entrypoints)) {
      this.#entrypoints.set(inner, this.#inner(inner, definition, given.saver));
    }
    const made = this.#make(options, params, body, previous);
    this.#entrypoints.set(name, made);
    return made;
  }

  #inner(
    name: string,
    { params, body, previous, retry, timeout, cache, saver: isKept, ...rest }: Message,
    saver: CheckpointSaver | null,
  ): Entrypoint<unknown, unknown> {
    refuseUnknown("an entrypoint", rest);
    const kept = isKept && saver ? { checkpointer: saver } : {};
    return this.#make({ name, ...kept, ...this.#policies({ retry, timeout, cache }, params) }, params, body, previous);
  }

  #policies(document: Message, params: string[]) {
    return policiesOf(
      document,
      (each) => this.errorClass(each),
      ([input]) => new Map(params.map((each) => [each, input])),
    );
  }

  #make(
    options: EntrypointOptions,
    params: string[],
    body: Message[],
    previous: Message | undefined,
  ): Entrypoint<unknown, unknown> {
    return entrypoint(options, (input: unknown) => {
      this.isEntered = true;
      const variables = params.map((each: string): [string, unknown] => [each, input]);
      return new Body(this, new Map(variables), previous && fromTree(previous.default)).run(body);
    });
  }

  entrypointOf(name: string): Entrypoint<unknown, unknown> {
    const found = this.#entrypoints.get(name);
    if (!found) {
      throw new Broken(`there is no entrypoint ${name}`);
    }
    return found;
  }

  task(name: string): AnyTask {
    const found = this.#tasks.get(name);
    if (!found) {
      throw new Broken(`there is no task ${name}`);
    }
    return found;
  }

  errorClass(name: string): ReturnType<typeof errorClass> {
    const made = this.#classes.get(name) ?? errorClass(name);
    this.#classes.set(name, made);
    return made;
  }

  /** Take a class for the errors of its name. */
  protected knowClass(made: new (message: string) => Error): void {
    this.#classes.set(made.name, made);
  }

  /** Do something in the runner's world. */
  async perform(name: string, args: readonly unknown[]): Promise<unknown> {
    const { path, attempt, idempotencyKey } = getExecutionInfo();
    const { ok } = await this.effect({ name, args: args.map(toTree), path, attempt, idempotency_key: idempotencyKey });
    if (ok.error) {
      const { type, message, data } = ok.error;
      throw this.error(type, message, data === undefined ? undefined : fromTree(data));
    }
    return fromTree(ok.value);
  }

  /** An error of the program; `data` is what it carries, if anything. */
  error(type: string, message: unknown, data?: unknown): Error {
    const error = new (this.errorClass(type))(String(message));
    return data === undefined ? error : Object.assign(error, { data });
  }
}

/** A record type of the program: all its members, each an integer or a string. */
function record(members: Message): Schema<unknown> {
  const fits = (type: string, value: unknown) =>
    type === "integer" ? Number.isInteger(value) : typeof value === "string";
  return {
    parse(value: any) {
      const isRecord =
        typeof value === "object" && value !== null && Object.keys(value).length === Object.keys(members).length;
      if (
        !isRecord ||
        !Object.entries(members).every(([name, type]) => Object.hasOwn(value, name) && fits(type, value[name]))
      ) {
        throw new TypeError("this is no such record");
      }
      return value;
    },
  };
}

function versions({ version, migrate }: Message): VersionOptions {
  const migration = ({ kind, value, version }: Recorded) =>
    evaluate(migrate, new Map<string, unknown>(Object.entries({ kind, value, version })));
  return { ...(version === undefined ? {} : { version }), ...(migrate === undefined ? {} : { migrate: migration }) };
}
