"""Log records of the standard library, with structured fields (`WCH-020`)."""

from __future__ import annotations

import logging
from typing import Any, Final

from taskpoint.watching.events import (
    CallBegan,
    CallEnded,
    CallReplayed,
    CallRetried,
    Event,
    Failure,
    RunBegan,
    RunEnded,
    fields_of,
    moment,
)

__all__ = ("Logs",)

_RUN: Final = logging.getLogger("taskpoint.run")
_TASK: Final = logging.getLogger("taskpoint.task")

_RUN_LEVELS: Final = {"failed": logging.ERROR, "stopped": logging.WARNING}
_TASK_LEVELS: Final = {"failed": logging.WARNING}

_Record = tuple[int, str, tuple[Any, ...]]


class Logs:
    """A watcher that writes log records under `taskpoint.run` and `taskpoint.task`.

    | logger | what | level |
    |---|---|---|
    | `taskpoint.run` | began, resumed, completed, interrupted | INFO |
    | | stopped; failed, and tried again | WARNING |
    | | failed | ERROR |
    | `taskpoint.task` | began, replayed | DEBUG |
    | | completed, cancelled | INFO |
    | | tried again, failed | WARNING: the workflow may catch it, and if it does not the run says so |

    Each record has fields of its own, as `extra=` gives them: `event`, `entrypoint`, `thread_id`, `checkpoint_id`,
    `run_id`, `run_attempt`, `attempt_id`, `run_name`, `tags`, and where they apply `task`, `path`, `kind`, `attempt`,
    `attempts`, `outcome`, `cached`, `interrupts`, `delay`, `duration` (both in seconds), `error_type` and `error_code`.
    No field and no text has a payload.

    Args:
        tracebacks: Add the exception itself to records of failures, with its text and its traceback. They may hold
            what the workflow works on, which is why nothing does so unasked.

    Example:
        >>> import logging, sys
        >>> from taskpoint import entrypoint, task
        >>> from taskpoint.watching import Logs
        >>> shown = logging.StreamHandler(sys.stdout)
        >>> shown.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
        >>> logger = logging.getLogger("taskpoint")
        >>> logger.addHandler(shown)
        >>> logger.setLevel(logging.DEBUG)
        >>> @task
        ... def double(n: int) -> int:
        ...     return 2 * n
        >>> @entrypoint
        ... def main(n: int) -> int:
        ...     return double(n).result()
        >>> main.invoke(2, watch=Logs())
        INFO taskpoint.run: main began
        DEBUG taskpoint.task: double#0 began
        INFO taskpoint.task: double#0 completed after ... s
        INFO taskpoint.run: main completed after ... s
        4
        >>> logger.removeHandler(shown)
        >>> logger.setLevel(logging.NOTSET)
    """

    def __init__(self, *, tracebacks: bool = False) -> None:
        self._tracebacks = tracebacks

    def __call__(self, event: Event) -> None:
        """Write the record of an event, if its logger has a use for it."""
        said = _of_run(event) or _of_call(event)
        if said is None:
            return
        level, text, args = said
        logger = _RUN if isinstance(event, RunBegan | RunEnded) else _TASK
        if not logger.isEnabledFor(level):
            return
        failure: Failure | None = getattr(event, "failure", None)
        error = failure.exception if self._tracebacks and failure is not None else None
        shown = None if error is None else (type(error), error, error.__traceback__)
        record = logger.makeRecord(logger.name, level, __file__, 0, text, args, shown, "__call__")
        # by hand: `extra=` refuses a record whose factory has such a field already, and would lose the record
        record.__dict__.update(fields_of(event), event=type(event).__name__)
        record.created = moment(event.at).timestamp()
        record.msecs = (record.created % 1) * 1000
        logger.handle(record)


def _of_run(event: Event) -> _Record | None:
    what, of_what = _place(event, event.run.entrypoint)
    match event:
        case RunBegan(is_resumed=False):
            return logging.INFO, f"{what} began", of_what
        case RunBegan():
            return logging.INFO, f"{what} resumed, attempt %d", (*of_what, event.run.attempt)
        case RunEnded():
            end, how = _end(event)
            if event.delay is not None:
                return logging.WARNING, f"{what} {end}, tried again in %.3f s", (*of_what, *how, event.delay)
            return _RUN_LEVELS.get(event.outcome, logging.INFO), f"{what} {end}", (*of_what, *how)
        case _:
            return None


def _of_call(event: Event) -> _Record | None:
    what, of_what = _place(event, getattr(event, "path", ""))
    match event:
        case CallBegan(attempt=1):
            return logging.DEBUG, f"{what} began", of_what
        case CallBegan():
            return logging.DEBUG, f"{what} began again, attempt %d", (*of_what, event.attempt)
        case CallReplayed():
            return logging.DEBUG, f"{what} replayed", of_what
        case CallRetried():
            text = f"{what} failed with %s in attempt %d, tried again in %.3f s"
            return logging.WARNING, text, (*of_what, event.failure.type, event.attempt, event.delay)
        case CallEnded(cached=True):
            return logging.INFO, f"{what} completed from a cache", of_what
        case CallEnded():
            end, how = _end(event)
            return _TASK_LEVELS.get(event.outcome, logging.INFO), f"{what} {end}", (*of_what, *how)
        case _:
            return None


def _place(event: Event, what: str) -> tuple[str, tuple[str, ...]]:
    thread_id = event.run.thread_id
    return ("%s", (what,)) if thread_id is None else ("%s on thread %s", (what, thread_id))


def _end(event: RunEnded | CallEnded) -> tuple[str, tuple[Any, ...]]:
    if event.failure is not None:
        return f"{event.outcome} with %s after %.3f s", (event.failure.type, event.duration)
    return f"{event.outcome} after %.3f s", (event.duration,)
