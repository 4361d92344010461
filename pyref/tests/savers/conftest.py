"""What every test of a saver needs: the saver, documents to keep, and processes to keep them from."""

from __future__ import annotations

import importlib.util
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import taskpoint
from taskpoint.savers import InMemorySaver, SqliteSaver

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))


@pytest.fixture(scope="session")
def docs():
    """The module `documents`: builders of small valid documents."""
    spec = importlib.util.spec_from_file_location("saver_documents", HERE / "documents.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def path(tmp_path):
    """Where the SQLite file of the test is."""
    return tmp_path / "threads.db"


@pytest.fixture(params=["memory", "sqlite", ":memory:"])
def saver(request, path):
    """The saver under test."""
    kind = request.param
    file = kind if kind == ":memory:" else path
    with InMemorySaver() if kind == "memory" else SqliteSaver(file, synchronous="OFF") as made:
        yield made


@pytest.fixture
def in_file(path):
    """A saver on the file of the test, which waits only shortly for others."""
    with SqliteSaver(path, synchronous="OFF", busy_timeout=0.2) as made:
        yield made


@pytest.fixture
def raw(path):
    """Another connection to the file, as another program has it."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0.2)) as connection:
        yield connection


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
