"""Waiting until the code of a run has nothing to do: only then may its next outcome be delivered (`CON-006`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from operator import attrgetter
from typing import TYPE_CHECKING, Final, TypeVar

from taskpoint.runtime.execution.host import run_in

if TYPE_CHECKING:
    from taskpoint.runtime.execution.run import Run

__all__ = ("Settler", "kept_on", "settler_of")

T = TypeVar("T")

_MOST: Final = 200
"""Code that goes round for ever counts as settled after so many rounds of the loop."""
_BLIND: Final = 20
"""So many rounds where the loop does not show its queue (uvloop)."""
_QUIET: Final = 5
"""On a loop that others keep busy a run has settled when it had nothing to do for so many rounds.

More than one, as what it waits for may go through the hands of somebody else who has.
"""


_context_of: Final = attrgetter("_context")  # public from Python 3.12 on, as `Handle.get_context`


class Settler:
    """The one probe of a loop, shared by all runs on it: two probes would see each other for ever."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ready: Collection[asyncio.Handle] | None = getattr(loop, "_ready", None)
        """What the loop is to run, where it shows that."""
        self._most = _BLIND if self._ready is None else _MOST
        self._wanted: dict[Callable[[], None], tuple[Run | None, int, int]] = {}
        """Whom to call, for which run, since which round, and since which round the run has nothing to do."""
        self._last: Callable[[], None] | None = None
        self._last_since = 0
        self._probing = False
        self._round = 0

    def request(self, callback: Callable[[], None], run: Run | None = None) -> None:
        """Call `callback` once, when the run has settled; without one, when the whole loop has."""
        self._wanted.setdefault(callback, (run, self._round, self._round))
        if not self._probing:
            self._start()

    def request_last(self, callback: Callable[[], None]) -> None:
        """Call `callback`, the only one of its kind, once all others that wait for the same moment were called."""
        if self._last is None:
            self._last, self._last_since = callback, self._round
        if not self._probing:
            self._start()

    def is_quiet(self, run: Run) -> bool:
        """Tell whether the loop shows that the code of a run has nothing to do; what goes round for ever has."""
        return self._ready is not None and (not self._ready or run not in self._busy())

    def _busy(self) -> set[Run | None]:
        """Return the runs whose code has something to do: what the loop is to run belongs to them."""
        return {run_in(_context_of(handle)) for handle in tuple(self._ready or ())}

    def _start(self) -> None:
        self._probing = True
        self._loop.call_soon(self._probe)

    def _probe(self) -> None:
        self._round += 1
        wanted, self._wanted = self._wanted, {}
        is_idle = self._ready is not None and not self._ready
        due = list(wanted) if is_idle or not wanted else self._settled(wanted)
        calls = iter(due)
        try:
            for callback in calls:
                callback()
            if self._last is not None and (is_idle or due or self._round - self._last_since >= _QUIET):
                last, self._last = self._last, None
                last()
        finally:  # what they ask for comes after all that they set going: one round of the loop less for each outcome
            for callback in calls:  # Ctrl-C has come in one of them
                self._wanted[callback] = wanted[callback]
            self._probing = False
            if self._wanted or self._last is not None:
                self._start()

    def _settled(self, wanted: dict[Callable[[], None], tuple[Run | None, int, int]]) -> list[Callable[[], None]]:
        """Return who is to be called although the loop has something to do, and let the others wait on."""
        due: list[Callable[[], None]] = []
        busy = None if self._ready is None else self._busy()
        for callback, (run, since, quiet) in wanted.items():
            still = quiet if busy is not None and run is not None and run not in busy else self._round
            if self._round - since > self._most or self._round - still >= _QUIET:
                due.append(callback)
            else:
                self._wanted[callback] = (run, since, still)
        return due


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
