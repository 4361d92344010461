"""Each test of a saver's runs on the memory saver and on a real SQLite file."""

import asyncio
import inspect
import signal
import sys
from pathlib import Path

import pytest

from taskpoint import CheckpointSaver, InMemorySaver, SqliteSaver

sys.path.insert(0, str(Path(__file__).parent))

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background jobs begin without Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(params=["memory", "sqlite"])
def saver(request: pytest.FixtureRequest, tmp_path: Path):
    made: CheckpointSaver = InMemorySaver() if request.param == "memory" else SqliteSaver(tmp_path / "threads.db")
    with made:
        yield made


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    """In which way a workflow is written and used."""
    return request.param


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an async test on an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True
