// Stopping runs from outside (chapter 24).

/** One use of an entrypoint, from its call to its end. */
export interface Use {
  readonly threadId: string | null;
  stop(): void;
}

const USES = new Set<Use>();
/** How many signals keep new runs from beginning. */
let closed = 0;

/** Let a use be found by who wants to stop it, for as long as it lasts. */
export async function whileKnown<T>(use: Use, work: () => Promise<T>): Promise<T> {
  USES.add(use);
  if (closed > 0) {
    use.stop();
  }
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

/**
 * Let a signal stop all runs of this process while some work goes on (STP-006). The first signal stops them as `stopRuns`
 * does, and no new one begins; a second one is not held back. When the work is over the listeners from before are back,
 * and get the signal: where there are none, it ends the process.
 *
 * @example await stopOnSignals(async () => await worker.run());
 */
export async function stopOnSignals<T>(
  work: () => Promise<T>,
  signals: readonly NodeJS.Signals[] = ["SIGTERM"],
): Promise<T> {
  const before = signals.map((signal) => [signal, process.listeners(signal)] as const);
  let received: NodeJS.Signals | undefined;
  let isRestored = false;
  const restore = () => {
    if (!isRestored) {
      isRestored = true;
      before.forEach(([signal, listeners]) =>
        listeners.reduce((all, each) => all.on(signal, each), process.off(signal, handle)),
      );
    }
  };
  const handle = (signal: NodeJS.Signals) => {
    if (received) {
      restore();
      process.kill(process.pid, signal);
    } else {
      received = signal;
      closed += 1;
      stopRuns();
    }
  };
  before.forEach(([signal, listeners]) =>
    listeners.reduce((all, each) => all.off(signal, each), process.on(signal, handle)),
  );
  try {
    return await work();
  } finally {
    restore();
    if (received) {
      closed -= 1;
      process.kill(process.pid, received);
    }
  }
}
