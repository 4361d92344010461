"""Whom a run wakes when something has happened."""

from __future__ import annotations

from typing import Protocol

from taskpoint._core.calls import Scope

__all__ = ("Parked", "Pause", "Wakeable")


class Pause(Protocol):
    """Time that is let pass, which can be cut short."""

    def set(self) -> None:
        """Go on now; from any thread."""
        ...


class Parked(Protocol):
    """A thread that waits, and commits when it is told to look."""

    scope: Scope
    """The scope that its code, or its call, belongs to."""

    def wake(self) -> object:
        """Look again, soon."""
        ...


class Wakeable(Protocol):
    """What can be told to look again."""

    @property
    def has_waiting(self) -> bool:
        """Whether the limit holds something back there."""
        ...

    def wake(self) -> object:
        """Look again, soon."""
        ...
