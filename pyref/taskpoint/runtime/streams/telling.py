"""Telling watchers what happens in a run, without letting any of them touch it (`WCH-008`, `WCH-009`)."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import logging
from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from typing import Any, Final

from taskpoint.runtime.execution.host import leave
from taskpoint.runtime.process.mailbox import Mailbox, mailbox_of
from taskpoint.watching import events as told
from taskpoint.watching.base import EVERYWHERE, Watcher

__all__ = ("Telling", "tellings", "until_told", "until_told_on_loop")

_LOGGER = logging.getLogger("taskpoint")
_MOST: Final = 100_000
"""A watcher that is behind by more events than this is not waited for any more."""
_PATIENCE: Final = 5.0
"""For how many seconds the end of a run waits for its watchers."""
_KINDS: Final = (
    told.RunBegan,
    told.CallBegan,
    told.CallReplayed,
    told.CallRetried,
    told.CallEnded,
    told.RunEnded,
)
_FIELDS: Final = {kind: tuple(field.name for field in fields(kind)) for kind in _KINDS}

_IS_TOLD: contextvars.ContextVar[bool] = contextvars.ContextVar("taskpoint_is_told", default=False)
"""Whether this is the code of a watcher: the runs that it begins are told to nobody, or there would be no end."""


def public(event: told.Event) -> told.Event | None:
    """Return what a watcher is told of an event of the runtime's: all of it but what it has for streams (`WCH-010`)."""
    for kind, names in _FIELDS.items():
        if isinstance(event, kind):
            return event if type(event) is kind else kind(*[getattr(event, name) for name in names])
    return None


class Telling:
    """Tells one watcher the events of one use of an entrypoint, as long as it does not fail (`WCH-008`)."""

    __slots__ = ("_enter", "_mailbox", "_works")

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._enter: Callable[[Any], object] | None = getattr(mailbox.watcher, "enter", None)
        self._works = True

    def enter(self, event: told.Event, inside: Callable[[Callable[[], object]], object]) -> None:
        """Let the watcher prepare the context that code is about to run in (`WCH-011`)."""
        if self._enter is not None and self._works:
            try:
                inside(partial(self._enter, event))
            except Exception as error:  # noqa: BLE001 - whatever it was, the run has nothing to do with it
                self._give_up(error)

    def post(self, event: told.Event, context: contextvars.Context) -> None:
        """Have the watcher called with an event, soon, in a copy of a context."""
        if not self._works:
            return
        if len(self._mailbox) >= _MOST:
            self._works = False
            _LOGGER.warning("a watcher is %d events behind, and hears nothing more of this run", _MOST)
            return
        self._mailbox.put(partial(self._tell, event, context.copy()))

    def _tell(self, event: told.Event, context: contextvars.Context) -> None:
        if self._works:
            try:
                context.run(self._call, event)
            except BaseException as error:  # noqa: BLE001 - the thread is not the watcher's to end
                self._give_up(error)

    def _call(self, event: told.Event) -> None:
        leave()  # it stands outside of the run that it is told of
        _IS_TOLD.set(True)
        self._mailbox.watcher(event)

    def _give_up(self, error: BaseException) -> None:
        self._works = False
        name = type(error).__name__
        _LOGGER.warning("a watcher failed with %s, and hears nothing more of this run", name, exc_info=error)

    def told(self) -> tuple[Mailbox, concurrent.futures.Future[None]]:
        """Return the mailbox, and what is done when the watcher has heard all that there is until now."""
        done: concurrent.futures.Future[None] = concurrent.futures.Future()
        if self._mailbox.is_late:
            done.set_result(None)
        else:
            self._mailbox.put(partial(done.set_result, None))
        return self._mailbox, done


def tellings(*given: Sequence[Watcher]) -> list[Telling]:
    """Return what tells those watchers of a run that begins here, and those of all runs; each of them once."""
    if _IS_TOLD.get():
        return []
    found = {mailbox_of(watcher): None for watchers in (EVERYWHERE, *given) for watcher in tuple(watchers)}
    return [Telling(mailbox) for mailbox in found]


def until_told(tellings: Sequence[Telling]) -> None:
    """Wait until the watchers have heard all, but not for long: the run is over, and only its caller waits."""
    if _IS_TOLD.get():
        return
    waiting = dict(telling.told() for telling in tellings)
    late = concurrent.futures.wait(waiting.values(), _PATIENCE).not_done
    _note_late(waiting, late)


async def until_told_on_loop(tellings: Sequence[Telling]) -> None:
    """Do as `until_told` does, on the running event loop."""
    waiting = dict(telling.told() for telling in tellings)
    futures = {asyncio.wrap_future(done): done for done in waiting.values()}
    if futures:
        _, late = await asyncio.wait(futures, timeout=_PATIENCE)
        _note_late(waiting, {futures[each] for each in late})


def _note_late(
    waiting: dict[Mailbox, concurrent.futures.Future[None]], late: set[concurrent.futures.Future[None]]
) -> None:
    for mailbox, done in waiting.items():
        if done in late:
            mailbox.is_late = True
            _LOGGER.warning("a watcher is slow: the run is over, and it has not heard all of it yet")
