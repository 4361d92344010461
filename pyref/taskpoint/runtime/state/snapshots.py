"""Snapshots of threads, as LangGraph shows them (`RUN-023`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from taskpoint import codec
from taskpoint._core.index import Index
from taskpoint._core.journal import Checkpoint, ErrorDocument, TaskCancelled, TaskCompleted, TaskFailed
from taskpoint.errors import TaskError, UsageError, ValueEncodingError
from taskpoint.runtime.definitions.config import RunConfig, read_config
from taskpoint.runtime.process.sources import current
from taskpoint.runtime.state import forks
from taskpoint.runtime.values.commands import Interrupt, question_of
from taskpoint.runtime.values.forms import Forms
from taskpoint.runtime.values.recorded import decode
from taskpoint.runtime.writing.writer import ask, begin_surely

if TYPE_CHECKING:
    from taskpoint.runtime.state.stateful import Stateful
    from taskpoint.savers.base import CheckpointSaver, Loaded

__all__ = (
    "StateSnapshot",
    "StateUpdate",
    "TaskSnapshot",
    "bulk_update",
    "config_of",
    "history",
    "metadata_of",
    "read_listing",
    "snapshot",
    "step_of",
    "update",
)


@dataclass(frozen=True, slots=True)
class TaskSnapshot:
    """One call of a run; the first is the entrypoint itself, with all pending interrupts."""

    id: str
    name: str
    path: str
    result: Any = None
    error: TaskError | None = None
    interrupts: tuple[Interrupt, ...] = ()
    cancelled: bool = False
    """Whether the call was cancelled: then it has neither a result nor an error (`STA-001`)."""

    @property
    def state(self) -> None:
        """None, for programs from LangGraph: what is called inside a run has no state of its own."""


class StateUpdate(NamedTuple):
    """One value for `bulk_update_state`.

    Attributes:
        values: The value.
        as_node: The entrypoint's own name, or nothing.
    """

    values: Any
    as_node: str | None = None


@dataclass(frozen=True, slots=True)
class StateSnapshot:
    """How a thread stood at a checkpoint.

    Attributes:
        values: What the last completed run returned, or the last update set; None where there is neither.
        next: What `invoke(None, config)` runs: the entrypoint where a run began, else empty.
        config: Addresses this checkpoint.
        metadata: What the run or update was given, with `source`, `step` and `parents`, as LangGraph has them.
        created_at: RFC 3339, UTC.
        parent_config: Addresses the checkpoint that this one follows, or was forked from; None at the first.
        tasks: The entrypoint and its recorded calls, where a run began.
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


def snapshot(forms: Forms, saver: CheckpointSaver, config: RunConfig) -> StateSnapshot:
    """Return how a thread stands, or stood at a checkpoint."""
    thread_id = config.thread_id
    assert thread_id is not None
    loaded = ask(lambda: saver.load(thread_id, config.checkpoint_id))
    if loaded is None:
        return StateSnapshot(None, (), _config(thread_id, None), {}, None, None)
    return _of(forms, saver, loaded, {})


@dataclass(frozen=True, slots=True)
class Listing:
    """Which snapshots of a thread are asked for."""

    filter: Mapping[str, bytes]
    before: str | None
    limit: int | None


def read_listing(filter: object, before: object, limit: object) -> Listing:
    """Read what a history is narrowed down with.

    Raises:
        UsageError: The filter is no dict of values, `before` names no checkpoint, or the limit is no count.
    """
    if filter is not None and not isinstance(filter, Mapping):
        raise UsageError("filter= is not a dict", hint="pass the members that the metadata has to have")
    if limit is not None and (type(limit) is not int or limit < 0):
        raise UsageError("limit= is not a count", hint="pass a number from 0 on, or None for no limit")
    given: Mapping[str, object] = {} if filter is None else cast("Mapping[str, object]", filter)
    try:
        wanted = {name: codec.canonical(value) for name, value in given.items()}
    except ValueEncodingError as error:
        raise UsageError(f"filter= holds what is no value: {error.code}", hint="filter by values only") from None
    earlier = None
    if before is not None:
        if not isinstance(before, Mapping):
            raise UsageError("before= is not a config", hint="pass the config of a snapshot")
        earlier = read_config(cast("Mapping[str, Any]", before)).checkpoint_id
        if earlier is None:
            raise UsageError("before= names no checkpoint", hint="pass the config of a snapshot")
    return Listing(wanted, earlier, limit)


def history(forms: Forms, saver: CheckpointSaver, config: RunConfig, listing: Listing) -> Iterator[StateSnapshot]:
    """Yield a thread's snapshots, newest first; no lock is held between two of them."""
    thread_id, only, limit = config.thread_id, config.checkpoint_id, listing.limit
    assert thread_id is not None
    direct = limit if not listing.filter and only is None else None
    shown = 0
    checkpoints = ask(lambda: saver.history(thread_id, listing.before, direct))
    known = {each.id: each for each in checkpoints}
    for checkpoint in checkpoints:
        if limit is not None and shown >= limit:
            return
        if only not in {None, checkpoint.id} or not _has(checkpoint, listing.filter):
            continue
        loaded = ask(partial(saver.load, thread_id, checkpoint.id))
        if loaded is not None:
            shown += 1
            yield _of(forms, saver, loaded, known)


def _has(checkpoint: Checkpoint, wanted: Mapping[str, bytes]) -> bool:
    """Tell whether the metadata has each of these members, by canonical value (`STA-002`)."""
    if not wanted:
        return True
    metadata = metadata_of(checkpoint)
    return all(name in metadata and codec.canonical(metadata[name]) == text for name, text in wanted.items())


def _of(forms: Forms, saver: CheckpointSaver, loaded: Loaded, known: Mapping[str, Checkpoint]) -> StateSnapshot:
    """Return what a checkpoint shows; `known` are others of its thread that were read already."""
    checkpoint = loaded.checkpoint
    thread_id = checkpoint.thread_id

    def find(id: str | None) -> Checkpoint | None:
        return known.get(id) or _at(saver, thread_id, id) if id is not None else None

    index = Index(loaded.entries)
    begins = checkpoint.input is not None  # RUN-041: also where the run has completed since
    interrupts = tuple(question_of(entry) for entry in index.pending())
    closing = checkpoint if checkpoint.value is not None else find(checkpoint.previous_id)
    result = _value(forms, find(index.closing_id))
    return StateSnapshot(
        values=_value(forms, closing),
        next=(checkpoint.entrypoint_name,) if begins else (),
        config=_config(thread_id, checkpoint.id),
        metadata=metadata_of(checkpoint),
        created_at=checkpoint.created_at,
        parent_config=_config(thread_id, checkpoint.parent_id) if checkpoint.parent_id else None,
        tasks=_tasks(checkpoint, index, interrupts, result) if begins else (),
        interrupts=interrupts,
        source=checkpoint.source,
    )


def step_of(checkpoint: Checkpoint) -> int:
    """Return where a checkpoint stands in its thread, as LangGraph counts: from -1."""
    return checkpoint.seq - 1


def metadata_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return the metadata that is shown: what the caller gave, under what the checkpoint says (`RUN-042`)."""
    given = decode(checkpoint.metadata, "the metadata")
    return {**given, "source": checkpoint.source, "step": step_of(checkpoint), "parents": {}}


def _at(saver: CheckpointSaver, thread_id: str, checkpoint_id: str) -> Checkpoint | None:
    """Return a checkpoint to which another one refers."""
    loaded = ask(lambda: saver.load(thread_id, checkpoint_id))
    return None if loaded is None else loaded.checkpoint


def _value(forms: Forms, checkpoint: Checkpoint | None) -> Any:
    """Return what a run returned, by its declared type; what no longer fits is shown as it was recorded."""
    if checkpoint is None or checkpoint.value is None:
        return None
    form = forms.saved if checkpoint.source == "update" else forms.value
    try:
        return form.read(checkpoint.value, checkpoint.entrypoint_version, "the value of the last run")
    except ValueEncodingError:
        return decode(checkpoint.value, "the value of the last run")


def _tasks(
    checkpoint: Checkpoint, index: Index, interrupts: tuple[Interrupt, ...], value: Any
) -> tuple[TaskSnapshot, ...]:
    last = index.last_error
    error = last.error if last is not None else None
    rows = [TaskSnapshot(checkpoint.id, checkpoint.entrypoint_name, "", value, _error(error), interrupts)]
    outcomes = sorted((o for scope in index.outcomes.values() for o in scope.values()), key=lambda o: o.seq)
    for outcome in outcomes:
        result = decode(outcome.value, outcome.path) if isinstance(outcome, TaskCompleted) else None
        failure = _error(outcome.error) if isinstance(outcome, TaskFailed) else None
        id, cancelled = f"{checkpoint.id}:{outcome.path}", isinstance(outcome, TaskCancelled)
        rows.append(TaskSnapshot(id, outcome.name, outcome.path, result, failure, cancelled=cancelled))
    return tuple(rows)


def _error(error: ErrorDocument | None) -> TaskError | None:
    return None if error is None else TaskError(error.message, type=error.type, path=error.path or "")


def update(
    entrypoint: Stateful, saver: CheckpointSaver, config: RunConfig, values: object, as_node: str | None = None
) -> dict[str, Any]:
    """Begin an ``update`` checkpoint (`RUN-026`)."""
    return bulk_update(entrypoint, saver, config, [[StateUpdate(values, as_node)]])


def _steps(entrypoint: Stateful, supersteps: object) -> list[str]:
    """Return the encoded value of each step of a bulk update (`STA-013`)."""
    if not isinstance(supersteps, list | tuple) or not supersteps:
        raise UsageError("a bulk update has no steps", hint="pass [[StateUpdate(values)], ...]")
    values: list[str] = []
    for step in cast("Sequence[object]", supersteps):
        updates = cast("Sequence[object]", step) if isinstance(step, list) else ()
        if len(updates) != 1 or not isinstance(updates[0], StateUpdate):
            raise UsageError(
                "a step of a bulk update is not a list of one StateUpdate",
                hint="each step sets one value: pass [[StateUpdate(first)], [StateUpdate(second)]]",
            )
        check_node(entrypoint, updates[0].as_node)
        values.append(entrypoint.forms.saved.write(updates[0].values, entrypoint.name)[0])
    return values


def bulk_update(entrypoint: Stateful, saver: CheckpointSaver, config: RunConfig, supersteps: object) -> dict[str, Any]:
    """Begin an ``update`` checkpoint for each step, all or none (`STA-012`)."""
    values = _steps(entrypoint, supersteps)
    assert config.thread_id is not None
    tip = forks.tip_of(saver, config.thread_id)
    parent = tip.id
    if config.checkpoint_id is not None and config.checkpoint_id != tip.id:  # STA-011
        parent = forks.named(saver, config.thread_id, config.checkpoint_id).checkpoint.id
    sources = current()
    run_id = config.run_id or sources.new_id()
    made: list[Checkpoint] = []
    for place, text in enumerate(values):
        checkpoint = Checkpoint(
            config.thread_id,
            tip.seq + place,
            sources.new_id(),
            made[-1].id if made else parent,
            "update",
            sources.now(),
            run_id,
            entrypoint.name,
            entrypoint.version,
            value=text,
            metadata=config.metadata,
        )
        made.append(checkpoint)
    begin_surely(saver, made[-1], tip.id, take_over=tip.is_left, leading=made[:-1])
    return config_of(made[-1])


def check_node(entrypoint: Stateful, as_node: object) -> None:
    """Refuse an update in the name of anything but the entrypoint (`STA-010`)."""
    if as_node not in {None, entrypoint.name}:
        raise UsageError(
            f"as_node={as_node!r} is not the entrypoint {entrypoint.name!r}",
            hint="leave it out: a thread of an entrypoint is updated as the entrypoint",
        )


def config_of(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return the config that addresses a checkpoint."""
    return _config(checkpoint.thread_id, checkpoint.id)
