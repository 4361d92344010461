"""A scope in a thread: calls are held back until somebody waits, and then run by the waiter."""

from __future__ import annotations

import concurrent.futures
import contextvars
import math
import threading
import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from taskpoint._core.calls import DELIVERED, DROPPED, FINISHED, MADE, PARKED, RUNNING, Call, Outcome, Scope
from taskpoint._core.journal import TaskCancelled, TaskCompleted
from taskpoint._numbers import is_number
from taskpoint.errors import FormatError, UsageError, ValueEncodingError
from taskpoint.runtime.execution.host import Callee, End, Host, Job, Place, elsewhere
from taskpoint.runtime.execution.unwaited import without_value
from taskpoint.runtime.process.locks import take_back
from taskpoint.runtime.process.signals import Halted, Signal, Suspended, unwrapped
from taskpoint.runtime.process.threads import NUDGER

if TYPE_CHECKING:
    from taskpoint.runtime.execution.run import Run

__all__ = ("SyncFuture", "SyncHost", "execute_in_thread")

R = TypeVar("R")
_FRESH_STACK_EVERY = 25
"""So many scopes deep a call gets a fresh thread, or deep nesting would end in a RecursionError."""


@without_value("call .result() on it")
class SyncFuture(Generic[R]):
    """The future of a call made in a thread: waits with `result()`."""

    __slots__ = ("call", "host")

    def __init__(self, host: SyncHost, call: Call) -> None:
        self.host = host
        self.call = call

    def __repr__(self) -> str:
        return f"<TaskFuture {self.call.path} {self.call.state.name.lower()}>"

    def result(self, timeout: float | None = None) -> R:
        """Wait for the call and return its value, or raise its error.

        Args:
            timeout: How many seconds to wait at most; None waits as long as it takes.

        Raises:
            TimeoutError: The time is over; the call goes on.
            CancelledError: The call was cancelled (`concurrent.futures.CancelledError`).
        """
        call = self.call
        if call.state is not DELIVERED:
            self.host.wait(call, timeout)
        value: R = self.host.result_of(call)
        return value

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the call and return its error, None where it has none."""
        try:
            self.result(timeout)
        except BaseException as error:
            if isinstance(error, Signal) or self.call.state is not DELIVERED:
                raise
            return error
        return None

    def done(self) -> bool:
        """Tell whether the outcome was delivered; asking lets the next one of the scope be delivered."""
        if self.call.state is not DELIVERED:
            self.host.poll()
        return self.call.state is DELIVERED

    def running(self) -> bool:
        """Tell whether the outcome was not delivered yet, as `done` does."""
        return not self.done()

    def cancel(self) -> bool:
        """Cancel the call; False where its outcome is known already. Waiting for it then raises `CancelledError`."""
        return self.host.cancel(self.call)

    def cancelled(self) -> bool:
        """Tell whether the cancellation of the call was delivered."""
        return self.call.state is DELIVERED and isinstance(self.call.outcome, TaskCancelled)

    def add_done_callback(self, fn: Callable[[SyncFuture[R]], object]) -> None:
        """Call `fn` with this future when the outcome is delivered; at once if it was."""
        self.call.observed = True
        if self.call.state is DELIVERED:
            fn(self)
        else:
            self.host.callbacks.setdefault(self.call, []).append(lambda: fn(self))

    def __await__(self) -> Generator[Any, None, R]:
        raise UsageError(
            "a call made by a sync function cannot be awaited",
            code="usage.blocking_wait",
            hint="use .result(), or make the function async",
        )

    @property
    def _condition(self) -> NoReturn:
        """Refuse to be waited for by `concurrent.futures`, which asks its own futures for this."""
        raise UsageError(
            "concurrent.futures cannot wait for calls",
            code="usage.blocking_wait",
            hint="use as_completed(calls) or gather(*calls) of taskpoint, whose order a replay repeats",
        )


class SyncHost(Host):
    """Executes a scope in a thread."""

    __slots__ = ("callbacks", "cancels", "cond", "fresh", "seen", "thread", "waiting", "wanted")

    on_loop = False

    def __init__(self, run: Run, scope: Scope, *, is_task: bool, depth: int = 0) -> None:
        super().__init__(run, scope, is_task=is_task, depth=depth)
        self.cond: threading.Condition | None = None
        self.fresh: Call | None = None
        """The newest call, held back for whoever waits for it."""
        self.seen: Call | None = None
        self.thread = 0
        """The thread that the scope's code runs in."""
        self.waiting = False
        self.wanted: Call | None = None
        """The one call that is waited for; None waits for any."""
        self.callbacks: dict[Call, list[Callable[[], object]]] = {}
        self.cancels = 0
        """How often the code has cancelled a call."""

    # Calls

    def call(
        self, task: Callee, args: tuple[Any, ...], kwargs: dict[str, Any], key: str | None, skip: int
    ) -> SyncFuture[Any]:
        run = self.run
        if not self.is_here():
            raise elsewhere(task.name)
        digest = task.digest(args, kwargs, skip)
        with run.lock:
            call = run.make(self.scope, task, digest, key)
            if call.state is PARKED:
                raise Suspended
            call.job = Job(task, task.body, args, kwargs, contextvars.copy_context(), self)
            if run.bus is not None and call.replayed:
                run.bus.call_replayed(run, call)
            if call.state is MADE:
                self._release_fresh()
                self.fresh = call
                NUDGER.watch(self)
        return SyncFuture(self, call)

    def is_here(self) -> bool:
        return threading.get_ident() == self.thread

    def _release_fresh(self) -> None:
        fresh, self.fresh = self.fresh, None
        if fresh is not None and fresh.state is MADE:
            self.run.enqueue(fresh)

    def nudge(self) -> bool:
        """Start the held call if it is the one of the last visit."""
        fresh = self.fresh
        if fresh is None or fresh.state is not MADE:
            return False
        if self.seen is not fresh:
            self.seen = fresh
            return True
        with self.run.lock:
            if self.fresh is fresh and self.run.ending is None:
                self._release_fresh()
        return False

    def cancel(self, call: Call) -> bool:
        """Cancel a call; it is recorded when somebody looks (`CON-015`)."""
        job: Job = call.job
        self.cancels += 1
        with self.run.lock:
            if self.scope.release(call):
                job.cancelled = True
                return True
            if call.state in {FINISHED, DELIVERED} or self.scope.suspended:
                return False
            if not job.cancelled:
                job.cancelled = True
                self.run.machine.drop(call)
                self.run.end_pauses()
            return True

    def cancelled_error(self) -> BaseException:
        return concurrent.futures.CancelledError()

    def read(self, outcome: TaskCompleted, job: Job) -> Any:
        try:
            return super().read(outcome, job)
        except (FormatError, ValueEncodingError) as error:  # the code no longer fits its journal: nothing runs after it
            self.run.halt_now(error)
            raise Halted(error) from None

    # Waiting

    def needs(self, call: Call) -> bool:
        return self.waiting and self.wanted in {None, call}

    def wake(self) -> bool:
        if self.cond is None or self not in self.run.parked:
            return False
        self.cond.notify_all()
        return True

    def poll(self) -> None:
        """Deliver the next outcome if there is one."""
        with self.run.lock:
            self.run.check(self.scope)
            self._release_fresh()
            if self.run.machine.outbox and not self.run.committing:
                self.run.commit()
            delivered = self._deliver_next()
        self._call_back(delivered)

    def wait(self, call: Call | None, timeout: float | None = None) -> None:
        """Block until `call` is delivered; without one, until the scope has no open call."""
        if call is None:
            self.wait_until(lambda: self.scope.open == 0, drains=True)
        else:
            self.wait_until(lambda: call.state is DELIVERED, call, timeout)

    def wait_until(
        self,
        done: Callable[[], bool],
        call: Call | None = None,
        timeout: float | None = None,
        *,
        drains: bool = False,
    ) -> None:
        """Block until `done`; `call` is run here if nobody runs it yet."""
        deadline = None if timeout is None else _deadline(timeout)
        run = self.run
        if not self.is_here():
            raise elsewhere(call.name if call else "")
        with run.lock:
            try:
                self.waiting, self.wanted = not drains, call
                self._wait(done, call, deadline)
            finally:
                self.waiting = False
                run.flush()

    def _wait(self, done: Callable[[], bool], call: Call | None, deadline: float | None) -> None:
        """Deliver, run, commit and wait until `done` (locked)."""
        run = self.run
        if call is not None and call.state is DROPPED:
            self._record_cancelled(call)
        while not done():
            run.check(self.scope)
            delivered = self._deliver_next()
            if delivered is not None:
                if delivered in self.callbacks:
                    try:
                        run.lock.release()
                        self._call_back(delivered)
                    finally:
                        take_back(run.lock)
                continue
            if call is not None and call.state is MADE and deadline is None and self._claim(call):
                continue
            self._release_fresh()
            if run.machine.outbox and not run.committing:
                run.commit()
                continue
            if deadline is None and self._release_held(call):
                continue
            self._park(deadline)

    def _release_held(self, call: Call | None) -> bool:
        """Deliver a recorded cancellation after all, where the code waits for nothing else (`CON-022`)."""
        wanted = [held for held in self.scope.held if call is None or held is call]
        for held in wanted:
            self.scope.release(held)
        return bool(wanted)

    def record_cancelled(self, calls: list[Call]) -> None:
        """Record those calls that were cancelled, as somebody waits for them now (`CON-015`)."""
        with self.run.lock:
            for call in calls:
                self._record_cancelled(call)

    def _record_cancelled(self, call: Call) -> None:
        """Record a cancelled call that somebody waits for, before it is seen (`CON-015`)."""
        job: Job = call.job
        if job.cancelled and call.state is DROPPED:
            self.scope.open += 1
            self.scope.solo = None
            call.started_at = call.started_at or self.run.machine.now()
            self.run.record(call, Outcome())

    def _deliver_next(self) -> Call | None:
        if not self.scope.ready or (self.is_task and not self.may_see()):
            return None
        return self.scope.deliver()

    def _call_back(self, delivered: Call | None) -> None:
        if delivered is not None:
            for callback in self.callbacks.pop(delivered, ()):
                callback()

    def _claim(self, call: Call) -> bool:
        """Run the awaited call in this thread, as nobody runs it yet, if the limit allows (`CON-019`).

        Returns whether to look again: it ran, and it is not this thread's turn to commit what came of it.
        """
        run = self.run
        job: Job = call.job
        if not (self.has_slot or run.may_start() or job.task.own_name):
            return False
        if call is self.fresh:
            self.fresh = None
        self._release_fresh()  # what is called beside it runs beside it
        job.depth = self.depth + 1
        if job.depth % _FRESH_STACK_EVERY == 0 or not job.task.runs_in_thread():
            return self._run_elsewhere(call)
        if not self.has_slot:
            run.take_slot()
        slot, self.has_slot = self.has_slot, False
        run.run_here(call)
        self.has_slot = slot
        if not slot:
            run.free_slot()
        return run.ending is not None or run.committing or not run.machine.outbox

    def _run_elsewhere(self, call: Call) -> bool:
        """Run the awaited call on a fresh stack; this thread only waits meanwhile."""
        run = self.run

        def work() -> None:
            with run.lock:
                run.run_here(call)
                run.leave()

        if run.submit(work):
            if self.has_slot:
                self.has_slot = False
                run.active -= 1
            run.join()
            call.state = RUNNING
        return True

    def _park(self, deadline: float | None) -> None:
        """Wait until somebody wakes this host; its place under the limit is free meanwhile."""
        run = self.run
        if self.cond is None:
            self.cond = threading.Condition(run.lock)
        remaining = None if deadline is None else deadline - time.monotonic()
        if remaining is not None and remaining <= 0:
            self.take_slot()
            raise TimeoutError
        is_starved = self.is_starved()
        if self.has_slot:
            self.has_slot = False
            run.active -= 1
        run.resuming += is_starved
        run.busy -= deadline is None  # one that will go on by itself is not blocked
        run.parked[self] = None
        try:
            run.slot_freed()
            run.settle()
            if run.ending is None:
                self.cond.wait(None if remaining is None else min(remaining, threading.TIMEOUT_MAX))
        finally:
            run.parked.pop(self, None)
            run.busy += deadline is None
            run.resuming -= is_starved

    # The code of the scope

    def execute(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> End:
        """Run the scope's code to its end, and wait for all it started (`RUN-030`)."""
        self.enter()
        self.thread = threading.get_ident()
        end = End()
        try:
            end.value = func(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - the caller sorts it
            end.error = unwrapped(error)
        self.finish(end)
        return end

    def finish(self, end: End) -> None:
        """Wait for all that the scope's code started: it has come to this end."""
        if self.scope.calls:
            self._drain(end)
        self.is_over = True
        if not isinstance(end.error, Signal) and not self.scope.suspended:
            self.run.machine.close_scope(self.scope)

    def _drain(self, end: End) -> None:
        self.drained_from = len(self.scope.failures)
        error = end.error
        if error is not None and not isinstance(error, Exception | Signal):
            with self.run.lock:
                self.run.halt(error)
        try:
            self.wait(None)
        except Signal as signal:
            if isinstance(signal, Halted) or end.error is None:
                end.error = signal
        if end.error is None:
            end.error = self.unobserved_failure()


def execute_in_thread(run: Run, call: Call, job: Job) -> tuple[End, SyncHost | None]:
    """Run the function of a call in this thread to its end; there is no host where it never asked for its run."""
    place = Place(call, _open, run)
    end = End()
    try:
        end.value = job.func(*job.args, **job.kwargs)
    except BaseException as error:  # noqa: BLE001 - the caller sorts it
        end.error = unwrapped(error)
    if end.error is not None or run.machine.knows(call.path):  # what a recorded scope did not ask for is orphaned
        place.open()
    host = place.leave()
    if host is not None:
        host.finish(end)
    return end, host


def _deadline(timeout: object) -> float:
    if not is_number(timeout, -math.inf, math.inf):
        raise UsageError("timeout= is no number of seconds", hint="leave it out to wait for as long as it takes")
    return time.monotonic() + min(max(timeout, 0), threading.TIMEOUT_MAX)


def _open(place: Place[SyncHost], call: Call) -> SyncHost:
    job: Job = call.job
    run = job.host.run
    host = SyncHost(run, run.machine.open_call(call), is_task=True, depth=job.depth)
    host.thread = place.thread
    return host
