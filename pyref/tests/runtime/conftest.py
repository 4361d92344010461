"""Each test of a saver's runs on the memory saver and on a real SQLite file."""

from pathlib import Path

import pytest

from taskpoint import CheckpointSaver, InMemorySaver, SqliteSaver


@pytest.fixture(params=["memory", "sqlite"])
def saver(request: pytest.FixtureRequest, tmp_path: Path):
    made: CheckpointSaver = InMemorySaver() if request.param == "memory" else SqliteSaver(tmp_path / "threads.db")
    with made:
        yield made
