"""A call under policies: its executions one after the other, in a thread. `policed_loop` does the same on a loop."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from taskpoint._core.calls import RUNNING, Call, Outcome, Scope
from taskpoint._core.execution import Execution
from taskpoint.runtime.definitions.caching import CachedResult, namespace_of
from taskpoint.runtime.execution.host import End, Host, Job
from taskpoint.runtime.execution.timeouts import Deadline, watched
from taskpoint.runtime.process.threads import POOL
from taskpoint.runtime.values.failures import describe

if TYPE_CHECKING:
    from taskpoint.runtime.definitions.policies import Policies
    from taskpoint.runtime.execution.run import Run

__all__ = ("Gate", "Policed", "run_in_thread")


class Policed:
    """What is decided between the executions of one call, the same in a thread as on a loop."""

    def __init__(self, run: Run, call: Call, job: Job) -> None:
        policies = job.task.policies
        assert policies is not None
        self.run = run
        self.call = call
        self.job = job
        self.policies: Policies = policies
        self._context = job.context

    def begin(self) -> Execution:
        """Begin an execution (locked)."""
        timeout = self.policies.timeout
        execution = Execution(
            self.call.scope.execution,
            keeps=bool(self.policies.retry),
            clock=watched(timeout, self.run.sources.monotonic),
            auto=timeout is None or timeout.refresh_on == "auto",
        )
        self.call.execution = execution
        self.job.context = self._context.copy()  # what one execution sets, the next does not see
        return execution

    def cached(self) -> CachedResult | None:
        """Return where the result of the call may stand in a cache; None where it does not (`POL-040`)."""
        policy, cache, task, job = self.policies.cache, self.run.cache, self.job.task, self.job
        if policy is None or cache is None:
            return None
        key = policy.key(job.args, job.kwargs, self.call.digest)
        if key is None:
            return None
        return CachedResult(cache, (namespace_of("tasks", task.name, task.form.version), key), policy, task.form)

    @property
    def is_new(self) -> bool:
        """Whether nothing inside the call is recorded, which a result from a cache would leave alone (`POL-040`)."""
        return not self.run.machine.index.knows_inside(self.call.path)

    def hit(self, text: str) -> Outcome:
        """Return the outcome of a call whose result came from a cache: no execution of it was begun (`POL-043`)."""
        self.call.attempts = 0
        return Outcome(text, version=self.job.task.form.version)

    def deadline(self, execution: Execution) -> Deadline | None:
        """Return the time that an execution has, None where it has all."""
        timeout = self.policies.timeout
        return None if timeout is None else Deadline(timeout, execution, self.run.sources.monotonic)

    def give_up(self, execution: Execution, deadline: Deadline) -> None:
        """Fail an execution whose time is up, unless it waits for an answer (`POL-020`, `POL-026`) (locked)."""
        if self.run.ending is not None or self.run.machine.asks_inside(self.call):
            return
        self.job.original = deadline.error(f"the call at {self.call.path}", "task.timeout")
        execution.over = True
        self.run.given_up = True
        self.run.wake_all()

    def timed_out(self) -> Outcome | None:
        """Return the outcome of an execution that was given up; none where the attempt is ending."""
        error = self.job.original
        return None if self.run.ending is not None or error is None else Outcome(error=describe(error, self.call.path))

    def retry_after(self, outcome: Outcome | None) -> float | None:
        """Return after how many seconds to execute again; None where that was the last time (`POL-002`)."""
        if outcome is None or outcome.error is None or not self.policies.retry:
            return None
        try:
            seconds = self.policies.retry_after(self.job.original, self.call.attempts, self.run.sources.random)
        except Exception as error:  # noqa: BLE001 - the policy's own function failed: that is what the call comes to
            self.job.original, outcome.error = error, describe(error, self.call.path)
            return None
        if seconds is not None and self.run.bus is not None:
            self.run.bus.call_retried(self.run, self.call, outcome, seconds)
        return seconds

    def goes_on(self) -> bool:
        """Tell whether the call is still to be executed: nothing has ended or cancelled it meanwhile (locked)."""
        return self.run.ending is None and self.call.state is RUNNING and not self.call.scope.is_over()

    def repeat(self, outcome: Outcome) -> None:
        """Prepare the next execution; all that finished inside is durable (locked)."""
        self.run.machine.repeat(self.call, outcome.rerun)
        self.job.original = None


class Gate:
    """A thread that waits for a place under the limit; like any that waits, it commits when it is told to look."""

    def __init__(self, run: Run, scope: Scope) -> None:
        self.scope = scope
        self._run = run
        self._cond = threading.Condition(run.lock)

    def wake(self) -> None:
        """Look again (locked)."""
        self._cond.notify_all()

    def enter(self) -> None:
        """Wait for a place and take it (locked)."""
        run = self._run
        run.resuming += 1
        run.parked[self] = None
        try:
            while not run.may_start() and run.ending is None:
                if run.machine.outbox and not run.committing:
                    run.commit()
                else:
                    self._cond.wait()
        finally:
            run.parked.pop(self, None)
            run.resuming -= 1
            run.take_slot()


def run_in_thread(run: Run, call: Call, job: Job) -> Outcome | None:
    """Execute a call until its outcome stands; None where it has none in this attempt (not locked)."""
    policed = Policed(run, call, job)
    cached = policed.cached()
    text = cached.get() if cached is not None and policed.is_new else None
    if text is not None:
        return policed.hit(text)
    outcome = _execute_all(policed)
    if cached is not None and outcome is not None and outcome.value is not None:
        cached.set(outcome.value)
    return outcome


def _execute_all(policed: Policed) -> Outcome | None:
    run, call, job = policed.run, policed.call, policed.job
    while True:
        with run.lock:
            execution = policed.begin()
            if run.bus is not None:
                run.bus.call_began(run, call, job.context)
        deadline = policed.deadline(execution)
        if deadline is None:
            end, host = job.task.execute(run, call, job)
            outcome = run.outcome(call, host, end)
        else:
            outcome = _execute_watched(policed, execution, deadline)
        seconds = policed.retry_after(outcome)
        if seconds is None or outcome is None:
            return outcome
        if not _pause(policed, seconds):  # POL-009: it has no outcome, and the next attempt begins again
            return None
        with run.lock:
            run.write_out()
            policed.repeat(outcome)


def _execute_watched(policed: Policed, execution: Execution, deadline: Deadline) -> Outcome | None:
    """Execute the function in another thread, for as long as it may take.

    A thread cannot be stopped: it goes on with what it does, nobody hears of it, and the run waits for it (`POL-024`).
    """
    run, call, job = policed.run, policed.call, policed.job
    finished = threading.Event()
    ends: list[tuple[End, Host | None]] = []
    failures: list[BaseException] = []
    alone = False

    def work() -> None:
        try:
            ends.append(job.task.execute(run, call, job))
        except BaseException as error:  # noqa: BLE001 - it belongs to the thread that waits
            failures.append(error)
        with run.lock:
            finished.set()
            if alone:
                run.leave(has_slot=not ends or getattr(ends[0][1], "has_slot", True))

    POOL.submit(work)
    try:
        while not finished.is_set() and (left := deadline.left()) > 0:
            run.sources.sleep(left, finished)
        with run.lock:
            if not finished.is_set():
                policed.give_up(execution, deadline)
        if not execution.over:
            finished.wait()
    finally:
        with run.lock:
            alone = not finished.is_set()
            if alone:  # both count from here on
                execution.over = True
                run.join()
    if execution.over:
        return policed.timed_out()
    if failures:
        raise failures[0]
    end, host = ends[0]
    return run.outcome(call, host, end)


def _pause(policed: Policed, seconds: float) -> bool:
    """Let the time between two executions pass, without a place under the limit; tell whether to go on (`POL-008`)."""
    run, stop = policed.run, threading.Event()
    with run.lock:
        if not policed.goes_on():
            return False
        run.pauses[stop] = policed.call
        run.free_slot()
    try:
        run.sources.sleep(seconds, stop)
    finally:
        with run.lock:
            run.pauses.pop(stop)
            if run.limit is None:
                run.take_slot()
            else:
                Gate(run, policed.call.scope).enter()
            goes_on = policed.goes_on()
    return goes_on
