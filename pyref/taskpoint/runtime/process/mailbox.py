"""What stands between runs and a watcher: a queue that a thread of the pool empties, so that no run ever waits."""

from __future__ import annotations

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable

from taskpoint.runtime.process.threads import POOL
from taskpoint.watching.base import Watcher

__all__ = ("Mailbox", "mailbox_of")


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
        try:
            POOL.submit(self._serve)
        except RuntimeError:  # there is no thread to be had: the run has nothing to do with it
            self._is_served = False

    def _serve(self) -> None:
        while True:
            with self._lock:
                if not self._work:
                    self._is_served = self.is_late = False
                    return
                work = self._work.popleft()
            work()
            del work


class _Mailboxes:
    """Knows the one mailbox of each watcher, as long as somebody keeps it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: weakref.WeakValueDictionary[int, Mailbox] = weakref.WeakValueDictionary()

    def of(self, watcher: Watcher) -> Mailbox:
        with self._lock:
            mailbox = self._known.get(id(watcher))  # it keeps its watcher: nobody else has this id
            if mailbox is None:
                mailbox = self._known[id(watcher)] = Mailbox(watcher)
            return mailbox

    def after_fork(self) -> None:
        """Forget, in a forked child, what the parent has to tell: the threads that would are not there."""
        self._lock = threading.Lock()
        for mailbox in list(self._known.values()):
            mailbox.reset()


_MAILBOXES = _Mailboxes()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_MAILBOXES.after_fork)


def mailbox_of(watcher: Watcher) -> Mailbox:
    """Return the one mailbox of a watcher: it hears one thing at a time, however many runs it watches."""
    return _MAILBOXES.of(watcher)
