"""An input that begins one run of its thread at most (`RUN-043`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taskpoint import codec
from taskpoint._core.index import Index
from taskpoint.errors import FormatError, UsageError
from taskpoint.runtime.state import forks

if TYPE_CHECKING:
    from taskpoint._core.journal import Checkpoint
    from taskpoint.runtime.entrypoint import Entrypoint
    from taskpoint.runtime.runs.requests import Request
    from taskpoint.savers.base import CheckpointSaver, Loaded

__all__ = ("CompletedRun", "check_once", "completed", "run_of")


@dataclass(frozen=True, slots=True)
class CompletedRun:
    """A run that was over before anybody asked for it: nothing of it runs (`RUN-044`)."""

    entrypoint: Entrypoint[Any, Any]
    beginning: Checkpoint
    closing: Checkpoint

    def value(self) -> Any:
        """Return what its caller got, made anew for each who asks."""
        text = self.closing.value
        assert text is not None
        return self.entrypoint.forms.value.read(text, self.closing.entrypoint_version, "the value of the run")


def check_once(request: Request, saver: CheckpointSaver | None, *, continues: bool) -> None:
    """Refuse what cannot begin once (`RUN-046`)."""
    if continues or request.config.checkpoint_id is not None:
        raise UsageError(
            "once=True is for an input, at the end of its thread",
            hint="leave once= out to answer, to resume, or to begin at a checkpoint",
        )
    if saver is None:
        raise UsageError(
            "without a checkpointer nobody knows whether a run has begun",
            code="usage.no_checkpointer",
            hint="give the entrypoint a checkpointer, or leave once= out",
        )


def run_of(entrypoint: Entrypoint[Any, Any], saver: CheckpointSaver, tip: forks.Tip, text: str) -> Loaded | None:
    """Return the newest run of a thread, None where it has none.

    Raises:
        UsageError: It belongs to another entrypoint, or began with another input than `text` (`RUN-045`).
        ValueEncodingError: Its input cannot be read any more.
    """
    begun = forks.newest_run(saver, tip)
    if begun is None:
        return None
    forks.check_owner(begun.checkpoint, entrypoint.name)
    if not _is_input_of(entrypoint, begun.checkpoint, text):
        raise UsageError(
            f"the newest run of the thread {tip.thread_id!r} began with another input",
            code="run.other_input",
            hint="give each input that is to run once a thread of its own, named after it",
        )
    return begun


def _is_input_of(entrypoint: Entrypoint[Any, Any], beginning: Checkpoint, text: str) -> bool:
    """Tell whether a run began with an input, as it was written down or as it would be today."""
    recorded, wanted = beginning.input or "null", codec.canonical_text(text)
    if codec.canonical_text(recorded) == wanted:
        return True
    form = entrypoint.forms.input
    today, _ = form.write(form.read(recorded, beginning.entrypoint_version, "the run's input"), entrypoint.name)
    return codec.canonical_text(today) == wanted


def completed(entrypoint: Entrypoint[Any, Any], saver: CheckpointSaver, begun: Loaded) -> CompletedRun | None:
    """Return a run as one that is over, None where it is not.

    Raises:
        FormatError: The checkpoint that it closed with is missing.
    """
    closing_id = Index(begun.entries).closing_id
    if closing_id is None:
        return None
    closing = forks.named(saver, begun.checkpoint.thread_id, closing_id).checkpoint
    if closing.value is None:
        raise FormatError(f"the checkpoint {closing_id!r}, which closed a run, has no value")
    return CompletedRun(entrypoint, begun.checkpoint, closing)
