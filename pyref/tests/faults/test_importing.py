"""A thread is imported as a whole or not at all (STO-053)."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taskpoint import ConcurrentRunError, InMemorySaver, SaverError, SqliteSaver, entrypoint
from taskpoint.interchange import export_thread, import_thread

WORKER = Path(__file__).with_name("importing_worker.py")


@pytest.fixture
def document():
    saver = InMemorySaver()
    workflow = entrypoint("main", lambda n: n, checkpointer=saver)
    workflow.invoke(1, thread_id="t")
    workflow.invoke(2, thread_id="t")
    return export_thread(saver, "t")


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_killed_at_a_checkpoint(tmp_path, document, at, when):
    file = tmp_path / "t.json"
    file.write_text(json.dumps(document))
    command = [sys.executable, WORKER, tmp_path / "t.db", file, at, when]
    died = subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=60, check=False)
    assert died.returncode == -signal.SIGKILL, died.stderr
    with SqliteSaver(tmp_path / "t.db") as saver:
        assert saver.head("t") is None
        import_thread(saver, document)
        assert export_thread(saver, "t") == document


def test_a_disk_that_is_full_in_the_middle_leaves_nothing(tmp_path, document):
    document["checkpoints"][2]["checkpoint"]["input"] = "long" * 100_000
    with SqliteSaver(tmp_path / "t.db") as saver:
        saver._database.use().execute("PRAGMA max_page_count = 30")
        with pytest.raises(SaverError) as failed:
            import_thread(saver, document)
        assert "full" in f"{failed.value} {failed.value.__cause__!r}"
        assert saver.head("t") is None


def test_a_part_that_is_there_is_not_made_whole(tmp_path, document):
    """As an import left it that wrote one checkpoint at a time: who goes on with it knows what it is."""
    half = {**document, "checkpoints": document["checkpoints"][:2]}
    for saver in (InMemorySaver(), SqliteSaver(tmp_path / "t.db")):
        import_thread(saver, half)
        with pytest.raises(ConcurrentRunError):
            import_thread(saver, document)
        assert export_thread(saver, "t") == half
        saver.close()


def test_a_saver_that_commits_each_alone_takes_back_what_it_began(document):
    class Failing(InMemorySaver):
        def begin(self, checkpoint, *arguments, **options):
            if checkpoint.seq == 2:
                raise SaverError("no room", committed=False)
            super().begin(checkpoint, *arguments, **options)

    saver = Failing()
    with pytest.raises(SaverError, match="no room"):
        import_thread(saver, document)
    assert saver.head("t") is None
