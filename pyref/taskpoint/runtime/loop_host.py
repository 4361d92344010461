"""Scopes on an event loop: outcomes are taken, committed and delivered when the loop has settled."""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from taskpoint._core.journal import TaskCompleted
from taskpoint._core.machine import Call, Outcome, Scope, State
from taskpoint.errors import ReplayDivergenceError, TaskpointError, UsageError
from taskpoint.runtime.host import End, Host, Job
from taskpoint.runtime.settling import settler_of
from taskpoint.runtime.signals import Halted, Signal, Suspended, unwrapped

if TYPE_CHECKING:
    from taskpoint.runtime.func import TaskFunction
    from taskpoint.runtime.run import Run

__all__ = ("LoopFuture", "LoopHost", "RunLoop", "execute_on_private_loop")

R = TypeVar("R")


class LoopFuture(asyncio.Future[R]):
    """The future of a call made on an event loop: wait with ``await``."""

    def __init__(self, host: LoopHost, call: Call) -> None:
        super().__init__(loop=host.loop.loop)
        self.host = host
        self.call = call

    def __repr__(self) -> str:
        return f"<TaskFuture {self.call.path} {self.call.state.name.lower()}>"

    def __hash__(self) -> int:
        # asyncio.wait returns sets: their order must not change from run to run (CON-006)
        return self.call.ordinal

    def __eq__(self, other: object) -> bool:
        return self is other

    def result(self, timeout: float | None = None) -> R:  # noqa: ARG002 - the same signature as in a thread
        """Return the delivered value, or raise the delivered error; it never blocks the event loop."""
        if not self.done():
            raise UsageError(
                f"the call at {self.call.path} has no outcome yet, and waiting would block the event loop",
                code="usage.blocking_wait",
                hint="await the future instead of calling .result()",
            )
        self.call.observed = True
        return super().result()

    def exception(self, timeout: float | None = None) -> BaseException | None:  # noqa: ARG002
        """Return the delivered error, None where the call has none."""
        self.call.observed = True
        return super().exception()

    def add_done_callback(self, fn: Callable[..., object], *, context: contextvars.Context | None = None) -> None:
        """Call `fn` with this future when the outcome is delivered; so does whatever awaits it."""
        self.call.observed = True
        super().add_done_callback(fn, context=context)
        if not self.done():
            self.host.observe(self.call)

    def cancel(self, msg: object | None = None) -> bool:  # noqa: ARG002 - asyncio's signature
        """Ask to cancel the call; whoever waits sees `asyncio.CancelledError` once that is recorded (`CON-009`)."""
        return not self.done() and self.host.cancel(self.call)

    def cancel_now(self) -> None:
        """Let the waiters see the cancellation."""
        super().cancel()


class RunLoop:
    """One run on one event loop: what its scopes there share."""

    def __init__(self, run: Run, loop: asyncio.AbstractEventLoop) -> None:
        self.run = run
        self.loop = loop
        self.hosts: dict[LoopHost, None] = {}
        self.awake: dict[LoopHost, None] = {}
        self.finished: list[tuple[Call, Outcome | None]] = []
        self.waiting: deque[Call] = deque()
        """Async calls that the limit holds back."""
        self.running: dict[Call, asyncio.Task[None]] = {}
        self.counted = False
        self._settler = settler_of(loop)
        self._unwound = False
        self._starved = False
        with run.lock:
            run.loops.append(self)
            self.activate()

    def activate(self) -> None:
        """Count this loop as one that can go on by itself, and look at it when it has settled (locked)."""
        if not self.counted:
            self.counted = True
            self.run.busy += 1
        self._settler.request(self.settled)

    def wake(self) -> None:
        """Look again, soon; from any thread (locked)."""
        if not self.counted:
            self.counted = True
            self.run.busy += 1
        if asyncio._get_running_loop() is self.loop:  # noqa: SLF001 - the documented one raises where there is none
            self._settler.request(self.settled)
        else:
            self.loop.call_soon_threadsafe(self._settler.request, self.settled)

    @property
    def has_waiting(self) -> bool:
        """Whether the limit holds a call back here."""
        return bool(self.waiting)

    async def finish(self) -> None:
        """Wait until nothing of the run is left on this loop."""
        while self.running:
            await asyncio.wait(list(self.running.values()))

    def close(self) -> None:
        """Leave the run."""
        with self.run.lock:
            for call, outcome in self.finished:  # what still finished after the attempt was given up
                self.run.finish(call, outcome)
            self.run.loops.remove(self)
            self.run.busy -= self.counted
            self.counted = False
            self.run.resuming -= self._starved
            self.run.settle()

    # What happens when the loop has settled

    def settled(self) -> None:
        """Take outcomes, commit, deliver one outcome a scope, and see whether the attempt is over."""
        run = self.run
        with run.lock:
            if self not in run.loops:
                return
            for call, outcome in self.finished:
                run.finish(call, outcome)
            self.finished.clear()
            if isinstance(run.ending, Halted):
                self._unwind()
                return
            if run.machine.outbox and not run.committing:
                self._commit()
            delivered = [(host, host.scope.deliver()) for host in list(self.awake) if host.may_deliver()]
            self._note_starved()
            for host, _ in delivered:
                if host.scope.deliverable() is None:
                    self.awake.pop(host, None)
        for host, call in delivered:
            host.deliver(call)
        with run.lock:
            if delivered or self.finished:
                self.activate()
            elif self.counted:
                self._rest()

    def _rest(self) -> None:
        """Nothing was delivered: the loop is idle if all its scopes wait for outcomes (locked)."""
        run = self.run
        for host in self.hosts:
            host.give_slot_back()
        self.start_waiting()
        if all(host.is_waiting() for host in self.hosts):
            self.counted = False
            run.busy -= 1
            run.settle()
        if run.ending is not None:
            self._unwind()

    def _note_starved(self) -> None:
        """Let hosts that only wait for a place under the limit come before new calls (locked)."""
        starved = not self.run.may_start() and any(host.is_starved() for host in self.awake)
        self.run.resuming += starved - self._starved
        self._starved = starved

    def _unwind(self) -> None:
        """Cancel what the ending attempt leaves on this loop (locked)."""
        if self._unwound:
            return
        self._unwound = True
        ending = self.run.ending
        patient = isinstance(ending, Halted) and isinstance(ending.error, ReplayDivergenceError)
        for host in self.hosts:
            if host.task is not None and not (patient and host.is_task and not host.scope.calls):
                self.loop.call_soon(host.task.cancel)

    def _commit(self) -> None:
        """Commit on the loop where the saver is quick, elsewhere in a thread (locked)."""
        run = self.run
        if run.writer is None or run.writer.saver.commits_on_loop:
            run.commit()
            return
        batch = run.take_batch()
        pending = self.loop.run_in_executor(None, run.write_batch, batch)

        def done(future: asyncio.Future[None]) -> None:
            with run.lock:
                run.end_batch(batch, None if future.cancelled() else future.exception())
                self.activate()

        pending.add_done_callback(done)

    # Calls

    def start(self, call: Call) -> None:
        """Run an async call as a task of this loop, now or when the limit allows (locked)."""
        run = self.run
        if not run.may_start() or run.resuming:
            self.waiting.append(call)
            return
        job = call.job
        assert isinstance(job, Job)
        run.active += 1
        run.async_active += 1
        call.state = State.RUNNING
        call.started_at = run.machine.now()
        self.running[call] = self.loop.create_task(self._execute(call, job), context=job.context)

    def start_waiting(self) -> None:
        """Start what the limit held back (locked)."""
        while self.waiting and self.run.may_start() and not self.run.resuming:
            call = self.waiting.popleft()
            if call.state is State.MADE and self.run.ending is None:
                self.start(call)

    async def _execute(self, call: Call, job: Job) -> None:
        run = self.run
        host = LoopHost(self, run.machine.open_scope(call.path), is_task=True)
        outcome: Outcome | None = None
        try:
            if run.ending is not None:
                raise run.ending
            end = await host.execute(job.func, job.args, job.kwargs)
            outcome = run.outcome(call, host, end)
        except Signal:
            pass
        except BaseException as error:  # noqa: BLE001 - nobody else would see it
            with run.lock:
                run.halt(error)
        with run.lock:
            run.active -= host.has_slot
            run.async_active -= host.has_slot
            self.running.pop(call, None)
            self.finished.append((call, outcome))
            run.slot_freed()
            self.start_waiting()
            self.activate()


class LoopHost(Host):
    """Executes a scope on an event loop."""

    __slots__ = ("_drained", "_futures", "_suspended_in", "has_slot", "is_task", "loop", "task")

    def __init__(self, loop: RunLoop, scope: Scope, *, is_task: bool) -> None:
        super().__init__(loop.run, scope)
        self.loop = loop
        self.is_task = is_task
        self.has_slot = is_task
        self.task: asyncio.Task[Any] | None = None
        self._futures: dict[Call, LoopFuture[Any]] = {}
        self._drained: asyncio.Future[None] | None = None
        self._suspended_in: set[asyncio.Task[Any] | None] = set()

    # Calls

    def call(
        self, task: TaskFunction[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], key: str | None, skip: int
    ) -> LoopFuture[Any]:
        run = self.run
        digest = task.digest(args, kwargs, skip)
        with run.lock:
            call = run.make(self.scope, task, digest, key)
            call.job = Job(task, task.func, args, kwargs, contextvars.copy_context(), self)
            future: LoopFuture[Any] = LoopFuture(self, call)
            self._futures[call] = future
            if call.state is State.PARKED:
                if asyncio.current_task() in self._suspended_in:
                    raise Suspended
                self.loop.activate()
                return future
            if call.state is State.FINISHED:
                self.wake()
            elif task.is_async:
                self.loop.start(call)
            else:
                run.enqueue(call)
            self.loop.activate()
        return future

    def check_interruptible(self) -> None:
        if self.scope.suspended and asyncio.current_task() in self._suspended_in:
            raise Suspended
        self._suspended_in.add(asyncio.current_task())

    def interrupt(self, value: object) -> object:
        try:
            answer = super().interrupt(value)
        except Signal:
            with self.run.lock:
                self.loop.activate()
            raise
        self._suspended_in.discard(asyncio.current_task())
        return answer

    def cancel(self, call: Call) -> bool:
        """Cancel a call: recorded at once if somebody waits for it, else when somebody does."""
        with self.run.lock:
            job = call.job
            assert isinstance(job, Job)
            if self.run.ending is not None or self.scope.suspended:
                # reacting to a suspension is no act of the workflow: the call itself goes on (INT-012)
                self.loop.loop.call_soon(self._let_go, call)
                return True
            if call.state in {State.FINISHED, State.DELIVERED} or job.cancelled:
                return call.state not in {State.FINISHED, State.DELIVERED}
            job.cancelled = True
            runner = self.loop.running.get(call)
            if runner is not None and call.observed:
                runner.cancel()  # its outcome decides: it may still finish
                return True
            self.run.machine.drop(call)
            if runner is not None:
                runner.cancel()
            if call.observed:
                self._record_cancelled(call)
            self.loop.activate()
            return True

    def _let_go(self, call: Call) -> None:
        """Let whoever waits for a call see a cancellation, and nobody else."""
        future = self._futures.pop(call, None)
        if future is not None:
            future.cancel_now()

    def observe(self, call: Call) -> None:
        """Somebody waits for a call: if it was cancelled before, that is recorded now (`CON-009`)."""
        job = call.job
        if call.state is State.DROPPED and isinstance(job, Job) and job.cancelled:
            with self.run.lock:
                self._record_cancelled(call)
                self.loop.activate()

    def _record_cancelled(self, call: Call) -> None:
        self.scope.open += 1
        call.started_at = call.started_at or self.run.machine.now()
        self.run.machine.finish(call, Outcome(), blocked=True)

    def cancelled_error(self) -> BaseException:
        return asyncio.CancelledError()

    # Deliveries

    def is_blocked_on(self, call: Call) -> bool:
        return call.observed  # outcomes are taken when the loop has settled: nothing else runs now

    def wake(self) -> None:
        self.loop.awake[self] = None
        self.loop.wake()

    def may_deliver(self) -> bool:
        """Tell whether the next outcome can be delivered; take the slot that its code needs (locked)."""
        if self.scope.deliverable() is None:
            return False
        if self.is_task and not self.has_slot:
            if not self.run.may_start():
                return False
            self.has_slot = True
            self.run.active += 1
            self.run.async_active += 1
        return True

    def is_starved(self) -> bool:
        """Tell whether only the limit keeps the next outcome away (locked)."""
        return self.is_task and not self.has_slot and self.scope.deliverable() is not None

    def give_slot_back(self) -> None:
        """A scope that waits for outcomes leaves its place to others (locked)."""
        if self.has_slot and self.run.limit is not None and self.scope.open:
            self.has_slot = False
            self.run.active -= 1
            self.run.async_active -= 1
            self.run.slot_freed()

    def is_waiting(self) -> bool:
        """Tell whether the scope can do nothing without an outcome."""
        return self.scope.suspended or self.scope.open > 0

    def deliver(self, call: Call) -> None:
        """Show an outcome to the scope's code."""
        future = self._futures.pop(call, None)
        if future is not None and not future.done():
            try:
                self._resolve(future, call)
            except TaskpointError as error:
                with self.run.lock:
                    self.run.halt(error)
        if self._drained is not None and self.scope.open == 0 and not self._drained.done():
            self._drained.set_result(None)

    def _resolve(self, future: LoopFuture[Any], call: Call) -> None:
        observed = call.observed
        if isinstance(call.outcome, TaskCompleted):
            future.set_result(self.result_of(call))
            return
        error = self.exception_of(call)
        call.observed = observed
        if isinstance(error, asyncio.CancelledError):
            future.cancel_now()
        else:
            future.set_exception(error)
            future._log_traceback = False  # noqa: SLF001 - an unobserved failure fails the run instead  # type: ignore

    # The code of the scope

    async def execute(
        self, func: Callable[..., Coroutine[Any, Any, Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> End:
        """Run the scope's code to its end, and wait for all it started (`RUN-015`)."""
        self.enter()
        self.task = asyncio.current_task()
        self.loop.hosts[self] = None
        end = End()
        try:
            end.value = await func(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - the caller sorts it
            end.error = unwrapped(error)
        try:
            await self._drain(end)
        finally:
            with self.run.lock:
                self.loop.hosts.pop(self, None)
                self.loop.awake.pop(self, None)
        if end.error is None and not self.scope.suspended:
            self.run.machine.close_scope(self.scope)
        return end

    async def _drain(self, end: End) -> None:
        run = self.run
        self.drained_from = len(self.scope.failures)
        if end.error is not None and not isinstance(end.error, Exception | Signal) and run.ending is None:
            self._stop_calls(end.error)
        while self.scope.open and run.ending is None:
            self._drained = self.loop.loop.create_future()
            with run.lock:
                self.loop.activate()
            try:
                await self._drained
            except asyncio.CancelledError as error:
                if run.ending is None:
                    self._stop_calls(error)
                    end.error = error
        if run.ending is not None and (self.scope.calls or not self.is_task or self.scope.suspended or end.error):
            end.error = run.ending if isinstance(run.ending, Halted) else (end.error or Suspended())
            if isinstance(end.error, asyncio.CancelledError):
                end.error = run.ending
        elif end.error is None:
            end.error = self.unobserved_failure()

    def _stop_calls(self, error: BaseException) -> None:
        """The scope was cancelled: cancel what it started; the entrypoint's cancellation ends the attempt."""
        run = self.run
        with run.lock:
            if not self.is_task or not isinstance(error, asyncio.CancelledError):
                run.halt(error)
        for call in list(self._futures):
            self.cancel(call)


def execute_on_private_loop(run: Run, scope: Scope, job: Job) -> tuple[End, Host]:
    """Run an async task in this thread, on a loop of its own; inside is a scope like on any loop."""

    async def main() -> tuple[End, Host]:
        loop = RunLoop(run, asyncio.get_running_loop())
        with run.lock:
            run.busy -= 1  # the loop counts instead of the thread
        host = LoopHost(loop, scope, is_task=True)
        with run.lock:
            run.async_active += 1
        try:
            end = await host.execute(job.func, job.args, job.kwargs)
            await loop.finish()
        finally:
            with run.lock:
                run.busy += 1
                run.async_active -= host.has_slot
                run.active += not host.has_slot
            loop.close()
        return end, host

    return job.context.run(asyncio.run, main())
