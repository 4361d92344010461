// Time, chance and pauses that are the same in every attempt (chapter 20): calls of the library's own.

import type { Tagged } from "../codec/tags.js";
import type { Callee } from "./call.js";
import { invalidOption } from "../errors.js";
import { UNTYPED } from "./forms.js";
import { LONGEST_TIMER, NO_POLICIES, pause } from "./policies.js";
import { currentScope } from "./scope.js";

/** Some three thousand years: what ends after the year 9999 has no date. */
const LONGEST_PAUSE = 1e14;

function own(name: string, fn: Callee["fn"]): Callee {
  return { name, fn, identity: fn, raises: new Map(), form: UNTYPED, policies: NO_POLICIES, isOwn: true };
}

const NOW = own("$now", () => new Date());
const RANDOM = own("$random", () => Math.random());
const UUID = own("$uuid4", () => crypto.randomUUID());
const SLEEP = own("$sleep", sleepFor);

function ask(callee: Callee, args: readonly unknown[] = []): Promise<unknown> {
  return currentScope(`durable: ${callee.name}`).make(
    callee,
    { args, positional: [], named: {}, shown: [args, {}] },
    {},
  );
}

/** DRH-011: a pause ends when its recorded beginning is as long ago as it is to last. */
async function sleepFor(milliseconds: number): Promise<null> {
  const { attempt, call } = currentScope("durable.sleep");
  const begun = (await ask(NOW)) as Date | Tagged;
  const end = (begun instanceof Date ? begun.getTime() : Date.parse(begun.content)) + milliseconds;
  const isWanted = () => attempt.refusal === undefined && !call?.isCancelled;
  while (Date.now() < end && isWanted()) {
    await pause(Math.min(end - Date.now(), LONGEST_TIMER), Promise.race([attempt.ending, call?.cancelling]));
  }
  if (attempt.refusal !== undefined) {
    throw attempt.refusal; // DRH-014
  }
  return null;
}

/** What is recorded, and so the same on every attempt. */
export const durable = {
  /** The time. One that another language recorded to the microsecond is carried as it is. */
  now: (): Promise<Date | Tagged> => ask(NOW) as Promise<Date | Tagged>,
  /** A number from 0 up to, but not including, 1. */
  random: (): Promise<number> => ask(RANDOM) as Promise<number>,
  /** The text of a random UUID. It is stored, and so it is a name and not a secret. */
  uuid: (): Promise<string> => ask(UUID) as Promise<string>,
  /** Wait for some milliseconds from the moment at which this was first asked for. */
  sleep: async (milliseconds: number): Promise<void> => {
    if (!(typeof milliseconds === "number" && Math.abs(milliseconds) <= LONGEST_PAUSE)) {
      throw invalidOption("the duration of a sleep", "a number of milliseconds, at most three thousand years");
    }
    await ask(SLEEP, [milliseconds]);
  },
};
