"""Waiting until an event loop has nothing to run: the moment at which the next outcome may be delivered (`CON-006`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sized
from typing import TypeVar

__all__ = ("Settler", "kept_on", "settler_of")

T = TypeVar("T")

_MAX_HOPS = 200
"""A loop that something else keeps busy counts as settled after so many rounds."""
_BLIND_HOPS = 20
"""So many rounds where the loop does not show its queue (uvloop)."""


class Settler:
    """The one probe of a loop, shared by all runs on it: two probes would see each other for ever."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ready: Sized | None = getattr(loop, "_ready", None)
        """What the loop is to run, where it shows that."""
        self._most = _BLIND_HOPS if self._ready is None else _MAX_HOPS
        self._wanted: dict[Callable[[], None], None] = {}
        self._last: Callable[[], None] | None = None
        self._probing = False
        self._hops = 0

    def request(self, callback: Callable[[], None]) -> None:
        """Call `callback` once, when the loop has settled."""
        self._wanted[callback] = None
        if not self._probing:
            self._start()

    def request_last(self, callback: Callable[[], None]) -> None:
        """Call `callback`, the only one of its kind, once all others that wait for the same moment were called."""
        self._last = callback
        if not self._probing:
            self._start()

    def is_idle(self) -> bool:
        """Tell whether the loop shows that it has nothing to run; what goes round for ever keeps it from that."""
        return self._ready is not None and not self._ready

    def _start(self) -> None:
        self._probing = True
        self._hops = 0
        self._loop.call_soon(self._probe)

    def _probe(self) -> None:
        self._hops += 1
        if self._hops <= self._most and not self.is_idle():
            self._loop.call_soon(self._probe)
            return
        wanted, self._wanted = self._wanted, {}
        try:
            for callback in wanted:
                callback()
            if self._last is not None:
                last, self._last = self._last, None
                last()
        finally:  # what they ask for comes after all that they set going: one round of the loop less for each outcome
            self._probing = False
            if self._wanted or self._last is not None:
                self._start()


def kept_on(loop: asyncio.AbstractEventLoop, kind: Callable[[asyncio.AbstractEventLoop], T]) -> T:
    """Return the one object of a kind that a loop has: it lies on the loop, and goes when the loop goes."""
    name = f"_taskpoint_{kind.__name__}"
    found: T | None = getattr(loop, name, None)
    if found is None:
        found = kind(loop)
        setattr(loop, name, found)
    return found


def settler_of(loop: asyncio.AbstractEventLoop) -> Settler:
    """Return the settler of a loop."""
    return kept_on(loop, Settler)
