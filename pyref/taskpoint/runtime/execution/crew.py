"""Who works for an attempt: the threads that run its calls, and the limit on how many run at once (`CON-018`)."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from typing import TYPE_CHECKING

from taskpoint._core.calls import MADE, Call
from taskpoint._core.machine import Machine
from taskpoint.runtime.process.signals import Suspended
from taskpoint.runtime.process.threads import NUDGER
from taskpoint.runtime.writing.commits import Commits

if TYPE_CHECKING:
    from taskpoint.runtime.process.waiters import Parked, Wakeable
    from taskpoint.runtime.writing.writer import Writer

__all__ = ("Crew",)

_QUICK = 8
"""More calls than this within a millisecond: another thread would only get in the way."""
_THREADS = 32
"""How many calls run in threads at once where the caller sets no limit."""


class Crew(Commits):
    """The part of a run that has calls run. What ends with ``(locked)`` is called with `lock` held."""

    def __init__(self, machine: Machine, writer: Writer | None, limit: int | None) -> None:
        super().__init__(machine, writer)
        self.running = 0
        """Calls that a thread runs now."""
        self.queue: deque[Call] = deque()
        self.limit: int | None = limit
        self.active = 0
        """Calls whose code runs now; one that waits for others is not counted (`CON-018`)."""
        self.workers = 0
        """Workers that were started and have not begun yet."""
        self.finished = 0
        """Calls that finished since the last nudge."""
        self.async_active = 0
        """Those of the active calls that run on an event loop."""
        self.resuming = 0
        """Hosts that could go on but for the limit: they come before new calls."""
        self.parked: dict[Parked, None] = {}
        """Threads that wait for something to happen."""
        self.loops: list[Wakeable] = []
        """The event loops that something of the run is on."""

    @abstractmethod
    def run_here(self, call: Call) -> None:
        """Run a call in this thread and take its outcome (locked; the lock is released meanwhile)."""

    def enqueue(self, call: Call) -> None:
        """Offer a call to the pool (locked)."""
        self.queue.append(call)
        self.start_workers()

    def start_workers(self) -> None:
        """Start the first worker at once; whether more are worth it shows within about a millisecond (locked)."""
        if not self.queue or self.resuming or not self._may_start_thread():
            return
        if self.workers or self.active > self.async_active:
            NUDGER.watch(self)
        else:
            self._start_worker()

    def _start_worker(self) -> None:
        self.workers += 1
        if not self.submit(self._work):
            self.workers -= 1

    def nudge(self) -> bool:
        """Have commits made that nobody waits for, and double the workers while calls take long."""
        with self.lock:
            self.wake_committer()
            quick, self.finished = self.finished > _QUICK, 0
            for _ in range(max(1, self.active - self.async_active)):
                if quick or self.workers >= len(self.queue) or self.resuming or not self._may_start_thread():
                    break
                self._start_worker()
            return bool(self.queue) and self.ending is None and self._may_start_thread()

    def _may_start_thread(self) -> bool:
        if self.limit is None:
            return self.active - self.async_active < _THREADS
        return self.active < self.limit

    def take_slot(self, *, on_loop: bool = False) -> None:
        """Take a place under the limit (locked)."""
        self.active += 1
        self.async_active += on_loop

    def free_slot(self, *, held: bool = True, on_loop: bool = False) -> None:
        """Take a place under the limit back from a call, if it held one (locked)."""
        self.active -= held
        self.async_active -= held and on_loop
        if self.queue or self.resuming or self.limit is not None:
            self.slot_freed()

    def slot_freed(self) -> None:
        """Give a freed place to a host that waits for one, else to a new call (locked)."""
        if self.resuming:
            for host in self.parked:
                host.wake()
            for loop in self.loops:
                loop.wake()
            return
        self.start_workers()
        if self.limit is not None:
            for loop in self.loops:
                if loop.has_waiting:
                    loop.wake()

    def may_start(self) -> bool:
        """Tell whether the limit allows one more call to run (locked)."""
        return self.limit is None or self.active < self.limit

    def _work(self) -> None:
        with self.lock:
            self.workers -= 1
            while True:
                call = self._next()
                if call is None:
                    if self.machine.outbox and not self.committing and not self.parked and self.ending is None:
                        self.busy += 1
                        self.commit()
                        self.busy -= 1
                        continue
                    self.settle()
                    return
                self.active += 1
                self.busy += 1
                self.run_here(call)
                self.active -= 1
                self.busy -= 1
                if self.resuming or self.loops:
                    self.slot_freed()

    def join(self) -> None:
        """Count one more thread that works for the run, in a place under the limit (locked)."""
        self.running += 1
        self.busy += 1
        self.take_slot()

    def leave(self, *, has_slot: bool = True) -> None:
        """Count it no more (locked)."""
        self.running -= 1
        self.busy -= 1
        self.free_slot(held=has_slot)
        self.settle()
        self.note_idle()

    def flush(self) -> None:
        """Have committed what a host leaves behind that goes on with its own code (locked)."""
        if self.machine.outbox and not self.committing and not self.workers and self.ending is None:
            self._start_worker()

    def _next(self) -> Call | None:
        while self.queue and not self.resuming and self._may_start_thread():
            call = self.queue.popleft()
            if call.state is MADE and self.ending is None and not call.scope.is_over():
                return call
        return None

    def note_idle(self) -> None:
        """Tell who waits for the end of all threads, if it has come (locked)."""
        if self.ending is not None or (not self.running and not self.committing):
            self.tell_others()

    def wait_idle(self) -> None:
        """Wait until no thread runs a call or a commit any more (not locked)."""
        with self.lock:
            if self.running and self.ending is None:  # what runs still was cancelled: it may wait for what never comes
                self.ending = Suspended()
                self.wake_all()
            while (self.running or self.committing) and not self.over:  # STP-004: somebody did not want to wait
                if self.can_keep_up():
                    self.commit()
                else:
                    self.wait_for_others()
