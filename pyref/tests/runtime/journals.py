"""What a thread has recorded, as tests read it."""

from __future__ import annotations

from typing import Any

from taskpoint import CheckpointSaver


def entries(saver: CheckpointSaver, thread_id: str, kind: str = "") -> list[Any]:
    """All entries of a thread, oldest first."""
    checkpoints = reversed(saver.history(thread_id))
    found: list[Any] = [entry for cp in checkpoints for entry in saver.load(thread_id, cp.id).entries]
    return [entry for entry in found if entry.kind.startswith(kind)]


def _newest(saver: CheckpointSaver, thread_id: str) -> list[Any]:
    """The entries of a thread's newest run."""
    loaded = saver.load(thread_id)
    if not loaded.entries and loaded.checkpoint.parent_id is not None:
        loaded = saver.load(thread_id, loaded.checkpoint.parent_id)
    return [*loaded.entries]


def outcomes(saver: CheckpointSaver, thread_id: str) -> list[Any]:
    """The outcomes of a thread's newest run."""
    return [entry for entry in _newest(saver, thread_id) if hasattr(entry, "path")]


def kinds(saver: CheckpointSaver, thread_id: str) -> list[str]:
    """What a thread's newest run recorded: the paths of outcomes, and the kinds of the rest."""
    return [getattr(entry, "path", entry.kind) for entry in _newest(saver, thread_id)]


def paths(saver: CheckpointSaver, thread_id: str) -> list[str]:
    """The paths of the outcomes of a thread's newest run."""
    return [entry.path for entry in outcomes(saver, thread_id)]
