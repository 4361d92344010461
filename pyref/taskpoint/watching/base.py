"""Who watches: what a watcher is, and the ones that are told of every run of the process."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, Self, cast

from taskpoint.errors import UsageError
from taskpoint.watching.events import Event

__all__ = ("EVERYWHERE", "Watcher", "Watching", "read_watchers", "watch")


class Watcher(Protocol):
    """Any callable that takes an event: a function, the `append` of a list, an object with `__call__`.

    It is called in a thread of its own, one event after the other, in the context of what it is told of: it sees the
    context variables that the workflow's code sees. It may take its time and may raise: the run goes on, and one that
    raised hears nothing more of that run (`WCH-008`).

    A watcher may also have a method ``enter(event)``. It is told of each `RunBegan` and `CallBegan` **before** the code
    runs, in the code's own context and with the run waiting: there it can set context variables for that code, such as
    the current span, and should do nothing else.
    """

    def __call__(self, event: Event, /) -> object:
        """Take note of an event."""


EVERYWHERE: list[Watcher] = []
"""Who is told of the runs that begin now, whatever entrypoint they belong to."""


class Watching:
    """What `watch` returns: a context manager that ends the watching, and a method that does so at once."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self._watchers = list(watchers)

    def stop(self) -> None:
        """End the watching; runs that have begun are told to their ends."""
        watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            EVERYWHERE.remove(watcher)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def watch(*watchers: Watcher) -> Watching:
    """Tell watchers of all runs of this process that begin from here on, in any thread and on any event loop.

    Args:
        *watchers: Who is told, e.g. `Logs()`, `Progress()`, `Spans()`, or any function that takes an event.

    Returns:
        A context manager: used in a ``with``, the watching ends with the block. Its `stop()` ends it at once. Without
        either it lasts as long as the process.

    Raises:
        UsageError: One of them cannot be called.

    Example:
        >>> from taskpoint import entrypoint, task
        >>> from taskpoint.watching import watch
        >>> @task
        ... def double(n: int) -> int:
        ...     return 2 * n
        >>> @entrypoint
        ... def main(n: int) -> int:
        ...     return double(n).result()
        >>> seen = []
        >>> with watch(seen.append):
        ...     main.invoke(2)
        4
        >>> [type(event).__name__ for event in seen]
        ['RunBegan', 'CallBegan', 'CallEnded', 'RunEnded']
        >>> main.invoke(3, watch=seen.append)  # or one run alone
        6
        >>> len(seen)
        8
    """
    read = read_watchers(watchers)
    EVERYWHERE.extend(read)
    return Watching(read)


def read_watchers(given: object) -> tuple[Watcher, ...]:
    """Read an option `watch=`: a watcher, or several.

    Raises:
        UsageError: One of them cannot be called.
    """
    if given is None:
        return ()
    several = cast("Sequence[Any]", given) if isinstance(given, list | tuple) else (given,)
    for each in several:
        if not callable(each) or isinstance(each, type):
            name = f"the class {each.__name__}" if isinstance(each, type) else f"of type {type(each).__name__}"
            raise UsageError(
                f"watch= is {name}, which cannot be called with an event",
                hint="pass Logs(), Progress(), Spans(), or a function that takes an event",
            )
    return tuple(several)
