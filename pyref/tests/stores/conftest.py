"""What every test of a store needs: the store, a clock of its own, and processes that share its file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import taskpoint
from taskpoint import InMemoryStore, SqliteStore

HERE = Path(__file__).parent


class Clock:
    """A clock that the test turns."""

    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    """The clock of the store under test."""
    return Clock()


@pytest.fixture
def path(tmp_path):
    """Where the SQLite file of the test is."""
    return tmp_path / "memory.db"


@pytest.fixture
def make(request, path, clock):
    """Make a store of the kind under test, with options; all are closed at the end."""
    made = []

    def store(kind, **options):
        options = {"clock": clock, **options}
        made.append(InMemoryStore(**options) if kind == "memory" else SqliteStore(path, synchronous="OFF", **options))
        return made[-1]

    yield store
    for each in made:
        each.close()


@pytest.fixture(params=["memory", "sqlite"])
def kind(request):
    """Which store is under test."""
    return request.param


@pytest.fixture
def store(make, kind):
    """The store under test."""
    return make(kind)


@pytest.fixture
def worker():
    """Start `worker.py` in a process of its own; whatever is left is killed at the end of the test."""
    processes = []

    def start(*arguments):
        environment = os.environ | {"PYTHONPATH": str(Path(taskpoint.__file__).parents[1])}
        command = [sys.executable, HERE / "worker.py", *map(str, arguments)]
        process = subprocess.Popen(command, stdin=-1, stdout=-1, text=True, env=environment)
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()
