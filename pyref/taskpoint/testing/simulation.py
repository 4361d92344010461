"""Time that passes at once, and chance that repeats itself."""

from __future__ import annotations

import asyncio
import datetime as dt
import heapq
import itertools
import math
import random
import sys
import threading
import uuid
from collections.abc import Generator
from contextlib import contextmanager

from taskpoint._numbers import is_number
from taskpoint.errors import UsageError
from taskpoint.runtime.execution.settling import settler_of
from taskpoint.runtime.process.sources import Sources, moment_of, timestamp, using

__all__ = ("Simulation", "simulated")

_START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Simulation:
    """A clock that stands still until somebody sleeps, and entropy from a seed.

    A sleep ends at once, and the clock jumps to its end. On an event loop sleeps end in the order of their ends, as
    soon as nothing else on the loop can go on; in threads they end in the order in which they begin.
    """

    def __init__(self, seed: int = 0, start: dt.datetime = _START) -> None:
        self._lock = threading.Lock()
        self._time = start.timestamp()
        self._random = random.Random(seed)  # noqa: S311 - it is there to repeat itself
        self._order = itertools.count()
        self._sleeping: dict[asyncio.AbstractEventLoop, list[tuple[float, int, asyncio.Future[None]]]] = {}

    @property
    def now(self) -> dt.datetime:
        """What the clock shows, in UTC."""
        return moment_of(self._time)

    def advance(self, seconds: float) -> None:
        """Let time pass.

        Raises:
            UsageError: It is no number of seconds.
        """
        if not is_number(seconds, -sys.float_info.max):
            raise UsageError("what a clock is to advance by is no number of seconds", hint="pass 60 for a minute")
        with self._lock:
            self._time += seconds

    def sources(self) -> Sources:
        """Return where runs take the clock and entropy from."""
        return Sources(
            now=lambda: timestamp(self.now),
            new_id=self._new_id,
            time=lambda: self._time,
            monotonic=lambda: self._time,
            random=self._chance,
            sleep=self._sleep,
            asleep=self._asleep,
            patience=math.inf,  # nobody sets this clock
        )

    def _new_id(self) -> str:
        with self._lock:
            return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _chance(self) -> float:
        with self._lock:
            return self._random.random()

    def _jump(self, moment: float) -> None:
        with self._lock:
            self._time = max(self._time, moment)

    def _sleep(self, seconds: float, stop: threading.Event) -> None:
        if not stop.is_set():
            self._jump(self._time + seconds)

    async def _asleep(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        sleeping = self._sleeping.setdefault(loop, [])
        heapq.heappush(sleeping, (self._time + seconds, next(self._order), woken))
        settler_of(loop).request(lambda: self._wake_next(loop))
        await woken

    def _wake_next(self, loop: asyncio.AbstractEventLoop) -> None:
        """End the sleep that is due first; the loop has settled."""
        sleeping = self._sleeping.get(loop, [])
        while sleeping:
            moment, _, woken = heapq.heappop(sleeping)
            if not woken.done():
                self._jump(moment)
                woken.set_result(None)
                break
        if sleeping:
            settler_of(loop).request(lambda: self._wake_next(loop))
        else:
            self._sleeping.pop(loop, None)


@contextmanager
def simulated(seed: int = 0, start: dt.datetime = _START) -> Generator[Simulation]:
    """Let the runs that begin inside have a clock that stands still until somebody sleeps, and repeatable ids.

    Args:
        seed: The same seed gives the same ids and the same chance.
        start: What the clock shows at first.

    Example:
        >>> from taskpoint import RetryPolicy, entrypoint, task
        >>> from taskpoint.testing import simulated
        >>> tries = []
        >>> @task(retry_policy=RetryPolicy(initial_interval=60, jitter=False))
        ... def flaky() -> str:
        ...     tries.append(1)
        ...     if len(tries) < 3:
        ...         raise ConnectionError("not yet")
        ...     return "done"
        >>> main = entrypoint("main", lambda _: flaky().result())
        >>> with simulated() as simulation:
        ...     main.invoke(0)
        'done'
        >>> simulation.now.isoformat()
        '2026-01-01T00:03:00+00:00'
    """
    simulation = Simulation(seed, start)
    with using(simulation.sources()):
        yield simulation
