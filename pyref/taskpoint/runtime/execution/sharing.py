"""What the runs of one event loop write: in one commit, where several have something to write at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Self, TypeAlias, TypeVar, cast

from taskpoint.errors import SaverError
from taskpoint.runtime.execution.settling import kept_on, settler_of
from taskpoint.runtime.process.staying import see_through, stay
from taskpoint.runtime.writing.writer import Steps, Write, make_each

if TYPE_CHECKING:
    from taskpoint.savers.base import CheckpointSaver

__all__ = ("Sharing", "sharing_of")

T = TypeVar("T")

_Waiting: TypeAlias = "tuple[CheckpointSaver, Write, Callable[[Exception | None], None]]"

_MOST: Final = 32
"""So many writes go into one commit: other processes get their turn."""


class Sharing:
    """Collects what the runs on one loop write until it has settled.

    A run that is alone on its loop waits for nobody: what it writes is written at once.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._settler = settler_of(loop)
        self._runs = 0
        self._waiting: list[_Waiting] = []

    def __enter__(self) -> Self:
        """Count a run that is under way on the loop."""
        self._runs += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._runs -= 1

    @property
    def has_company(self) -> bool:
        """Whether a run had better wait for what others write."""
        return self._runs > 1

    def add(self, saver: CheckpointSaver, write: Write, then: Callable[[Exception | None], None]) -> None:
        """Make a write when the loop has settled; `then` is told the error, which `Write.judge` has not seen yet."""
        self._waiting.append((saver, write, then))
        self._settler.request_last(self._write)

    async def go(self, saver: CheckpointSaver | None, steps: Steps[T]) -> tuple[T, BaseException | None]:
        """Go through steps, wherever their writes are best made; a cancellation meanwhile is handed back."""
        if saver is not None and not saver.commits_on_loop:
            return await stay(make_each, steps)
        if saver is None or not self.has_company:
            return make_each(steps), None
        stopped: list[BaseException] = []
        try:
            write = next(steps)
            while True:
                error = await self._made(saver, write, stopped.append)
                try:
                    if error is not None:
                        write.judge(error)
                except BaseException as judged:  # noqa: BLE001 - the steps know what it means
                    write = steps.throw(judged)
                else:
                    write = next(steps)
        except StopIteration as done:
            return cast("T", done.value), stopped[0] if stopped else None
        finally:
            steps.close()  # where the loop is gone

    async def _made(
        self, saver: CheckpointSaver, write: Write, stop: Callable[[BaseException], None]
    ) -> Exception | None:
        made: asyncio.Future[Exception | None] = self._loop.create_future()
        self.add(saver, write, made.set_result)
        try:
            return await see_through(made, stop)
        except GeneratorExit:  # the loop is gone: nobody goes on with what was begun, if it was
            write.give_up()
            self._waiting = [other for other in self._waiting if other[1] is not write]
            raise

    def _write(self) -> None:
        """Make all that waits: the loop has settled. Nobody on it may find a result that is still to be written."""
        try:
            while self._waiting:
                saver = self._waiting[0][0]
                mine = [each for each in self._waiting if each[0] is saver]
                self._commit(saver, mine[:_MOST], mine[_MOST:])
        finally:
            if self._waiting:  # Ctrl-C goes through the loop, as in any callback
                self._settler.request_last(self._write)

    def _commit(self, saver: CheckpointSaver, now: list[_Waiting], later: list[_Waiting]) -> None:
        errors: Sequence[Exception | None] = ()
        try:
            self._waiting = later + [each for each in self._waiting if each[0] is not saver]
            errors = _errors(saver, [write for _, write, _ in now])
        finally:  # where Ctrl-C came, nobody knows: the runs read back
            untold = iter(zip(now, errors or _unknown(now), strict=True))
            try:
                for (_, _, then), error in untold:
                    then(error)
            finally:
                for (_, _, then), error in untold:
                    then(error)


def sharing_of(loop: asyncio.AbstractEventLoop) -> Sharing:
    """Return what the runs on a loop share."""
    return kept_on(loop, Sharing)


def _errors(saver: CheckpointSaver, writes: Sequence[Write]) -> Sequence[Exception | None]:
    """Make writes together and return the error of each."""
    try:
        errors = saver.together([write.verb for write in writes])
    except Exception as error:  # noqa: BLE001 - it is a saver's own: each run reads back
        return _unknown(writes, error)
    return errors if len(errors) == len(writes) else _unknown(writes)


def _unknown(writes: Sequence[object], cause: Exception | None = None) -> Sequence[Exception]:
    """Return an error for each of several writes of which nobody can tell more."""
    committed = cause.committed if isinstance(cause, SaverError) else None
    errors = [SaverError("a commit of several runs was broken off", committed=committed) for _ in writes]
    for error in errors:
        error.__cause__ = cause
    return errors
