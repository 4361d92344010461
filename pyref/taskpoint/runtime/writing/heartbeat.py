"""Renews the leases of runs that have had nothing to write for a while (`RUN-013`)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from taskpoint.runtime.process.threads import POOL

if TYPE_CHECKING:
    from taskpoint.runtime.execution.run import Run

__all__ = ("HEART",)

_PERIOD_SECONDS = 1.0


class Heart:
    """One thread for all runs of the process; it sleeps while there are none.

    Others do the writing, one for each saver: a saver that hangs keeps no lease of another's waiting.
    """

    def __init__(self) -> None:
        self._runs: dict[Run, None] = {}
        self._writing: set[int] = set()
        """The savers, by identity, through which leases are being renewed."""
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, run: Run) -> None:
        """Keep the lease of a run alive until `discard`."""
        if run.writer is None:
            return
        self._runs[run] = None
        if self._thread is None or not self._thread.is_alive():  # also after a fork
            self._thread = threading.Thread(target=self._beat, name="taskpoint-heartbeat", daemon=True)
            self._thread.start()
        if not self._wake.is_set():
            self._wake.set()

    def discard(self, run: Run) -> None:
        """Let the lease of a run go."""
        self._runs.pop(run, None)

    def after_fork(self) -> None:
        """Begin anew in a forked child: its runs are the parent's."""
        runs = self._runs
        type(self).__init__(self)
        for run in runs:
            run.leave_to_parent()

    def _beat(self) -> None:
        while True:
            if not self._runs:
                self._wake.clear()
                if not self._runs:
                    self._wake.wait()
            time.sleep(_PERIOD_SECONDS)
            due: dict[int, list[Run]] = {}
            for run in list(self._runs):
                if run.writer is not None and run.writer.needs_renewal():
                    due.setdefault(id(run.writer.saver), []).append(run)
            for saver in due.keys() - self._writing:
                self._writing.add(saver)
                renew = partial(self._renew, saver, due[saver])
                try:
                    POOL.submit(renew)
                except RuntimeError:  # there are too many threads
                    renew()

    def _renew(self, saver: int, runs: Sequence[Run]) -> None:
        try:
            for run in runs:
                try:
                    run.renew()
                except RuntimeError:  # its event loop is closed: nobody can go on with it, so its lease may run out
                    self.discard(run)
        finally:
            self._writing.discard(saver)


HEART = Heart()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=HEART.after_fork)
