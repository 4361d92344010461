"""Watching runs while they go on: log records, a progress display, OpenTelemetry spans, or a function of your own.

::

    from taskpoint.watching import Logs, watch

    watch(Logs())                               # every run of this process
    with watch(Progress()): ...                 # those that begin in the block
    entrypoint(..., watch=Logs())               # the runs of one entrypoint
    main.invoke(..., watch=[Logs(), Spans()])   # one run

Whoever watches changes nothing: a watcher that fails or is slow has no part in the run (`WCH-008`), and no event
carries a payload (`WCH-010`).
"""

from typing import TYPE_CHECKING

from taskpoint.watching.base import Watcher, Watching, watch
from taskpoint.watching.events import (
    CallBegan,
    CallEnded,
    CallReplayed,
    CallRetried,
    Event,
    Failure,
    RunBegan,
    RunEnded,
    RunInfo,
)
from taskpoint.watching.logs import Logs

if TYPE_CHECKING:
    from taskpoint.watching.otel import Spans
    from taskpoint.watching.progress import Progress

__all__ = (
    "CallBegan",
    "CallEnded",
    "CallReplayed",
    "CallRetried",
    "Event",
    "Failure",
    "Logs",
    "Progress",
    "RunBegan",
    "RunEnded",
    "RunInfo",
    "Spans",
    "Watcher",
    "Watching",
    "watch",
)

if not TYPE_CHECKING:  # or the checkers would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Import what needs an extra when it is first asked for."""
        if name == "Spans":
            from taskpoint.watching import otel

            return otel.Spans
        if name == "Progress":
            from taskpoint.watching import progress

            return progress.Progress
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
