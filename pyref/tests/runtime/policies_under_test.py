"""What the tests of policies share: a quick policy, a clock of their own, and what a thread has recorded."""

from __future__ import annotations

import asyncio

from journals import entries

from taskpoint import RetryPolicy
from taskpoint.runtime.process.sources import Sources

QUICK = RetryPolicy(initial_interval=0.001, jitter=False)


class Clock:
    """A clock that stands still but when somebody sleeps."""

    def __init__(self):
        self.now = 1000.0
        self.slept = []

    def sleep(self, seconds, _stop):
        self.slept.append(seconds)
        self.now += seconds

    async def asleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def sources(self, random=lambda: 0.5):
        def now():
            return self.now

        return Sources(time=now, monotonic=now, sleep=self.sleep, asleep=self.asleep, random=random)


def journal(saver, thread="t"):
    return [
        (each.kind, getattr(each, "path", None), getattr(each, "attempts", None)) for each in entries(saver, thread)
    ]
