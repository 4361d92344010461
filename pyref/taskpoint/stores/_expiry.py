"""Which keys of a store or cache in memory may have expired, without looking at the others."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import TypeAlias

__all__ = ("Expiry",)

_Place: TypeAlias = tuple[tuple[str, ...], str]


class Expiry:
    """A queue of keys by the time at which each has to be looked at; a key stands in it once."""

    def __init__(self) -> None:
        self._queue: list[tuple[float, _Place]] = []
        self._known: set[_Place] = set()

    def watch(self, place: _Place, expires_at: float) -> None:
        """Look at a key then; where it is watched already, at the time known before."""
        if place not in self._known:
            self._known.add(place)
            heapq.heappush(self._queue, (expires_at, place))

    def expired(self, now: float, expires_at: Callable[[_Place], float | None]) -> Iterator[_Place]:
        """Yield the keys that have expired; `expires_at` says when one does, None where it is gone or never will."""
        while self._queue and self._queue[0][0] <= now:
            _, place = heapq.heappop(self._queue)
            self._known.discard(place)
            when = expires_at(place)
            if when is not None and when > now:
                self.watch(place, when)
            elif when is not None:
                yield place
