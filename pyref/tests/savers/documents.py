"""Small valid documents, for tests and for the processes that they start."""

from __future__ import annotations

from taskpoint._core.journal import (
    Checkpoint,
    Entry,
    ErrorDocument,
    Holder,
    InterruptAnswered,
    InterruptRaised,
    RunCompleted,
    RunFailed,
    RunInterrupted,
    RunResumed,
    RunStarted,
    RunStopped,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
)
from taskpoint.savers.holders import lease_time

T = "2026-11-21T09:00:00.123456Z"
DIGEST = "ab" * 32


def checkpoint(thread_id, seq=0, source="input", id=None, **members):
    """The seq-th checkpoint of a thread."""
    members.setdefault("input" if source in {"input", "fork"} else "value", "1")
    parent = f"c{seq - 1}" if seq else None
    return Checkpoint(thread_id, seq, f"c{seq}" if id is None else id, parent, source, T, "r", "main", **members)


def started(seq=0, attempt_id="a"):
    return RunStarted(seq, T, attempt_id)


def resumed(seq, attempt_id="b", attempt=2, rerun=()):
    return RunResumed(seq, T, attempt_id, attempt, list(rerun))


def completed(seq, attempt_id="a", value='"done"', path=None):
    return TaskCompleted(seq, T, attempt_id, path or f"fetch#{seq}", "fetch", DIGEST, True, 1, T, value)


def run_completed(seq, checkpoint_id="c1", attempt_id="a"):
    return RunCompleted(seq, T, attempt_id, checkpoint_id)


def stopped(seq, attempt_id="a"):
    return RunStopped(seq, T, attempt_id)


def holder(attempt_id="a", seconds=60.0, host="elsewhere", pid=7):
    return Holder(attempt_id, host, pid, lease_time(seconds))


def every_kind() -> list[Entry]:
    """One entry of each kind, with each optional member at least once there and once not."""
    error = ErrorDocument("Declined", "no\0 'money' ☃", '{"$datetime":"2026-11-21T09:00:00Z"}', "charge#0", True)
    task = ("charge#0", "charge", None, False, 3, T)
    entries: list[Entry] = [
        started(),
        completed(1, value='"with\0nul ☃ and \U0001f600"'),
        TaskFailed(2, T, "a", *task, error, ["charge#0/inner#0"]),
        TaskFailed(3, T, "a", *task, ErrorDocument("Error", ""), []),
        TaskCancelled(4, T, "a", *task),
        InterruptRaised(5, T, "a", "!0", '{"ask":1}', DIGEST, False),
        InterruptRaised(6, T, "a", "fetch#0!1", "null", None, True),
        RunInterrupted(7, T, "a", ["!0", "fetch#0!1"]),
        resumed(8, rerun=["charge#0"]),
        InterruptAnswered(9, T, "b", "!0", "null"),
        RunInterrupted(10, T, "b", ["fetch#0!1"], error),
        RunFailed(11, T, "b", error, ["charge#0"], ["gone#0"]),
        RunFailed(12, T, "b", ErrorDocument("Error", "", "null", None, False), [], []),
        stopped(13, "b"),
        RunCompleted(14, T, "b", "c1", ["gone#0"]),
    ]
    assert [entry.seq for entry in entries] == list(range(len(entries)))
    return entries
