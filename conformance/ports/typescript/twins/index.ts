// The twins by name, each with the fixture whose program it is.

import { askAndAnswer } from "./ask-and-answer.js";
import { cachedRun } from "./cached-run.js";
import { cancelled } from "./cancelled.js";
import { caughtAndAsked } from "./caught-and-asked.js";
import { collectedErrors } from "./collected-errors.js";
import { composed } from "./composed.js";
import { fanOut } from "./fan-out.js";
import { withFinally } from "./finally.js";
import { firstWins } from "./first-wins.js";
import { loop } from "./loop.js";
import { nestedFanOut } from "./nested-fan-out.js";
import { orders } from "./orders.js";
import { raced } from "./raced.js";
import { raisedFrom } from "./raised-from.js";
import { recursion } from "./recursion.js";
import { rethrown } from "./rethrown.js";
import type { Twin } from "./twin.js";
import { twoCalls } from "./two-calls.js";

export const TWINS: ReadonlyMap<string, { readonly fixture: string; readonly twin: Twin }> = new Map([
  ["two-calls", { fixture: "RPL-crash-after-commit", twin: twoCalls }],
  ["orders", { fixture: "RPL-crash-inside-a-task", twin: orders }],
  ["fan-out", { fixture: "CON-fan-out", twin: fanOut }],
  ["nested-fan-out", { fixture: "CON-nested-fan-out", twin: nestedFanOut }],
  ["first-wins", { fixture: "CON-first-wins", twin: firstWins }],
  ["raced", { fixture: "CON-first-wins", twin: raced }],
  ["collected-errors", { fixture: "CON-gather-collects-errors", twin: collectedErrors }],
  ["cancelled", { fixture: "CON-cancel-in-flight", twin: cancelled }],
  ["ask-and-answer", { fixture: "INT-ask-and-answer", twin: askAndAnswer }],
  ["caught-and-asked", { fixture: "INT-caught-error-and-answer", twin: caughtAndAsked }],
  ["raised-from", { fixture: "ERR-raised-from-another", twin: raisedFrom }],
  ["finally", { fixture: "ERR-finally-calls-a-task", twin: withFinally }],
  ["rethrown", { fixture: "ERR-rethrown", twin: rethrown }],
  ["loop", { fixture: "IDN-loop-counts", twin: loop }],
  ["recursion", { fixture: "IDN-recursion", twin: recursion }],
  ["composed", { fixture: "CMP-call-of-an-entrypoint", twin: composed }],
  ["cached-run", { fixture: "POL-cached-run", twin: cachedRun }],
]);
