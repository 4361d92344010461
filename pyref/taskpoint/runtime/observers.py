"""Who is told what happens in a run: the one who streams it, and observers installed around or beside it."""

from __future__ import annotations

import contextvars
from collections.abc import Generator
from contextlib import contextmanager

from taskpoint.runtime.events import Bus, Listener

__all__ = ("add", "bus_for", "observing", "remove")

_AROUND: contextvars.ContextVar[tuple[Listener, ...]] = contextvars.ContextVar("taskpoint_observers", default=())
_EVERYWHERE: list[Listener] = []


def add(listener: Listener) -> None:
    """Tell a listener of all runs of this process that begin from here on."""
    _EVERYWHERE.append(listener)


def remove(listener: Listener) -> None:
    """Undo one `add`; runs that have begun are told to the listener to their end."""
    _EVERYWHERE.remove(listener)


@contextmanager
def observing(listener: Listener) -> Generator[None]:
    """Tell a listener of the runs that begin inside."""
    token = _AROUND.set((*_AROUND.get(), listener))
    try:
        yield
    finally:
        _AROUND.reset(token)


def bus_for(reader: Listener | None = None, *, reads_custom: bool = False) -> Bus | None:
    """Return what tells the events of a run that begins here; None where nobody listens."""
    observers = (*_EVERYWHERE, *_AROUND.get())
    if reader is None and not observers:
        return None
    listeners = observers if reader is None else (reader, *observers)
    return Bus(listeners, wants_custom=reads_custom or bool(observers))
