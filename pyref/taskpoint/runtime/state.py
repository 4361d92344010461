"""Snapshots of threads, as LangGraph shows them (`RUN-021`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from taskpoint import codec
from taskpoint._core.index import Index, Status
from taskpoint._core.journal import Checkpoint, ErrorDocument, TaskCompleted, TaskFailed
from taskpoint.errors import TaskError
from taskpoint.runtime.commands import Interrupt
from taskpoint.runtime.recorded import decode
from taskpoint.runtime.sources import current

if TYPE_CHECKING:
    from taskpoint.runtime.config import RunConfig
    from taskpoint.runtime.stateful import Stateful
    from taskpoint.savers.base import CheckpointSaver, Loaded

__all__ = ("StateSnapshot", "TaskSnapshot", "history", "snapshot", "update")


@dataclass(frozen=True, slots=True)
class TaskSnapshot:
    """One call of an unfinished run; the first is the entrypoint itself, with all pending interrupts."""

    id: str
    name: str
    path: str
    result: Any = None
    error: TaskError | None = None
    interrupts: tuple[Interrupt, ...] = ()


@dataclass(frozen=True, slots=True)
class StateSnapshot:
    """How a thread stood at a checkpoint.

    Attributes:
        values: What the last completed run returned, or the last update set; None where there is neither.
        next: The entrypoint's name while its run is unfinished, else empty.
        config: Addresses this checkpoint.
        metadata: What the run was given.
        created_at: RFC 3339, UTC.
        parent_config: Addresses the checkpoint before; None at the first.
        tasks: The entrypoint and its recorded calls, while the run is unfinished.
        interrupts: All pending interrupts, in the order raised.
        source: How the checkpoint came to be: input, loop, update or fork; None where there is none.
    """

    values: Any
    next: tuple[str, ...]
    config: dict[str, Any]
    metadata: dict[str, Any]
    created_at: str | None
    parent_config: dict[str, Any] | None
    tasks: tuple[TaskSnapshot, ...] = ()
    interrupts: tuple[Interrupt, ...] = ()
    source: str | None = field(default=None)


def _config(thread_id: str, checkpoint_id: str | None) -> dict[str, Any]:
    configurable: dict[str, Any] = {"thread_id": thread_id}
    if checkpoint_id is not None:
        configurable["checkpoint_id"] = checkpoint_id
    return {"configurable": configurable}


def snapshot(saver: CheckpointSaver, config: RunConfig) -> StateSnapshot:
    """Return how a thread stands, or stood at a checkpoint."""
    assert config.thread_id is not None
    loaded = saver.load(config.thread_id, config.checkpoint_id)
    if loaded is None:
        return StateSnapshot(None, (), _config(config.thread_id, None), {}, None, None)
    return _of(saver, loaded)


def history(saver: CheckpointSaver, config: RunConfig, limit: int | None) -> Iterator[StateSnapshot]:
    """Yield a thread's snapshots, newest first; no lock is held between two of them."""
    assert config.thread_id is not None
    for checkpoint in saver.history(config.thread_id, config.checkpoint_id, limit):
        loaded = saver.load(config.thread_id, checkpoint.id)
        if loaded is not None:
            yield _of(saver, loaded)


def _of(saver: CheckpointSaver, loaded: Loaded) -> StateSnapshot:
    checkpoint = loaded.checkpoint
    thread_id = checkpoint.thread_id
    index = Index(loaded.entries)
    unfinished = checkpoint.input is not None and index.status is not Status.COMPLETED
    interrupts = (
        tuple(Interrupt(decode(entry.value, entry.id), entry.id) for entry in index.pending()) if unfinished else ()
    )
    return StateSnapshot(
        values=_values(saver, checkpoint),
        next=(checkpoint.entrypoint_name,) if unfinished else (),
        config=_config(thread_id, checkpoint.id),
        metadata=decode(checkpoint.metadata, "the metadata"),
        created_at=checkpoint.created_at,
        parent_config=_config(thread_id, checkpoint.parent_id) if checkpoint.parent_id else None,
        tasks=_tasks(checkpoint, index, interrupts) if unfinished else (),
        interrupts=interrupts,
        source=checkpoint.source,
    )


def _values(saver: CheckpointSaver, checkpoint: Checkpoint) -> Any:
    if checkpoint.value is None and checkpoint.previous_id is not None:
        loaded = saver.load(checkpoint.thread_id, checkpoint.previous_id)
        if loaded is not None:
            checkpoint = loaded.checkpoint
    return None if checkpoint.value is None else decode(checkpoint.value, "the value of the last run")


def _tasks(checkpoint: Checkpoint, index: Index, interrupts: tuple[Interrupt, ...]) -> tuple[TaskSnapshot, ...]:
    last = index.last_error
    error = last.error if last is not None else None
    rows = [TaskSnapshot(checkpoint.id, checkpoint.entrypoint_name, "", None, _error(error), interrupts)]
    outcomes = sorted((o for scope in index.outcomes.values() for o in scope.values()), key=lambda o: o.seq)
    for outcome in outcomes:
        result = decode(outcome.value, outcome.path) if isinstance(outcome, TaskCompleted) else None
        failure = _error(outcome.error) if isinstance(outcome, TaskFailed) else None
        rows.append(TaskSnapshot(f"{checkpoint.id}:{outcome.path}", outcome.name, outcome.path, result, failure))
    return tuple(rows)


def _error(error: ErrorDocument | None) -> TaskError | None:
    return None if error is None else TaskError(error.message, type=error.type, path=error.path or "")


def update(entrypoint: Stateful, saver: CheckpointSaver, config: RunConfig, values: object) -> dict[str, Any]:
    """Begin an ``update`` checkpoint (`RUN-023`)."""
    assert config.thread_id is not None
    text = codec.encode(values)
    head = saver.head(config.thread_id)
    parent = head.checkpoint if head else None
    sources = current()
    checkpoint = Checkpoint(
        config.thread_id,
        parent.seq + 1 if parent else 0,
        sources.new_id(),
        parent.id if parent else None,
        "update",
        sources.now(),
        config.run_id or sources.new_id(),
        entrypoint.name,
        entrypoint.version,
        value=text,
        metadata=config.metadata,
    )
    saver.begin(checkpoint, checkpoint.parent_id)
    return _config(config.thread_id, checkpoint.id)
