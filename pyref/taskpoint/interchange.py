"""Whole threads as one document, in the format that every implementation reads (`STO-050`)."""

from __future__ import annotations

from typing import Any

from taskpoint.errors import UsageError
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

    Raises:
        FormatError: The document is no thread, or of a newer format; nothing was written.
        ConcurrentRunError: The saver has a thread of this id; nothing was written.
    """
    thread = thread_from_document(document)
    parent: str | None = None
    for checkpoint, entries in thread:
        saver.begin(checkpoint, parent, entries)
        parent = checkpoint.id
    return thread[0][0].thread_id
