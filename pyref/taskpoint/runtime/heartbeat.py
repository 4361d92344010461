"""Renews the leases of runs that have had nothing to write for a while (`RUN-013`)."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taskpoint.runtime.run import Run

__all__ = ("HEART",)

_PERIOD_SECONDS = 1.0


class Heart:
    """One thread for all runs of the process; it sleeps while there are none."""

    def __init__(self) -> None:
        self._runs: dict[Run, None] = {}
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
            for run in list(self._runs):
                try:
                    run.renew()
                except RuntimeError:  # its event loop is closed: nobody can go on with it, so its lease may run out
                    self.discard(run)


HEART = Heart()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=HEART.after_fork)
