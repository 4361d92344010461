"""Threads in a file."""

from __future__ import annotations

from typing import Any

from ir.statements import Document
from runner_saver import failure_in
from runs import SAVERS, Run

from taskpoint import SqliteSaver


class _Noting(SqliteSaver):
    """The library's saver; it only looks how runs failed."""

    failure: Document | None = None

    def append(
        self, thread_id: str, checkpoint_id: str, expected_seq: int, entries: Any, *rest: Any, **more: Any
    ) -> None:
        self.failure = failure_in(entries, self.failure)
        super().append(thread_id, checkpoint_id, expected_seq, entries, *rest, **more)


def _saver(run: Run) -> SqliteSaver:
    saver = _Noting(run.message["saver"]["path"])
    run.opened.callback(saver.close)
    return saver


SAVERS["sqlite"] = _saver
