"""Running a workflow: in a thread or on an event loop, from the beginning of an attempt to its end."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from taskpoint.errors import UsageError
from taskpoint.runtime.execution.host import End
from taskpoint.runtime.execution.loop_host import LoopHost
from taskpoint.runtime.execution.run import Run
from taskpoint.runtime.execution.run_loop import RunLoop
from taskpoint.runtime.execution.sharing import Sharing, sharing_of
from taskpoint.runtime.execution.sync_host import SyncHost
from taskpoint.runtime.process.staying import beside, see_through, stay
from taskpoint.runtime.runs.attempt import Attempt
from taskpoint.runtime.runs.attempts import Attempts, CachedRun, limited_in_thread, limited_on_loop
from taskpoint.runtime.runs.beginning import begin
from taskpoint.runtime.runs.once import CompletedRun
from taskpoint.runtime.runs.requests import Request
from taskpoint.runtime.runs.stopping import Use
from taskpoint.runtime.streams import streaming as streams
from taskpoint.runtime.streams.events import Bus
from taskpoint.runtime.writing.writer import make_each

if TYPE_CHECKING:
    from taskpoint.runtime.entrypoint import Entrypoint

__all__ = ("ainvoke", "invoke")

Watch = Callable[[Attempt], None]
_UNLIMITED: Final = nullcontext()


def invoke(
    entrypoint: Entrypoint[Any, Any], request: Request, bus: Bus | None = None, watch: Watch | None = None
) -> Any:
    """Run a workflow in this thread; `watch` is shown the run before anything of it runs."""
    if entrypoint.is_async:
        if asyncio._get_running_loop() is not None:  # noqa: SLF001 - the public one raises where there is none
            raise UsageError(
                "an async entrypoint cannot be invoked synchronously below a running event loop",
                code="usage.event_loop",
                hint="await .ainvoke(...) instead",
            )
        return asyncio.run(_run_on_loop(entrypoint, request, bus, watch))
    return _run_in_thread(entrypoint, request, bus, watch)


async def ainvoke(entrypoint: Entrypoint[Any, Any], request: Request, bus: Bus | None = None) -> Any:
    """Run a workflow on the running event loop; a sync one in a thread beside it."""
    if entrypoint.is_async:
        return await _run_on_loop(entrypoint, request, bus)
    return await streams.in_thread(lambda watch: _run_in_thread(entrypoint, request, bus, watch))


def _run_in_thread(
    entrypoint: Entrypoint[Any, Any], request: Request, bus: Bus | None, watch: Watch | None = None
) -> Any:
    if bus is None:
        return _carry_all_in_thread(entrypoint, request, None, watch)
    try:
        return _carry_all_in_thread(entrypoint, request, bus, watch)
    finally:
        bus.until_told()


def _carry_all_in_thread(
    entrypoint: Entrypoint[Any, Any], request: Request, bus: Bus | None, watch: Watch | None
) -> Any:
    """Carry a run to its end, over as many attempts as its policy gives it."""
    attempts = Attempts()
    with Use() as use:
        while True:
            attempt = make_each(begin(entrypoint, request))
            if isinstance(attempt, CompletedRun):
                return _found(attempt, bus)
            attempt.attempts = attempts
            try:
                use.carries(attempt.run)
                return _carry_in_thread(attempt, bus, watch)
            except BaseException as error:
                attempt.let_go(error)  # where it could not even end
                seconds = attempt.delay
                if seconds is None or not isinstance(error, Exception):
                    raise
            attempts.pause_in_thread(attempt.run, seconds)
            request = attempts.further(request, attempt)


def _carry_in_thread(attempt: Attempt, bus: Bus | None, watch: Watch | None) -> Any:
    """Carry an attempt to its end."""
    run, entrypoint = attempt.run, attempt.entrypoint
    run.busy = 1
    context = contextvars.copy_context()
    _tell(bus, attempt, context)
    if watch is not None:
        watch(attempt)
    host = SyncHost(run, run.machine.open_scope(), is_task=False)
    cached = None if entrypoint.policies is None else CachedRun(attempt)
    kept = None if cached is None else cached.get()
    if kept is not None:
        return _shown(attempt, make_each(attempt.close(kept, host)))
    if run.ending is not None:  # stopped before it has begun
        return _shown(attempt, make_each(attempt.close(End(error=run.ending), host)))
    timeout = entrypoint.options.timeout
    with _UNLIMITED if timeout is None else limited_in_thread(run, host.scope, timeout):
        end = context.run(host.execute, entrypoint.body, attempt.arguments, {})
    run.wait_idle()
    ended = make_each(attempt.close(end, host))
    if cached is not None and ended.error is None:
        cached.set()
    return _shown(attempt, ended)


async def _run_on_loop(
    entrypoint: Entrypoint[Any, Any], request: Request, bus: Bus | None, watch: Watch | None = None
) -> Any:
    if bus is None:
        return await _carry_all_on_loop(entrypoint, request, None, watch)
    try:
        value = await _carry_all_on_loop(entrypoint, request, bus, watch)
    except GeneratorExit:  # the event loop is gone
        raise
    except BaseException:
        await bus.until_told_on_loop()
        raise
    await bus.until_told_on_loop()
    return value


async def _carry_all_on_loop(
    entrypoint: Entrypoint[Any, Any], request: Request, bus: Bus | None, watch: Watch | None
) -> Any:
    """Carry a run to its end, over as many attempts as its policy gives it."""
    attempts = Attempts()
    with sharing_of(asyncio.get_running_loop()) as sharing, Use() as use:
        while True:
            attempt, stopped = await sharing.go(entrypoint.checkpointer, begin(entrypoint, request))
            if isinstance(attempt, CompletedRun):
                return _found(attempt, bus)
            attempt.attempts = attempts
            try:
                use.carries(attempt.run)
                return await _carry_on_loop(attempt, bus, watch, stopped, sharing)
            except BaseException as error:
                attempt.let_go(error)  # where it could not even end
                seconds = attempt.delay
                if seconds is None or not isinstance(error, Exception):
                    raise
            await attempts.pause_on_loop(attempt.run, seconds)
            request = attempts.further(request, attempt)


async def _carry_on_loop(
    attempt: Attempt, bus: Bus | None, watch: Watch | None, stopped: BaseException | None, sharing: Sharing
) -> Any:
    """Carry an attempt to its end; `stopped` is what somebody has stopped it with already."""
    run, entrypoint = attempt.run, attempt.entrypoint
    context = contextvars.copy_context()
    _tell(bus, attempt, context)
    if watch is not None:
        watch(attempt)
    cached = None if entrypoint.policies is None else CachedRun(attempt)
    kept = None
    if cached is not None and stopped is None:
        kept, stopped = await stay(cached.get)
    loop = RunLoop(run, asyncio.get_running_loop())
    host = LoopHost(loop, run.machine.open_scope(), is_task=False)
    try:
        if stopped is not None:
            end = End(error=stopped)
        elif kept is not None or run.ending is not None:
            end = kept or End(error=run.ending)
        else:
            timeout = entrypoint.options.timeout
            async with _UNLIMITED if timeout is None else limited_on_loop(run, host.scope, timeout):
                end = await _run_body(attempt, host, context)
        await see_through(loop.finish(), run.halt_or_hurry)
        if run.running or run.committing:
            await _wait_idle(run)
    finally:
        loop.close()
    ended, stopped = await sharing.go(entrypoint.checkpointer, attempt.close(end, host))
    if stopped is not None:
        attempt.delay = None  # who stops a run stops its further attempts, too (POL-032)
        raise stopped
    if cached is not None and kept is None and ended.error is None:
        await stay(cached.set)
    return _shown(attempt, ended)


async def _run_body(attempt: Attempt, host: LoopHost, context: contextvars.Context) -> End:
    """Run the workflow's function as a task of the loop; who cancels the caller stops the run."""
    work = host.execute(attempt.entrypoint.body, attempt.arguments, {})
    body = asyncio.get_running_loop().create_task(work, context=context)

    def stop(error: BaseException) -> None:
        attempt.run.halt_or_hurry(error)  # first: so that what it cancels is no act of the workflow (CON-015)
        body.cancel()

    return await see_through(body, stop)


async def _wait_idle(run: Run) -> None:
    """Wait for the threads of a run, until somebody stops it who has done so before (`STP-004`)."""
    idle = beside(run.wait_idle)
    while not idle.done() and run.hurry is None:
        try:
            await asyncio.wait([idle])
        except asyncio.CancelledError as error:
            run.halt_or_hurry(error)
    if run.hurry is not None:
        raise run.hurry
    idle.result()


def _tell(bus: Bus | None, attempt: Attempt, context: contextvars.Context) -> None:
    """Tell whoever listens that the attempt has begun, and what happens in it from here on."""
    if bus is not None:
        attempt.run.bus = bus
        bus.run_began(attempt, context)


def _found(run: CompletedRun, bus: Bus | None) -> Any:
    """Return the value of a run that was over before; streams show it, and no watcher is told: nothing happens."""
    if bus is not None:
        bus.run_found(run)
    return run.value()


def _shown(attempt: Attempt, ended: End) -> Any:
    """Return what the caller of an attempt gets, or raise it."""
    if ended.error is not None:
        raise ended.error
    return {"__interrupt__": list(attempt.questions())} if attempt.asked else ended.value
