"""Group commit: writes that arrive while a commit is under way share the next one.

There is no writer thread. Whoever comes first leads and commits its own write at once; whoever comes meanwhile queues.
A leader that is done wakes the first of the queue, which commits everything queued until then in one transaction.
So a lone caller pays for a lock, and sixteen callers pay for two commits instead of sixteen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, Generic, TypeVar

from taskpoint.errors import SaverError
from taskpoint.savers.base import outcome_of

__all__ = ("Group", "together")

C = TypeVar("C")
W = TypeVar("W")
_STOPPED: Final = "the thread that committed for this one was stopped"


class _Ticket(Generic[W]):
    """A queued write: its thread sleeps until it leads, or until another thread has done the write for it."""

    __slots__ = ("error", "leads", "wake", "write")

    def __init__(self, write: W) -> None:
        self.write = write
        self.error: Exception | None = None
        self.leads = False
        self.wake = threading.Lock()
        self.wake.acquire()


def together(
    work: Callable[[C], Sequence[Exception | None]],
    transact: Callable[[Callable[[C], Sequence[Exception | None]]], Sequence[Exception | None]],
    alone: Callable[[W], None],
    writes: Sequence[W],
) -> Sequence[Exception | None]:
    """Do several writes in one transaction and return each one's own error.

    What fails undoes the transaction, and each write is done alone, so that none suffers from another's error. Nobody
    can say what became of a commit that fails; and where no transaction could be begun, none is tried for each.

    Args:
        work: Does all of them, and returns the errors of those that wrote nothing.
        transact: Does work in a transaction.
        alone: Does one of them in a transaction of its own.
        writes: The writes.
    """
    begun = False

    def noted(connection: C) -> Sequence[Exception | None]:
        nonlocal begun
        begun = True
        return work(connection)

    try:
        return transact(noted)
    except SaverError as error:
        if error.committed is None or not begun:
            return [
                SaverError(error.message, committed=error.committed, code=error.code, hint=error.hint) for _ in writes
            ]
    except Exception:  # noqa: BLE001, S110 - whose it is shows when each is done alone
        pass
    return [outcome_of(partial(alone, write)) for write in writes]


class Group(Generic[W]):
    """Lets one thread at a time write, alone or for all that wait.

    Args:
        alone: Does one write, and raises its error.
        together: Does several writes in one transaction and returns an error or None for each.
    """

    def __init__(
        self, alone: Callable[[W], None], together: Callable[[Sequence[W]], Sequence[Exception | None]]
    ) -> None:
        self._alone = alone
        self._together = together
        self.reset()

    def reset(self) -> None:
        """Forget all threads, as the child of a fork must."""
        self._mutex = threading.Lock()
        self._busy = False
        self._queue: list[_Ticket[W]] = []

    def submit(self, write: W) -> None:
        """Do `write`, alone or together with others, and raise its own error."""
        ticket = None
        with self._mutex:
            if self._busy:
                ticket = _Ticket(write)
                self._queue.append(ticket)
            else:
                self._busy = True
        if ticket is None:
            try:
                self._alone(write)
            finally:
                self._hand_over()
        else:
            self._wait(ticket)

    def _wait(self, ticket: _Ticket[W]) -> None:
        try:
            ticket.wake.acquire()
            if ticket.leads:
                self._lead(ticket)
        finally:
            self._leave(ticket)
        if ticket.error is not None:
            raise ticket.error

    def _lead(self, own: _Ticket[W]) -> None:
        with self._mutex:
            tickets, self._queue = [own, *self._queue], []
        if len(tickets) == 1:
            self._alone(own.write)
            return
        errors: Sequence[Exception | None] = ()
        try:
            errors = self._together([ticket.write for ticket in tickets])
        finally:
            for place, ticket in enumerate(tickets):
                ticket.error = errors[place] if errors else SaverError(_STOPPED)
                if ticket is not own:
                    ticket.wake.release()

    def _hand_over(self) -> None:
        with self._mutex:
            if self._queue:
                ticket = self._queue.pop(0)
                ticket.leads = True
                ticket.wake.release()
            else:
                self._busy = False

    def _leave(self, ticket: _Ticket[W]) -> None:
        """Leave the queue or the lead, whichever the ticket has; a signal that ends a wait must not take the turn."""
        with self._mutex:
            if ticket in self._queue:
                self._queue.remove(ticket)
                return
        if ticket.leads:
            self._hand_over()
