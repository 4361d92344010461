"""The lock of a run, which Ctrl-C takes from nobody."""

from __future__ import annotations

from threading import RLock
from typing import Any

__all__ = ("RunLock", "make_free", "take_back")

RunLock = RLock
"""Knows who holds it: a `threading.Condition` of it holds it again after a wait, even one that Ctrl-C has ended.

That of a `threading.Lock` may come back without: Ctrl-C ends the taking, too, and who thinks that it holds the lock
releases it for somebody else.
"""


def take_back(lock: Any) -> None:  # a RunLock, whose type does not tell that it can say who holds it
    """Take a lock that the code around releases when it ends; Ctrl-C meanwhile is raised when the lock is held."""
    stopped: BaseException | None = None
    while True:
        try:
            if not lock._is_owned():  # noqa: SLF001 - as `threading.Condition` asks
                lock.acquire()
            break
        except BaseException as error:  # noqa: BLE001 - it came before or after: the lock knows
            stopped = error
    if stopped is not None:
        raise stopped


def make_free(lock: Any) -> None:
    """Let nobody hold a lock, in the child of a fork: the thread that held it is not there."""
    lock._at_fork_reinit()  # noqa: SLF001 - as `threading` does with its own
