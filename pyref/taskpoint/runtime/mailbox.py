"""What stands between runs and a watcher: a queue that a thread of the pool empties, so that no run ever waits."""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable

from taskpoint.runtime.threads import POOL
from taskpoint.watching.base import Watcher

__all__ = ("Mailbox", "mailbox_of")

_MAILBOXES: weakref.WeakValueDictionary[int, Mailbox] = weakref.WeakValueDictionary()
_LOCK = threading.Lock()


class Mailbox:
    """Has things done for one watcher, one after the other, in a thread that is there only while there are some."""

    def __init__(self, watcher: Watcher) -> None:
        self.watcher = watcher
        self.is_late = False
        """Whether somebody has waited for it in vain, and it has not caught up since."""
        self.reset()

    def reset(self) -> None:
        """Begin with nothing to do."""
        self._lock = threading.Lock()
        self._work: deque[Callable[[], object]] = deque()
        self._is_served = False

    def __len__(self) -> int:
        return len(self._work)

    def put(self, work: Callable[[], object]) -> None:
        """Have something done that does not raise."""
        with self._lock:
            self._work.append(work)
            if self._is_served:
                return
            self._is_served = True
        POOL.submit(self._serve)

    def _serve(self) -> None:
        while True:
            with self._lock:
                if not self._work:
                    self._is_served = self.is_late = False
                    return
                work = self._work.popleft()
            work()
            del work


def mailbox_of(watcher: Watcher) -> Mailbox:
    """Return the one mailbox of a watcher, as long as somebody keeps it: a watcher hears one thing at a time."""
    with _LOCK:
        mailbox = _MAILBOXES.get(id(watcher))
        if mailbox is None:
            mailbox = _MAILBOXES[id(watcher)] = Mailbox(watcher)
        return mailbox


def _after_fork() -> None:
    """Forget, in a forked child, what the parent has to tell: the threads that would are not there."""
    global _LOCK  # noqa: PLW0603 - it may be held by a thread that is not there
    _LOCK = threading.Lock()
    for mailbox in list(_MAILBOXES.values()):
        mailbox.reset()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
