// Who holds a thread, and whether it still lives (RUN-010 to RUN-013, STO-014).

import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Holder } from "../generated/types.js";

const LEASE_MS = 30_000;
/** How often a holder with nothing to append renews its lease (RUN-013). */
export const HEARTBEAT_MS = LEASE_MS / 3;

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** When a process began, by the clock of its boot; undefined where it is gone, null where the system does not tell. */
function startOf(pid: number | "self"): string | null | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (stat === undefined) {
    return attempt(() => readlinkSync("/proc/self/ns/pid")) === undefined ? null : undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" ? undefined : (fields[19] ?? null);
}

/** This process space: the name of the computer, its boot, and the namespace of its process ids. */
const SPACE: string = (() => {
  const boot = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const namespace = attempt(() => readlinkSync("/proc/self/ns/pid").replace(/[^0-9]/g, ""));
  return boot && namespace ? `${hostname()}/${boot}/${namespace}` : "";
})();

const HOST = SPACE === "" ? hostname() : `${SPACE}/${startOf("self")}`;

export function makeHolder(attemptId: string): Holder {
  const lease = new Date(Date.now() + LEASE_MS).toISOString();
  return { attempt_id: attemptId, host: HOST, pid: process.pid, lease_until: lease };
}

/** RUN-011: a lease that ran out, or a process of this host that is gone, holds nothing. */
export function isLive(holder: Holder): boolean {
  if (Date.parse(holder.lease_until) <= Date.now()) {
    return false;
  }
  const cut = holder.host.lastIndexOf("/");
  if (SPACE === "" || holder.host.slice(0, cut) !== SPACE) {
    return true;
  }
  const start = startOf(holder.pid);
  return start === null || start === holder.host.slice(cut + 1);
}
