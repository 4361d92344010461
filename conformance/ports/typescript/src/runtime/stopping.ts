// Stopping runs from outside (chapter 24).

/** One use of an entrypoint, from its call to its end. */
export interface Use {
  readonly threadId: string | null;
  stop(): void;
}

const USES = new Set<Use>();

/** Let a use be found by who wants to stop it, for as long as it lasts. */
export async function whileKnown<T>(use: Use, work: () => Promise<T>): Promise<T> {
  USES.add(use);
  try {
    return await work();
  } finally {
    USES.delete(use);
  }
}

/**
 * Ask the runs of this process to stop: those on a thread, or all. They start no new call, record what is in flight,
 * and end with a `StopRun`; their threads can be resumed.
 */
export function stopRuns(threadId?: string): void {
  for (const use of USES) {
    if (threadId === undefined || use.threadId === threadId) {
      use.stop();
    }
  }
}
