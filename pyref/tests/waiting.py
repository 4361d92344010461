"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

from taskpoint.runtime.runs import stopping


def until(happened: Callable[[], object]) -> None:
    """Wait until something has happened; 30 seconds at most."""
    deadline = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def is_ending() -> bool:
    """Tell whether a run of this process was told to end."""
    runs = [use._run for use in list(stopping._REGISTRY.uses)]
    return any(run is not None and run.ending is not None for run in runs)
