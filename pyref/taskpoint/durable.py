"""Time, chance and pauses that are the same after a crash: recorded like the results of tasks.

The body of a workflow runs again in every attempt, and what it decides has to come out the same. What a clock or a
random number tells it is therefore recorded before the body sees it. Each function works in entrypoints and in tasks,
sync and async; `now`, `uuid4` and `random` return at once, also in async functions, once the saver has the value.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from taskpoint._numbers import is_number, seconds_in
from taskpoint.errors import UsageError
from taskpoint.runtime import sleeping
from taskpoint.runtime.execution.host import current_host
from taskpoint.runtime.func import TaskFuture

__all__ = ("now", "random", "sleep", "uuid4")

_LONGEST: Final = 1e11
"""Some three thousand years: what ends after the year 9999 has no date."""


def now() -> datetime:
    """Return the time in UTC, the same in every attempt of the run.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).

    Example:
        >>> from taskpoint import Command, InMemorySaver, durable, entrypoint, interrupt
        >>> seen = []
        >>> @entrypoint(checkpointer=InMemorySaver())
        ... def main(n: int) -> str:
        ...     seen.append(durable.now())
        ...     return interrupt("and now?")
        >>> _ = main.invoke(1, thread_id="t")
        >>> main.invoke(Command(resume="later"), thread_id="t")
        'later'
        >>> seen[0] == seen[1], seen[0].utcoffset()
        (True, datetime.timedelta(0))
    """
    return sleeping.time_of(current_host("durable.now()"))


def uuid4() -> UUID:
    """Return a random UUID, the same in every attempt of the run. It is stored, so it is a name and no secret.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).

    Example:
        >>> from taskpoint import durable, entrypoint
        >>> entrypoint("main", lambda n: durable.uuid4().version).invoke(1)
        4
    """
    host = current_host("durable.uuid4()")
    return UUID(host.remember("$uuid4", host.run.sources.new_id))


def random() -> float:
    """Return a number from 0 up to, but not including, 1, the same in every attempt of the run.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``).

    Example:
        >>> from taskpoint import durable, entrypoint
        >>> entrypoint("main", lambda n: 0 <= durable.random() < 1).invoke(1)
        True
    """
    host = current_host("durable.random()")
    return float(host.remember("$random", host.run.sources.random))


def sleep(duration: float | timedelta) -> TaskFuture[None]:
    """Let time pass, also while no process runs: killed and resumed, it sleeps only what is left.

    In a sync function it blocks; in an async one it is to be awaited, and can be cancelled like a call of a task. It
    takes no place under ``max_concurrency``. A run that is stopped does not wait for it.

    Args:
        duration: Seconds, or a `timedelta`, from when the sleep is first begun; nothing below zero.

    Raises:
        UsageError: Outside of a run (code ``usage.outside_run``), or the duration is no number or one
            of more than three thousand years (``usage.option_invalid``).

    Example:
        >>> from taskpoint import durable, entrypoint
        >>> from taskpoint.testing import simulated
        >>> @entrypoint
        ... def remind(days: int) -> str:
        ...     begin = durable.now()
        ...     durable.sleep(days * 86400)
        ...     return str(durable.now() - begin)
        >>> with simulated():
        ...     remind.invoke(3)
        '3 days, 0:00:00'
    """
    future: TaskFuture[None] = sleeping.sleep(current_host("durable.sleep()"), _seconds(duration))
    return future


def _seconds(duration: object) -> float:
    seconds = seconds_in(duration)
    if not is_number(seconds, -_LONGEST, _LONGEST):
        raise UsageError(
            "the duration of a sleep is no number of seconds, or one of more than three thousand years",
            hint="pass seconds, or a timedelta",
        )
    return max(0.0, seconds)
