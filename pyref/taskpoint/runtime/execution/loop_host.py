"""Scopes on an event loop."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any

from taskpoint._core.calls import DELIVERED, DROPPED, FINISHED, PARKED, SUSPENDED, Call, Outcome, Scope
from taskpoint._core.journal import TaskCompleted
from taskpoint.errors import TaskpointError
from taskpoint.runtime.execution.host import Callee, End, Host, Job, Place, elsewhere
from taskpoint.runtime.execution.loop_future import LoopFuture
from taskpoint.runtime.execution.policed_loop import run_on_loop
from taskpoint.runtime.execution.reached import Reached
from taskpoint.runtime.execution.run_loop import RunLoop
from taskpoint.runtime.process.signals import Halted, Signal, Suspended, unwrapped
from taskpoint.runtime.process.staying import see_through

if TYPE_CHECKING:
    from taskpoint.runtime.execution.run import Run

__all__ = ("LoopHost", "execute_on_private_loop")


class LoopHost(Host):
    """Executes a scope on an event loop."""

    __slots__ = (
        "_counted",
        "_drained",
        "_futures",
        "_is_cut_off",
        "_reached",
        "given_up",
        "loop",
        "may_go_on",
        "task",
    )

    on_loop = True

    def __init__(self, loop: RunLoop, scope: Scope, *, is_task: bool) -> None:
        super().__init__(loop.run, scope, is_task=is_task)
        self.loop = loop
        self.task: asyncio.Task[Any] | None = None
        self.may_go_on = True
        """Whether its own code is to come to an end when the run is stopped."""
        self.given_up = False
        """Whether the scope was cancelled because its execution took too long."""
        self._futures: dict[Call, LoopFuture[Any]] = {}
        self._counted: dict[Callable[..., object], int] | None = {}
        """How many of its calls each `asyncio.gather` waits for; not known any more once one was cancelled."""
        self._drained: asyncio.Future[None] | None = None
        self._reached = Reached(loop)
        self._is_cut_off = False

    # Calls

    def call(
        self, task: Callee, args: tuple[Any, ...], kwargs: dict[str, Any], key: str | None, skip: int
    ) -> LoopFuture[Any]:
        run = self.run
        if not self.is_here():
            raise elsewhere(task.name)
        digest = task.digest(args, kwargs, skip)
        with run.lock:
            call = run.make(self.scope, task, digest, key)
            call.job = Job(task, task.body, args, kwargs, contextvars.copy_context(), self)
            if run.bus is not None and call.replayed:
                run.bus.call_replayed(run, call)
            future: LoopFuture[Any] = LoopFuture(self, call)
            self._futures[call] = future
            if call.state is PARKED:
                if self._reached.is_here():
                    raise Suspended
                self.loop.activate()
                return future
            if call.state is FINISHED:
                self.wake()
            elif task.is_async:
                self.loop.start(call, self)
            else:
                run.enqueue(call)
            self.loop.activate()
        return future

    def is_here(self) -> bool:
        return asyncio._get_running_loop() is self.loop.loop  # noqa: SLF001 - the public one raises where there is none

    def check_interruptible(self) -> None:
        if self.scope.suspended and self._reached.is_here():
            raise Suspended

    def interrupt(self, value: object, schema: object = None) -> object:
        try:
            return super().interrupt(value, schema)
        except Signal:
            self._reached.add(self.task, asyncio.current_task())
            self.loop.look()
            raise

    def follow_suspension(self) -> None:
        """See how far the suspension has come; the loop has settled."""
        if self.drained_from is None:
            self._reached.follow(self.task)

    def _is_leaving(self) -> bool:
        """Tell whether code that the suspension has reached has not come to its end."""
        return self.drained_from is None and self._reached.is_leaving()

    def cut_off(self) -> None:
        """Cancel code that waits for nothing but answers, once; what is on its way out ends by itself (locked)."""
        if self.task is not None and not self._is_cut_off and not self._is_leaving():  # INT-027
            self._is_cut_off = True
            self.loop.loop.call_soon(self.task.cancel)

    def cancel(self, call: Call) -> bool:
        """Cancel a call: recorded at once if somebody waits for it, else when somebody does."""
        self._counted = None
        runner = self.loop.running.get(call)
        with self.run.lock:
            job: Job = call.job
            if self.run.ending is not None or self.scope.suspended or self.scope.is_over():
                # reacting to a suspension is no act of the workflow: the call itself goes on (INT-012)
                self.loop.loop.call_soon(self._let_go, call)
                return True
            if self.scope.release(call):
                job.cancelled = True
                self.wake()
                return True
            if call.state in {FINISHED, DELIVERED} or job.cancelled:
                return call.state not in {FINISHED, DELIVERED}
            job.cancelled = True
            if runner is None or not call.observed:  # else its outcome decides: it may still finish
                self.run.machine.drop(call)
                self.run.end_pauses()
                if call.observed:
                    self._record_cancelled(call)
                self.loop.activate()
        if runner is not None:  # without the lock: it may wait for a call of its own, which is cancelled with it
            self.loop.cancel(call, runner)
        return True

    def _let_go(self, call: Call) -> None:
        """Let whoever waits for a call see a cancellation, and nobody else."""
        future = self._futures.pop(call, None)
        if future is not None:
            self._reached.add(self.task, *future.waiters)
            future.cancel_now()

    def let_all_go(self) -> None:
        """Let whoever waits for a call of this scope see a cancellation: the attempt is over (locked)."""
        futures, self._futures = self._futures, {}
        self._counted = None
        for future in futures.values():
            self._reached.add(self.task, *future.waiters)
            self.loop.loop.call_soon(future.cancel_now)

    def release_held(self) -> bool:
        """Deliver recorded cancellations after all, where no timer of the loop could ask for them (`CON-022`)."""
        if not self.scope.held or getattr(self.loop.loop, "_scheduled", None):
            return False
        for call in list(self.scope.held):
            self.scope.release(call)
        self.wake()
        return True

    def observe(self, call: Call) -> None:
        """Somebody waits for a call: if it was cancelled before, that is recorded now (`CON-015`)."""
        if call.state is DROPPED and call.job.cancelled:
            with self.run.lock:
                self._record_cancelled(call)
                self.loop.activate()
        elif call.state is SUSPENDED or (self.has_slot and self.run.limit is not None):  # it may leave its place
            self.loop.look()

    def _record_cancelled(self, call: Call) -> None:
        self.scope.open += 1
        self.scope.solo = None
        call.started_at = call.started_at or self.run.machine.now()
        self.run.record(call, Outcome())

    def cancelled_error(self) -> BaseException:
        return asyncio.CancelledError()

    # Deliveries

    def wake(self) -> bool:
        self.loop.awake[self] = None
        self.loop.wake()
        return not self.loop.closed

    def give_slot_back(self) -> None:
        """A scope that waits for outcomes leaves its place to others; one that waits for IO keeps it (locked)."""
        if self.has_slot and self.run.limit is not None and self.scope.open and self.is_waiting():
            self.has_slot = False
            self.run.free_slot(on_loop=True)

    def leave_slot(self) -> None:
        """Leave its place for good: what is still to come takes none."""
        with self.run.lock:
            if self.has_slot:
                self.has_slot = False
                self.run.free_slot(on_loop=True)
                self.loop.start_waiting()

    def is_waiting(self) -> bool:
        """Tell whether the scope can do nothing without an outcome."""
        if self.drained_from is not None:
            return self.scope.suspended or self.scope.open > 0
        awaited = any(call.observed for call in self._futures)
        return awaited or (self.scope.suspended and not self._is_leaving())  # INT-028, INT-027

    def deliveries(self, *, idle: bool) -> Generator[Call]:
        """Take the next outcome, and on an idle loop those behind it until one lets code go on (`CON-006`) (locked)."""
        scope = self.scope
        while scope.ready and (not self.is_task or self.may_see()):
            call = scope.deliver()
            yield call
            if not self._is_silent(call) or not idle:
                return

    def count(self, gather: Callable[..., object]) -> None:
        """Note that an `asyncio.gather` waits for one more call."""
        if self._counted is not None:
            self._counted[gather] = self._counted.get(gather, 0) + 1

    def _is_silent(self, call: Call) -> bool:
        """Tell whether nobody waits for this outcome alone."""
        future = self._futures.get(call)
        if future is None or self._counted is None:
            return False
        is_last = False
        for gather in future.counters:
            self._counted[gather] -= 1
            if not self._counted[gather]:
                del self._counted[gather]
                is_last = True
        return not is_last and not future.is_awaited and isinstance(call.outcome, TaskCompleted)

    def deliver(self, call: Call) -> None:
        """Show an outcome to the scope's code, unless one before it could not be read."""
        if isinstance(self.run.ending, Halted):
            return
        future = self._futures.pop(call, None)
        if future is not None and not future.done():
            future.counters = ()  # they know the future: it would be garbage for the collector
            try:
                self._resolve(future, call)
            except TaskpointError as error:
                with self.run.lock:
                    self.run.halt(error)
                future.cancel_now()  # nobody else knows it any more
        if self._drained is not None and self.scope.open == 0 and not self._drained.done():
            self._drained.set_result(None)

    def _resolve(self, future: LoopFuture[Any], call: Call) -> None:
        if isinstance(call.outcome, TaskCompleted):
            future.set_result(self.result_of(call))
            return
        observed = call.observed
        error = self.exception_of(call)
        call.observed = observed
        if isinstance(error, asyncio.CancelledError):
            future.cancel_now()
        else:
            future.set_exception(error)
            future._log_traceback = False  # noqa: SLF001 - an unobserved failure fails the run instead

    # The code of the scope

    async def execute(
        self, func: Callable[..., Coroutine[Any, Any, Any]], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> End:
        """Run the scope's code to its end, and wait for all it started (`RUN-030`)."""
        self.enter()
        if self.task is None:
            self.task = asyncio.current_task()
        self.loop.hosts[self] = None
        end = End()
        try:
            end.value = await func(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - the caller sorts it
            self._note(end, error)
        await self.finish(end)
        return end

    def _note(self, end: End, error: BaseException) -> None:
        """Note what the scope's code has ended with."""
        end.error = unwrapped(error)
        end.is_failure = isinstance(error, asyncio.CancelledError) and not _is_cancelled(self.task)
        if isinstance(error, KeyboardInterrupt | SystemExit) and isinstance(self.run.ending, Halted):
            self.run.hurry = error

    async def finish(self, end: End) -> None:
        """Wait for all that the scope's code started: it has come to this end."""
        try:
            if self.scope.calls or not self.is_task or end.error is not None or self.scope.suspended:
                await self._drain(end)
        finally:
            with self.run.lock:
                self.loop.hosts.pop(self, None)
                self.loop.awake.pop(self, None)
            self.task = None  # whose context knows this host: it would be garbage for the collector
            self.is_over = True
        if not isinstance(end.error, Signal) and not self.scope.suspended:
            self.run.machine.close_scope(self.scope)

    async def _drain(self, end: End) -> None:
        run = self.run
        self.drained_from = len(self.scope.failures)
        if self.scope.is_over():
            return
        if end.error and not isinstance(end.error, Exception | Signal) and not end.is_failure and run.ending is None:
            self._stop_calls(end.error)
        while self._is_in_flight():
            self._drained = self.loop.loop.create_future()
            self.loop.look()
            try:
                await self._drained
            except asyncio.CancelledError as error:
                if self.scope.is_over():
                    break
                if run.ending is None:
                    self._stop_calls(error)
                    end.error = error
        if run.ending is not None and (self.scope.calls or not self.is_task or self.scope.suspended or end.error):
            end.error = run.ending if isinstance(run.ending, Halted) else (end.error or Suspended())
            if isinstance(end.error, asyncio.CancelledError):
                end.error = run.ending
        elif end.error is None:
            end.error = self.unobserved_failure()

    def _is_in_flight(self) -> bool:
        """Tell whether something is still to be awaited before the scope has ended."""
        return self.scope.open > 0 and self.run.ending is None and not self.scope.is_over()

    def _stop_calls(self, error: BaseException) -> None:
        """The scope was cancelled: cancel what it started; the entrypoint's cancellation ends the attempt."""
        run = self.run
        with run.lock:
            if not self.is_task or not isinstance(error, asyncio.CancelledError):
                run.halt(error)
        for call in list(self._futures):
            self.cancel(call)

    def child(self, call: Call) -> LoopHost:
        """Return the host of a call of this scope."""
        host = LoopHost(self.loop, self.run.machine.open_call(call), is_task=True)
        host.task = self.loop.running.get(call)
        return host

    async def run_call(self, call: Call, job: Job) -> None:
        """Run an async call that this scope made, as a task of the loop."""
        if job.task.policies is not None:
            await run_on_loop(self, call, job)
            return
        run = self.run
        loop = self.loop
        place = Place(call, _open, run)
        loop.leaves[place] = None
        outcome: Outcome | None = None
        host: LoopHost | None = None
        try:
            if run.ending is None and not call.scope.is_over():
                end = End()
                try:
                    end.value = await job.func(*job.args, **job.kwargs)
                except BaseException as error:  # noqa: BLE001 - it is sorted later on
                    host = place.open()
                    assert host is not None
                    host._note(end, error)  # noqa: SLF001 - one of its own
                if run.machine.knows(call.path):  # what a recorded scope did not ask for is orphaned
                    place.open()
                host = place.leave()
                if host is not None:
                    await host.finish(end)
                outcome = run.outcome(call, host, end)
        except Signal:
            pass
        except BaseException as error:  # noqa: BLE001 - nobody else would see it
            with run.lock:
                run.halt(error)
        loop.leaves.pop(place, None)
        loop.ended(call, outcome, slot=host is None or host.has_slot)


def _open(place: Place[LoopHost], call: Call) -> LoopHost:
    job: Job = call.job
    parent = job.host
    assert isinstance(parent, LoopHost)
    host = parent.child(call)
    loop = parent.loop
    loop.leaves.pop(place, None)
    loop.hosts[host] = None
    return host


def _is_cancelled(task: asyncio.Task[Any] | None) -> bool:
    """Tell whether somebody asked to cancel a task."""
    return task is not None and bool(task.cancelling())


def execute_on_private_loop(run: Run, scope: Scope, job: Job) -> tuple[End, Host]:
    """Run an async task in this thread, on a loop of its own; inside is a scope like on any loop."""

    def stop(_: BaseException) -> None:
        run.halt_or_hurry(KeyboardInterrupt())  # Ctrl-C cancels a loop's main task: no act of the workflow (CON-015)

    async def main() -> tuple[End, LoopHost]:
        loop = RunLoop(run, asyncio.get_running_loop())
        with run.lock:
            run.busy -= 1  # the loop counts instead of the thread
        host = LoopHost(loop, scope, is_task=True)
        with run.lock:
            run.async_active += 1
        try:
            end = await see_through(host.execute(job.func, job.args, job.kwargs), stop)
            await see_through(loop.finish(), stop)
        finally:
            with run.lock:
                run.busy += 1
                run.async_active -= host.has_slot
                run.active += not host.has_slot
                host.has_slot = True
            loop.close()
        return end, host

    return job.context.run(asyncio.run, main())
