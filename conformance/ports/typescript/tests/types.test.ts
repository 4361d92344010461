// What the compiler has to say: this file is wrong where it does not compile. Nothing in it runs.

import { test } from "node:test";
import { Command, entrypoint, getPreviousState, interrupt, type Task, task } from "../src/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_T extends true>(): void => undefined;

const double = task("double", async (n: number) => n * 2);
holds<Equal<typeof double, Task<[n: number], number>>>();
holds<Equal<Parameters<typeof double>, [n: number]>>();
holds<Equal<ReturnType<typeof double>, Promise<number>>>();
const plain: (n: number) => Promise<number> = double;

const sync = task({ name: "sync" }, (text: string, times?: number) => text.repeat(times ?? 1));
holds<Equal<ReturnType<typeof sync>, Promise<string>>>();

const main = entrypoint("main", async (order: string) => ({ order, total: await double(1) }));
holds<Equal<ReturnType<typeof main.invoke>, Promise<{ order: string; total: number }>>>();

const final = entrypoint("final", async (n: number) => entrypoint.final({ value: String(n), save: n }));
holds<Equal<ReturnType<typeof final.invoke>, Promise<string>>>();

holds<Equal<ReturnType<typeof double.map>, Promise<number>[]>>();
const variant = main.withConfig({ tags: ["x"] }).withOptions({ name: "other" });
holds<Equal<typeof variant, typeof main>>();

export async function batches(): Promise<void> {
  const all = await final.batch([1, 2]);
  holds<Equal<typeof all, string[]>>();
  const some = await final.batch([1, 2], {}, { returnExceptions: true });
  holds<Equal<typeof some, (string | Error)[]>>();
}

export function wrong(): void {
  // @ts-expect-error: a string is no number
  void double("1");
  // @ts-expect-error: an input of another type
  void main.invoke(1);
  // @ts-expect-error: an option that does not exist
  task({ name: "x", retries: 1 }, async () => 1);
  // @ts-expect-error: items of another type
  double.map(["1"]);
  // @ts-expect-error: a policy of another library
  task({ name: "x", cachePolicy: { keyFn: () => "x" } }, async () => 1);
  // @ts-expect-error: the function is missing
  task("x");
  // @ts-expect-error: a command has resume, or answers
  new Command({});
  void double.withOptions({ key: "a" })(1);
  void main.invoke(null);
  void main.invoke(new Command({ resume: true }));
  const answer: boolean = interrupt<boolean>("sure?");
  const before: number = getPreviousState(0);
  void [answer, before, plain];
}

test("types hold", () => undefined);
