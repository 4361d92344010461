"""The lock of a run, which Ctrl-C takes from nobody."""

from __future__ import annotations

from operator import methodcaller
from threading import RLock
from typing import Final

__all__ = ("RunLock", "take_back")

RunLock = RLock
"""Knows who holds it: a `threading.Condition` of it holds it again after a wait, even one that Ctrl-C has ended.

That of a `threading.Lock` may come back without: Ctrl-C ends the taking, too, and who thinks that it holds the lock
releases it for somebody else.
"""
_is_held: Final = methodcaller("_is_owned")  # what `threading.Condition` asks, too


def take_back(lock: RLock) -> None:
    """Take a lock that the code around releases when it ends; Ctrl-C meanwhile is raised when the lock is held."""
    stopped: BaseException | None = None
    while not _is_held(lock):
        try:
            lock.acquire()
        except BaseException as error:  # noqa: BLE001 - it came before or after: the lock knows
            stopped = error
    if stopped is not None:
        raise stopped
