"""Whole threads as one document, in the format that every implementation reads (`STO-050`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from taskpoint._core.journal import Checkpoint, Entry
from taskpoint.errors import SaverError, TaskpointError, UsageError
from taskpoint.models import thread_from_document, thread_to_document
from taskpoint.savers.base import CheckpointSaver

__all__ = ("export_thread", "import_thread")


def export_thread(saver: CheckpointSaver, thread_id: str) -> dict[str, Any]:
    """Return a thread as a document of the interchange format ``taskpoint.thread/1``; write it with `json.dump`.

    Raises:
        UsageError: There is no such thread.

    Example:
        >>> from taskpoint import InMemorySaver, entrypoint
        >>> from taskpoint.interchange import export_thread, import_thread
        >>> saver = InMemorySaver()
        >>> double = entrypoint("double", lambda n: 2 * n, checkpointer=saver)
        >>> double.invoke(4, thread_id="t")
        8
        >>> elsewhere = InMemorySaver()
        >>> import_thread(elsewhere, export_thread(saver, "t"))
        't'
        >>> entrypoint("double", lambda n: 2 * n, checkpointer=elsewhere).get_state(thread_id="t").values
        8
    """
    loaded = [saver.load(thread_id, checkpoint.id) for checkpoint in reversed(saver.history(thread_id))]
    thread = [(one.checkpoint, one.entries) for one in loaded if one is not None]
    if not thread:
        raise UsageError(f"there is no thread {thread_id!r}", code="usage.config_invalid", hint="check the thread id")
    return thread_to_document(thread_id, thread)


def import_thread(saver: CheckpointSaver, document: object) -> str:
    """Write a thread from its document, and return its id.

    It is there as a whole or not at all, also when the process is killed, where the saver can make several writes in
    one commit (`CheckpointSaver.together`), as `SqliteSaver` does.

    Raises:
        FormatError: The document is no thread, or of a newer format; nothing was written.
        ConcurrentRunError: The saver has a thread of this id; nothing was written.
        SaverError: The saver failed; nothing was written, unless its `committed` says that nobody knows.
    """
    thread = thread_from_document(document)
    thread_id = thread[0][0].thread_id
    line = _Line(saver, thread)
    errors = [
        error for error in saver.together([partial(line.write, place) for place, _ in enumerate(thread)]) if error
    ]
    if errors:
        if len(errors) < len(thread):  # the saver commits each alone
            saver.delete(thread_id)
        raise errors[0]
    return thread_id


class _Line:
    """Writes the checkpoints of a thread one after the other: each once, and none behind one that failed (`STO-052`).

    Where a common commit fails, a saver makes each of its writes alone: that would be half a thread (`STO-053`).
    """

    def __init__(self, saver: CheckpointSaver, thread: Sequence[tuple[Checkpoint, Sequence[Entry]]]) -> None:
        self._saver = saver
        self._thread = thread
        self._next = 0
        self._cause: Exception | None = None

    def write(self, place: int) -> None:
        if isinstance(self._cause, TaskpointError):
            raise self._cause
        if place != self._next:
            given_up = SaverError("the import was given up", committed=False, hint="import the thread again")
            raise given_up from self._cause
        checkpoint, entries = self._thread[place]
        try:
            self._saver.begin(checkpoint, self._thread[place - 1][0].id if place else None, entries)
        except Exception as error:
            self._next, self._cause = -1, error
            raise
        self._next += 1
