"""A pause that outlives the process: a call of the library's own, which is over when its time has come (`DRH-010`)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from taskpoint._core.calls import Call
from taskpoint.codec import Carried
from taskpoint.runtime.execution.executed import Executed
from taskpoint.runtime.execution.host import End, Host, Job, current_host
from taskpoint.runtime.execution.loop_host import LoopHost
from taskpoint.runtime.execution.policed import Gate
from taskpoint.runtime.execution.run import NO_INPUT, Run
from taskpoint.runtime.execution.sync_host import SyncHost
from taskpoint.runtime.process.signals import Suspended
from taskpoint.runtime.process.sources import moment_of
from taskpoint.runtime.values.failures import resolver
from taskpoint.runtime.values.forms import UNTYPED

__all__ = ("sleep", "time_of")

_SHORTEST = 1e-6
"""Less is no time: the record has microseconds."""


def time_of(host: Host) -> datetime:
    """Return the recorded time of a scope, now (`DRH-003`)."""
    clock = host.run.sources.time
    moment: datetime = host.remember("$now", lambda: moment_of(clock()))
    return moment


def _remaining(host: Host, seconds: float) -> Callable[[], float]:
    """Return what tells how long there is to sleep; the beginning is recorded, once for all attempts."""
    end, clock = _timestamp(time_of(host)) + seconds, host.run.sources.time
    return lambda: end - clock()


def _timestamp(moment: datetime | Carried) -> float:
    """Return a recorded time as a clock has it: another language may have written more digits than Python holds."""
    if isinstance(moment, Carried):
        moment = datetime.fromisoformat(json.loads(moment.text))
    return moment.timestamp()


class _Sleep(Executed):
    """What the calls of `sleep` are made of, in a thread or on an event loop."""

    name = own_name = "$sleep"
    form = UNTYPED
    policies = None
    identity: object = "$sleep"

    def __init__(self, *, is_async: bool) -> None:
        self.is_async = is_async
        self.body: Callable[..., Any] = _sleep_on_loop if is_async else _never_called
        self.find_exception = resolver(_never_called, ())

    def digest(self, args: tuple[Any, ...], kwargs: Mapping[str, object], skip: int) -> str:  # noqa: ARG002 - a task's
        """Return the digest of no input: a pause may be made longer or shorter (`DRH-012`)."""
        return NO_INPUT

    def execute(self, run: Run, call: Call, job: Job) -> tuple[End, Host]:
        """Sleep in this thread."""
        host = SyncHost(run, run.machine.open_call(call), is_task=True, depth=job.depth)
        return job.context.run(host.execute, partial(_sleep_in_thread, host, call), job.args, {}), host


def _never_called() -> None:
    raise AssertionError


def _sleep_in_thread(host: SyncHost, call: Call, seconds: float) -> None:
    run = host.run
    remaining, stop = _remaining(host, seconds), threading.Event()
    with run.lock:
        run.check(host.scope)
        run.pauses[stop] = call
        run.free_slot()  # it takes no place under the limit (CON-018)
        run.end_pauses()
    try:
        while not stop.is_set() and (left := remaining()) > _SHORTEST:
            run.sources.sleep(min(left, run.sources.patience), stop)
    finally:
        with run.lock:
            del run.pauses[stop]
            if run.limit is None or not _is_task_of(call):
                run.take_slot()
            else:  # its caller goes on with its own code
                Gate(run, host.scope).enter()
    if stop.is_set():
        with run.lock:
            run.check(host.scope)
        raise Suspended  # somebody cancelled it


def _is_task_of(call: Call) -> bool:
    job = call.job
    return isinstance(job, Job) and isinstance(job.host, SyncHost) and job.host.is_task


async def _sleep_on_loop(seconds: float) -> None:
    host = current_host("sleep()")
    assert isinstance(host, LoopHost)
    remaining, sources = _remaining(host, seconds), host.run.sources
    host.leave_slot()
    host.may_go_on = False  # DRH-014
    while (left := remaining()) > _SHORTEST:
        await sources.asleep(min(left, sources.patience))


_IN_THREAD = _Sleep(is_async=False)
_ON_LOOP = _Sleep(is_async=True)


def sleep(host: Host, seconds: float) -> Any:
    """Sleep in a scope and return the future of the call; in a thread it is over."""
    if isinstance(host, LoopHost):
        return host.call(_ON_LOOP, (seconds,), {}, None, 0)
    future = host.call(_IN_THREAD, (seconds,), {}, None, 0)
    future.result()
    return future
