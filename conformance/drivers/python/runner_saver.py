"""A saver whose store is the runner's: it forwards the six verbs and keeps nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from taskpoint import CheckpointSaver, ConcurrentRunError, SaverError, models, savers

__all__ = ("RunnerSaver", "failure_in")

Document = dict[str, Any]


def failure_in(entries: Sequence[savers.Entry], known: Document | None) -> Document | None:
    """Return the error that the last ``run.failed`` says, for the answer to the runner."""
    documents = [models.entry_to_document(entry) for entry in entries if entry.kind == "run.failed"]
    return documents[-1]["error"] if documents else known


class RunnerSaver(CheckpointSaver):
    """Forwards to the runner.

    Args:
        ask: Sends a call with its members and returns the future of its reply.
    """

    def __init__(self, ask: Callable[..., Future[Document]]) -> None:
        self._ask = ask
        self.failure: Document | None = None

    def _forward(self, verb: str, **members: object) -> Any:
        reply = self._ask(f"saver.{verb}", **members).result()
        error = reply.get("error")
        if error is None:
            return reply["ok"]
        if error["code"] == "run.concurrent":
            raise ConcurrentRunError(error["message"], holder=error.get("holder"))
        raise SaverError(error["message"], committed=error.get("committed"))

    def head(self, thread_id: str) -> savers.Head | None:
        """Ask for the head."""
        head = self._forward("head", thread_id=thread_id)["head"]
        if head is None:
            return None
        return savers.Head(models.checkpoint_from_document(head["checkpoint"]), _to_holder(head["holder"]))

    def load(self, thread_id: str, checkpoint_id: str | None = None) -> savers.Loaded | None:
        """Ask for a checkpoint and its journal."""
        loaded = self._forward("load", thread_id=thread_id, checkpoint_id=checkpoint_id)["loaded"]
        if loaded is None:
            return None
        checkpoint = models.checkpoint_from_document(loaded["checkpoint"])
        entries = [models.entry_from_document(entry) for entry in loaded["entries"]]
        return savers.Loaded(checkpoint, loaded["is_head"], _to_holder(loaded["holder"]), entries)

    def begin(
        self,
        checkpoint: savers.Checkpoint,
        expected_head: str | None,
        entries: Sequence[savers.Entry] = (),
        holder: savers.Holder | None = None,
        *,
        take_over: bool = False,
        leading: Sequence[savers.Checkpoint] = (),
    ) -> None:
        """Forward a new head."""
        before = {"leading": [models.checkpoint_to_document(each) for each in leading]} if leading else {}
        self._forward(
            "begin",
            checkpoint=models.checkpoint_to_document(checkpoint),
            expected_head=expected_head,
            entries=[models.entry_to_document(entry) for entry in entries],
            holder=_from_holder(holder),
            take_over=take_over,
            **before,
        )

    def append(
        self,
        thread_id: str,
        checkpoint_id: str,
        expected_seq: int,
        entries: Sequence[savers.Entry],
        closing: savers.Checkpoint | None = None,
        holder: savers.Holder | None = None,
        *,
        take_over: bool = False,
    ) -> None:
        """Forward entries."""
        self.failure = failure_in(entries, self.failure)
        self._forward(
            "append",
            thread_id=thread_id,
            checkpoint_id=checkpoint_id,
            expected_seq=expected_seq,
            entries=[models.entry_to_document(entry) for entry in entries],
            closing=models.checkpoint_to_document(closing) if closing else None,
            holder=_from_holder(holder),
            take_over=take_over,
        )

    def history(self, thread_id: str, before: str | None = None, limit: int | None = None) -> list[savers.Checkpoint]:
        """Ask for checkpoints."""
        found = self._forward("history", thread_id=thread_id, before=before, limit=limit)["checkpoints"]
        return [models.checkpoint_from_document(checkpoint) for checkpoint in found]

    def delete(self, thread_id: str) -> None:
        """Forward the deletion."""
        self._forward("delete", thread_id=thread_id)


def _to_holder(document: Document | None) -> savers.Holder | None:
    return None if document is None else models.holder_from_document(document)


def _from_holder(holder: savers.Holder | None) -> Document | None:
    return None if holder is None else models.holder_to_document(holder)
