// Who watches: what a watcher is, and those that are told of every run of the process.

import { invalidOption } from "../errors.js";
import type { WatchEvent } from "./events.js";

/**
 * Any function that takes an event. It stands beside the run: what it throws or returns changes nothing there. One event
 * of a run is told after the other; where it returns a promise, the next one waits for it.
 */
export type Watcher = (event: WatchEvent) => unknown;

/** What `watch` returns. */
export interface Watching {
  /** End the watching; runs that have begun are told to their ends. */
  stop(): void;
}

const EVERYWHERE = new Map<object, readonly Watcher[]>();

/**
 * Tell watchers of all runs of this process that begin from here on.
 *
 * @example const watching = watch((event) => console.error(logRecord(event).message));
 */
export function watch(...watchers: readonly Watcher[]): Watching {
  const read = readWatchers(watchers);
  const watching = { stop: () => void EVERYWHERE.delete(watching) };
  EVERYWHERE.set(watching, read);
  return watching;
}

/** Those who are told of a run that begins now, each of them once. */
export function watchersOf(...given: readonly (readonly Watcher[])[]): Watcher[] {
  return [...new Set([...EVERYWHERE.values(), ...given].flat())];
}

/** The option `watch`: a watcher, or several. */
export function readWatchers(given: unknown): readonly Watcher[] {
  const several: unknown[] = given === undefined ? [] : Array.isArray(given) ? given : [given];
  if (!several.every((each) => typeof each === "function")) {
    throw invalidOption("watch", "a function that takes an event, or a list of such");
  }
  return several as Watcher[];
}
