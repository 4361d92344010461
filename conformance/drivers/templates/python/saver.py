"""The runner's store, seen through the six verbs of a saver. Give it the shape of your port's own saver interface."""

from __future__ import annotations

from typing import Any

from wire import Message, Wire


class SaverError(Exception):
    """What the runner's store answers instead of doing what it was asked for."""

    def __init__(self, error: Message) -> None:
        super().__init__(error["message"])
        self.code: str = error["code"]
        """`run.concurrent` or `saver.failed`."""
        self.holder: Message | None = error.get("holder")
        """With `run.concurrent`, where one is known."""
        self.committed: bool | None = error.get("committed")
        """With `saver.failed`: what is known of the write."""


class RunnerSaver:
    """Forwards every verb at once, hands the reply over unchanged, and remembers nothing (CNF-008)."""

    def __init__(self, wire: Wire, request: int) -> None:
        self._wire = wire
        self._request = request

    def _call(self, verb: str, **members: object) -> Message:
        reply = self._wire.call(self._request, f"saver.{verb}", **members)
        if "error" in reply:
            raise SaverError(reply["error"])
        ok: Message = reply["ok"]
        return ok

    def head(self, thread_id: str) -> Any:
        """Return None or {checkpoint, holder}."""
        return self._call("head", thread_id=thread_id)["head"]

    def load(self, thread_id: str, checkpoint_id: str | None) -> Any:
        """Return None or {checkpoint, is_head, holder, entries}; `checkpoint_id` None: the head."""
        return self._call("load", thread_id=thread_id, checkpoint_id=checkpoint_id)["loaded"]

    def begin(self, **write: object) -> None:
        """Add a checkpoint: `checkpoint`, `expected_head`, `entries`, `holder`, `take_over`."""
        self._call("begin", **write)

    def append(self, **write: object) -> None:
        """Add entries: `thread_id`, `checkpoint_id`, `expected_seq`, `entries`, `closing`, `holder`, `take_over`."""
        self._call("append", **write)

    def history(self, thread_id: str, before: str | None, limit: int | None) -> Any:
        """Return checkpoints, the newest first."""
        return self._call("history", thread_id=thread_id, before=before, limit=limit)["checkpoints"]

    def delete(self, thread_id: str) -> None:
        """Remove a thread."""
        self._call("delete", thread_id=thread_id)
