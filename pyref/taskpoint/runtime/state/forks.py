"""Branches of a thread: a new run that begins with what an older one recorded (`STA-030`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from taskpoint._core.branching import kept_before, unfinished
from taskpoint._core.journal import Checkpoint, Entry
from taskpoint.errors import UsageError
from taskpoint.runtime.definitions.config import RunConfig, check_id
from taskpoint.runtime.process.sources import current
from taskpoint.runtime.writing.writer import ask, begin_surely
from taskpoint.savers.base import CheckpointSaver, Head, Loaded
from taskpoint.savers.holders import is_retired

__all__ = ("Tip", "check_owner", "fork", "forked", "named", "newest_run", "saved_in", "tip_of")


@dataclass(frozen=True, slots=True)
class Tip:
    """Where the next checkpoint of a thread goes."""

    thread_id: str
    head: Head | None

    @property
    def seq(self) -> int:
        """The seq of the next checkpoint (`CKP-002`)."""
        return self.head.checkpoint.seq + 1 if self.head else 0

    @property
    def id(self) -> str | None:
        """The head's id, None on a new thread."""
        return self.head.checkpoint.id if self.head else None

    @property
    def is_left(self) -> bool:
        """Whether an attempt of this process holds the thread that is over and could not say so."""
        return self.head is not None and self.head.holder is not None and is_retired(self.head.holder.attempt_id)


def tip_of(saver: CheckpointSaver, thread_id: str) -> Tip:
    """Return where a thread ends."""
    return Tip(thread_id, ask(lambda: saver.head(thread_id)))


def named(saver: CheckpointSaver, thread_id: str, checkpoint_id: str) -> Loaded:
    """Return the checkpoint that a config names.

    Raises:
        UsageError: The thread has no such checkpoint (`STA-006`).
    """
    loaded = ask(lambda: saver.load(thread_id, checkpoint_id))
    if loaded is None:
        raise UsageError(
            f"the thread {thread_id!r} has no checkpoint {checkpoint_id!r}",
            code="usage.config_invalid",
            hint="get_state_history() lists the checkpoints of a thread",
        )
    return loaded


def saved_in(checkpoint: Checkpoint | None) -> str | None:
    """Return the checkpoint that holds what a thread had saved up to this one (`RUN-018`, `STA-020`)."""
    if checkpoint is None:
        return None
    return checkpoint.id if checkpoint.source in {"loop", "update"} else checkpoint.previous_id


def check_owner(checkpoint: Checkpoint, name: str) -> None:
    """Refuse the journal of another entrypoint (`RUN-039`)."""
    if checkpoint.entrypoint_name != name:
        raise UsageError(
            f"the run belongs to the entrypoint {checkpoint.entrypoint_name!r}, not {name!r}",
            code="usage.config_invalid",
            hint="resume it with its own entrypoint, or name this one as it was",
        )


def forked(origin: Checkpoint, tip: Tip, config: RunConfig) -> Checkpoint:
    """Return the checkpoint of a new run that begins with what the run of `origin` recorded (`STA-030`)."""
    sources = current()
    return replace(
        origin,
        seq=tip.seq,
        id=sources.new_id(),
        parent_id=origin.id,
        source="fork",
        created_at=sources.now(),
        run_id=config.run_id or sources.new_id(),
        metadata=config.metadata,
    )


def fork(name: str, saver: CheckpointSaver, config: RunConfig, before: str | None, to: object = None) -> Checkpoint:
    """Make a fork the head of its thread, or the beginning of another; nothing of it runs.

    Raises:
        UsageError: There is no such run, or it has nothing recorded at `before`. Nothing was written.
        ConcurrentRunError: Somebody works on the thread.
    """
    assert config.thread_id is not None
    tip = tip_of(saver, config.thread_id)
    origin = _run_of(saver, tip, config)
    check_owner(origin.checkpoint, name)
    entries = _kept(origin, before)
    checkpoint = forked(origin.checkpoint, tip, config)
    if to is not None:
        return _elsewhere(saver, checkpoint, entries, check_id(to, "thread id"))
    begin_surely(saver, checkpoint, tip.id, entries, take_over=tip.is_left)
    return checkpoint


def _elsewhere(saver: CheckpointSaver, checkpoint: Checkpoint, entries: Sequence[Entry], thread_id: str) -> Checkpoint:
    """Begin another thread with a fork; what its run saw as previous goes along as an update (`STA-038`)."""
    if tip_of(saver, thread_id).head is not None:
        raise UsageError(
            f"the thread {thread_id!r} exists already", code="usage.config_invalid", hint="fork into a new thread"
        )
    leading: list[Checkpoint] = []
    if checkpoint.previous_id is not None:
        saved = named(saver, checkpoint.thread_id, checkpoint.previous_id).checkpoint
        text = saved.value if saved.saved is None else saved.saved
        copy = replace(saved, thread_id=thread_id, seq=0, parent_id=None, source="update", value=text, saved=None)
        leading.append(replace(copy, id=current().new_id()))
    above = leading[-1].id if leading else None
    moved = replace(checkpoint, thread_id=thread_id, seq=len(leading), parent_id=above, previous_id=above)
    begin_surely(saver, moved, None, entries, leading=leading)
    return moved


def _run_of(saver: CheckpointSaver, tip: Tip, config: RunConfig) -> Loaded:
    """Return the beginning of the run that a checkpoint belongs to, the newest where the config names none."""
    is_newest = config.checkpoint_id in {None, tip.id}
    loaded = newest_run(saver, tip) if is_newest else _beginning(saver, tip.thread_id, config.checkpoint_id)
    if loaded is not None:
        return loaded
    raise UsageError(
        f"the thread {tip.thread_id!r} has no run there to fork",
        code="run.nothing_to_resume",
        hint="name a checkpoint of a run; get_state_history() lists them",
    )


def newest_run(saver: CheckpointSaver, tip: Tip) -> Loaded | None:
    """Return the beginning of the newest run of a thread, None where it has none."""
    return _beginning(saver, tip.thread_id, _newest(saver, tip))


def _beginning(saver: CheckpointSaver, thread_id: str, checkpoint_id: str | None) -> Loaded | None:
    """Return the beginning of the run that a checkpoint belongs to, None where it belongs to none."""
    if checkpoint_id is None:
        return None
    loaded = named(saver, thread_id, checkpoint_id)
    if loaded.checkpoint.source == "loop" and loaded.checkpoint.parent_id is not None:
        loaded = named(saver, thread_id, loaded.checkpoint.parent_id)
    return loaded if loaded.checkpoint.input is not None else None


def _newest(saver: CheckpointSaver, tip: Tip) -> str | None:
    """Return the newest checkpoint of a run: updates may have been made since (`STA-035`)."""
    if tip.head is None or tip.head.checkpoint.source != "update":
        return tip.id
    return next((each.id for each in ask(lambda: saver.history(tip.thread_id)) if each.source != "update"), None)


def _kept(origin: Loaded, before: str | None) -> Sequence[Entry]:
    if before is None:
        return unfinished(origin.entries)
    kept = kept_before(origin.entries, before)
    if kept is None:
        raise UsageError(
            f"the run has recorded nothing at {before!r}",
            code="usage.option_invalid",
            hint="get_state(config of the run's checkpoint).tasks lists the paths, and .interrupts the ids",
        )
    return kept
