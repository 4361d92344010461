"""Threads of the process: a pool that grows on demand, and the nudger that starts calls nobody waits for."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

__all__ = ("NUDGER", "POOL", "Nudgeable", "Pool", "after_fork")

_IDLE_SECONDS = 10.0
_NUDGE_SECONDS = 0.001


def after_fork(kept: object) -> None:
    """Make an object new in a forked child: the threads it knows are not there."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: type(kept).__init__(kept))


class Pool:
    """Daemon threads that run whatever is given, kept for a while when idle. It has no limit: runs have theirs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready = threading.Condition(self._lock)
        self._work: deque[Callable[[], None]] = deque()
        self._idle = 0

    def submit(self, work: Callable[[], None]) -> None:
        """Run `work` in a thread, soon; it must not raise.

        Raises:
            RuntimeError: The system has no thread for it, and it is not done.
        """
        with self._lock:
            self._work.append(work)
            if self._idle >= len(self._work):
                self._ready.notify()
                return
        try:
            threading.Thread(target=self._serve, name="taskpoint-worker", daemon=True).start()
        except RuntimeError:
            with self._lock:
                if work not in self._work:  # a thread that has become free was faster
                    return
                self._work.remove(work)
            raise

    def _serve(self) -> None:
        while True:
            with self._lock:
                if not self._work:
                    self._idle += 1
                    self._ready.wait(_IDLE_SECONDS)
                    self._idle -= 1
                    if not self._work:
                        return
                work = self._work.popleft()
            work()
            del work


class Nudgeable(Protocol):
    """What has a call that is held back for its waiter."""

    def nudge(self) -> bool:
        """Start the held call if it has been held since the last nudge; tell whether to come again."""
        ...


class Nudger:
    """Visits every millisecond whoever holds a call back; sleeps when nobody does."""

    def __init__(self) -> None:
        self._pending: set[Nudgeable] = set()
        self._wake = threading.Event()
        self._asleep = True
        self._thread: threading.Thread | None = None

    def watch(self, host: Nudgeable) -> None:
        """See to it that the call `host` holds back starts within about a millisecond."""
        self._pending.add(host)
        if self._asleep:
            self._awake()

    def _awake(self) -> None:
        self._asleep = False  # here, as it may take long until the other thread has its turn: waking it once is enough
        thread = self._thread
        if thread is None or not thread.is_alive():  # also after a fork
            self._thread = threading.Thread(target=self._serve, name="taskpoint-nudger", daemon=True)
            try:
                self._thread.start()
            except RuntimeError:  # there are too many; who waits for a call runs it, and the next one tries again
                self._asleep = True
        self._wake.set()

    def _serve(self) -> None:
        rounds = 0
        while True:
            if not self._pending:
                rounds += 1
                if rounds > 20:
                    self._sleep()
                    rounds = 0
            else:
                rounds = 0
            time.sleep(_NUDGE_SECONDS)
            for host in list(self._pending):
                self._pending.discard(host)
                with contextlib.suppress(RuntimeError):  # its event loop is closed: nobody can go on with it
                    if host.nudge():
                        self._pending.add(host)

    def _sleep(self) -> None:
        self._asleep = True
        if not self._pending:
            self._wake.wait()
        self._wake.clear()
        self._asleep = False


POOL = Pool()
NUDGER = Nudger()
after_fork(POOL)
after_fork(NUDGER)
