"""A saver of one's own derives `CheckpointSaver`, and the checkers see what is missing or wrong in it.

A line whose error is expected carries an ignore for each checker; an ignore without an error is an error itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, assert_type

from taskpoint import (
    CheckpointSaver,
    Entrypoint,
    InMemorySaver,
    SqliteSaver,
    TaskFuture,
    as_completed,
    entrypoint,
    task,
)
from taskpoint.savers.base import Head, Loaded


class Counting(InMemorySaver):
    """Counts what it is asked for."""

    heads = 0

    def head(self, thread_id: str) -> Head | None:
        """Return the newest checkpoint."""
        self.heads += 1
        return super().head(thread_id)


class Incomplete(CheckpointSaver):
    """Lacks nearly all verbs."""

    def delete(self, thread_id: str) -> None:
        """Delete nothing."""


class Wrong(InMemorySaver):
    """Has verbs of other types."""

    def head(self, thread_id: int) -> Head | None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Take another kind of id."""
        return super().head(str(thread_id))

    def load(self, thread_id: str) -> Loaded | None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Take no checkpoint's id."""
        return super().load(thread_id)


def plain(number: int) -> str:
    """Return its text."""
    return str(number)


def savers() -> None:
    """Any saver fits, and a path does."""
    saver: CheckpointSaver = Counting()
    assert_type(entrypoint("main", plain, checkpointer=saver), Entrypoint[int, str])
    with SqliteSaver(":memory:") as opened:
        assert_type(opened, SqliteSaver)
    Incomplete()  # type: ignore[abstract]  # pyright: ignore[reportAbstractUsage]


@task
def double(number: int) -> int:
    """Return twice the number."""
    return 2 * number


def completed(numbers: Sequence[int]) -> Iterator[int]:
    """Futures keep their type on the way through `as_completed`."""
    for future in as_completed([double(number) for number in numbers]):
        assert_type(future, TaskFuture[int])
        yield future.result()


async def awaited(numbers: Sequence[int]) -> list[int]:
    """Futures keep their type on the way through `as_completed`."""
    return [await future async for future in as_completed([double(number) for number in numbers])]


def observed(future: TaskFuture[int]) -> Any:
    """Return what is known of a future."""
    assert_type(future.done(), bool)
    assert_type(future.cancel(), bool)
    assert_type(future.exception(), BaseException | None)
    return future.value  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType, reportUnknownMemberType]
