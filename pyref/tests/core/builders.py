"""Journal entries in one line each, numbered by `journal`."""

from taskpoint._core.journal import (
    ErrorDocument,
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

AT = "2026-01-01T00:00:00Z"
STAMP = (-1, AT, "a1")


def journal(*entries):
    """Number entries as a journal does, behind a `run.started`."""
    numbered = [RunStarted(*STAMP), *entries]
    for seq, entry in enumerate(numbered):
        entry.seq = seq
    return numbered


def _name(path):
    return path.rpartition("/")[2].partition("#")[0].partition("@")[0]


def done(path, digest="d", value="1", alone=True):
    return TaskCompleted(*STAMP, path, _name(path), digest, alone, 1, AT, value)


def failed(path, digest="d", rerun=(), alone=True):
    return TaskFailed(*STAMP, path, _name(path), digest, alone, 1, AT, ErrorDocument("E", "m"), list(rerun))


def cancelled(path, digest="d", alone=True):
    return TaskCancelled(*STAMP, path, _name(path), digest, alone, 1, AT)


def asked(id, digest="d", alone=True):
    return InterruptRaised(*STAMP, id, '"?"', digest, alone)


def answered(id, value='"yes"'):
    return InterruptAnswered(*STAMP, id, value)


def resumed(attempt=2, rerun=()):
    return RunResumed(*STAMP, attempt, list(rerun))


def interrupted(*ids):
    return RunInterrupted(*STAMP, list(ids))


def run_failed(*rerun):
    return RunFailed(*STAMP, ErrorDocument("E", "m"), list(rerun))


def stopped():
    return RunStopped(*STAMP)


def completed(checkpoint_id="c1"):
    return RunCompleted(*STAMP, checkpoint_id)
