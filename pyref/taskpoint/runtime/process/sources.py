"""Where times, ids and chance come from: the only place that reads the clock, makes entropy and lets time pass."""

from __future__ import annotations

import asyncio
import contextvars
import datetime as dt
import os
import random
import threading
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ("SYSTEM", "Sources", "current", "moment_of", "timestamp", "using")


_END = dt.datetime.max.replace(microsecond=0, tzinfo=dt.UTC).timestamp()


def moment_of(seconds: float) -> dt.datetime:
    """Return the time so many seconds after the epoch: the end of the year 9999 where it has no date."""
    return dt.datetime.fromtimestamp(min(seconds, _END), dt.UTC)


def timestamp(moment: dt.datetime) -> str:
    """Write an aware UTC datetime as journals have it: RFC 3339 with microseconds and ``Z``."""
    return f"{moment.isoformat(timespec='microseconds')[:26]}Z"


_second: tuple[str, str] = ("", "")
"""The last second and its text, which takes longer to write than all the rest of a time."""


def _now() -> str:
    global _second  # noqa: PLW0603 - replaced whole: whichever thread comes last, the two belong together
    digits = str(time.time_ns())  # cut as text: formatting a number takes longer
    seconds, micros = digits[:-9], digits[-9:-3]
    kept, text = _second
    if kept != seconds:
        text = timestamp(dt.datetime.fromtimestamp(int(seconds), dt.UTC))[:19]
        _second = seconds, text
    return f"{text}.{micros}Z"


_random = random.Random()  # noqa: S311 - ids are names, not secrets; asking the system for each costs more than a task
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)


_VERSION_4 = 0x4000_8000_0000_0000_0000
_CHANCE = ~0xF000_C000_0000_0000_0000


def _new_id() -> str:
    digits = f"{_random.getrandbits(128) & _CHANCE | _VERSION_4:032x}"  # by hand: the class takes four times as long
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _sleep(seconds: float, stop: threading.Event) -> None:
    stop.wait(min(seconds, threading.TIMEOUT_MAX))


@dataclass(frozen=True, slots=True)
class Sources:
    """The clock and the entropy of a run; a test brings its own with `using`."""

    now: Callable[[], str] = _now
    """The time as journals have it."""
    new_id: Callable[[], str] = _new_id
    monotonic: Callable[[], float] = time.monotonic
    """Seconds on a clock that nobody sets, for how long something takes."""
    time: Callable[[], float] = time.time
    """Seconds since the epoch, for what has to outlive the process."""
    random: Callable[[], float] = _random.random
    """A number from 0 up to, but not including, 1."""
    sleep: Callable[[float, threading.Event], None] = _sleep
    """Let seconds pass in this thread, or fewer once the event is set."""
    asleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Let seconds pass on the running event loop."""
    patience: float = 300.0
    """So many seconds at most pass at a time: clocks are set, and machines are sent to sleep."""


SYSTEM = Sources()

_CURRENT: contextvars.ContextVar[Sources] = contextvars.ContextVar("taskpoint_sources", default=SYSTEM)


def current() -> Sources:
    """Return the sources that a run which begins here takes."""
    return _CURRENT.get()


@contextmanager
def using(sources: Sources) -> Generator[Sources]:
    """Let the runs that begin inside take these sources."""
    token = _CURRENT.set(sources)
    try:
        yield sources
    finally:
        _CURRENT.reset(token)
