"""What the last run on a thread saved: read when somebody asks for it, and once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from taskpoint.runtime.writing.writer import ask

if TYPE_CHECKING:
    from taskpoint._core.journal import Checkpoint
    from taskpoint.runtime.values.forms import Form
    from taskpoint.savers.base import CheckpointSaver

__all__ = ("Previous",)


class Previous:
    """What a run sees as `previous` (`RUN-018`).

    Args:
        saver: Where it is read from.
        checkpoint: The beginning of the run, which names the checkpoint that holds it.
        parent: The checkpoint before that, where it was read already.
        form: How it is read.
    """

    __slots__ = ("_checkpoint", "_form", "_is_known", "_saver", "_source")

    def __init__(self, saver: CheckpointSaver, checkpoint: Checkpoint, parent: Checkpoint | None, form: Form) -> None:
        id = checkpoint.previous_id
        self._saver = saver
        self._checkpoint = checkpoint
        self._form = form
        self._source = parent if parent is not None and parent.id == id else None
        self._is_known = id is None or self._source is not None

    def source(self) -> Checkpoint | None:
        """Return the checkpoint that holds it, None where nothing was saved.

        Raises:
            SaverError: It could not be read.
        """
        if not self._is_known:
            mine = self._checkpoint
            loaded = ask(lambda: self._saver.load(mine.thread_id, mine.previous_id))
            self._source, self._is_known = (loaded.checkpoint if loaded else None), True
        return self._source

    def value(self, absent: object) -> Any:
        """Return it, or `absent` where nothing was saved.

        Raises:
            SaverError: It could not be read.
        """
        source = self.source()
        text = None if source is None else source.value if source.saved is None else source.saved
        if source is None or text is None:
            return absent
        return self._form.read(text, source.entrypoint_version, f"the previous value, of {source.id},")
