"""A call under policies on an event loop: after each execution it gives its place back, and is started anew."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from taskpoint._core.calls import RUNNING, Call, Outcome
from taskpoint._core.execution import Execution
from taskpoint.runtime.execution.host import Job
from taskpoint.runtime.execution.policed import Policed
from taskpoint.runtime.execution.timeouts import Deadline
from taskpoint.runtime.process.signals import Signal
from taskpoint.runtime.process.staying import beside

if TYPE_CHECKING:
    from taskpoint.runtime.execution.loop_host import LoopHost
    from taskpoint.runtime.execution.run_loop import RunLoop

__all__ = ("run_on_loop",)


async def run_on_loop(parent: LoopHost, call: Call, job: Job) -> None:
    """Execute a call once, as a task of the loop; it ends, or is started again after a while."""
    run, loop = parent.run, parent.loop
    policed = job.policed = job.policed or Policed(run, call, job)
    outcome: Outcome | None = None
    host: LoopHost | None = None
    seconds: float | None = None
    try:
        if run.ending is None and not call.scope.is_over():
            cached = policed.cached()
            asks = cached is not None and call.attempts == 1 and policed.is_new
            text = await beside(cached.get) if cached is not None and asks else None
            if text is not None:
                outcome = policed.hit(text)
            else:
                with run.lock:
                    execution = policed.begin()
                    if run.bus is not None:
                        run.bus.call_began(run, call, None)
                    host = parent.child(call)
                outcome = await _execute(host, policed, execution)
                if cached is not None and outcome is not None and outcome.value is not None:
                    await beside(cached.set, outcome.value)
        seconds = policed.retry_after(outcome)
    except Signal:
        outcome = None
    except asyncio.CancelledError as error:  # while it waited for the cache
        outcome = Outcome() if job.cancelled else None
        if not job.cancelled and not call.scope.is_over():
            with run.lock:
                run.halt(error)
    except BaseException as error:  # noqa: BLE001 - nobody else would see it
        outcome = None
        with run.lock:
            run.halt(error)
    slot = host is None or host.has_slot
    if seconds is None or outcome is None:
        loop.ended(call, outcome, slot=slot)
    else:
        await _start_again(parent, policed, outcome, seconds, slot=slot)


async def _start_again(parent: LoopHost, policed: Policed, outcome: Outcome, seconds: float, *, slot: bool) -> None:
    """Start a call anew after its pause, in which others have its place; or end it, where something has meanwhile."""
    loop, call = parent.loop, policed.call
    loop.leave(slot=slot)
    ended: Outcome | None = None
    try:
        if await _pause(loop, policed, seconds):
            with parent.run.lock:
                policed.repeat(outcome)
                loop.start_again(call, parent)
            return
    except asyncio.CancelledError:
        ended = Outcome() if policed.job.cancelled else None
    loop.ended(call, ended, slot=False)


async def _execute(host: LoopHost, policed: Policed, execution: Execution) -> Outcome | None:
    """Execute the function for as long as it may take; it is cancelled where it takes longer."""
    run, call, job = policed.run, policed.call, policed.job
    deadline = policed.deadline(execution)
    watcher = None
    if deadline is not None:
        watcher = asyncio.ensure_future(_watch(policed, execution, deadline))
    try:
        end = await host.execute(job.func, job.args, job.kwargs)
    finally:
        if watcher is not None:
            watcher.cancel()
    return policed.timed_out() if execution.over else run.outcome(call, host, end)


async def _watch(policed: Policed, execution: Execution, deadline: Deadline) -> None:
    run = policed.run
    while (left := deadline.left()) > 0:
        await run.sources.asleep(left)
    with run.lock:
        policed.give_up(execution, deadline)


async def _pause(loop: RunLoop, policed: Policed, seconds: float) -> bool:
    """Let the time between two executions pass, and what has finished be committed; tell whether to go on."""
    run, call = loop.run, policed.call
    sleeper = asyncio.ensure_future(run.sources.asleep(seconds))
    with run.lock:
        loop.pauses[sleeper] = call
        if not policed.goes_on():
            sleeper.cancel()
    try:
        await asyncio.wait([sleeper])
        while not await loop.has_committed():
            pass
    finally:
        sleeper.cancel()
        with run.lock:
            del loop.pauses[sleeper]
            goes_on = policed.goes_on()
    return goes_on and call.state is RUNNING
