"""Real processes that are killed, or stopped with Ctrl-C, while they wait to try again."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from waiting import until

from taskpoint import SqliteSaver

WORKER = Path(__file__).with_name("retry_worker.py")


def start(folder, mode, wait, *more):
    command = [sys.executable, str(WORKER), str(folder / "t.db"), str(folder / "effects"), mode, str(wait), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def lines(folder):
    path = folder / "effects"
    return path.read_text().splitlines() if path.exists() else []


def kinds(folder):
    with SqliteSaver(folder / "t.db") as saver:
        return [
            entry.kind
            for checkpoint in reversed(list(saver.history("t")))
            for entry in saver.load("t", checkpoint.id).entries
        ]


@pytest.mark.parametrize("mode", ["sync", "async", "run"])
def test_killed_between_two_executions(tmp_path, mode):
    process = start(tmp_path, mode, 60)
    until(lambda: "ship" in lines(tmp_path) and (mode != "run" or "run.failed" in kinds(tmp_path)))
    process.kill()
    assert process.wait() == -signal.SIGKILL
    process.communicate()
    resumed = start(tmp_path, mode, 0.001, "resume")
    out, err = resumed.communicate(timeout=30)
    assert (out, err) == ("paid\n", "")
    assert lines(tmp_path).count("pay") == 1
    assert lines(tmp_path).count("ship") == 3
    if mode != "run":
        assert [line for line in lines(tmp_path) if line.startswith("attempt")] == [
            "attempt 1",
            "attempt 1",
            "attempt 2",
        ]
        assert kinds(tmp_path) == ["run.started", "task.completed", "run.resumed", "task.completed", "run.completed"]


@pytest.mark.parametrize("mode", ["sync", "async", "run"])
def test_stopped_between_two_executions(tmp_path, mode):
    process = start(tmp_path, mode, 60)
    until(lambda: "ship" in lines(tmp_path) and (mode != "run" or "run.failed" in kinds(tmp_path)))
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (out, err) == ("stopped\n", "")
    assert kinds(tmp_path) == ["run.started", "task.completed", "run.failed" if mode == "run" else "run.stopped"]
    out, err = start(tmp_path, mode, 0.001, "resume").communicate(timeout=30)
    assert (out, err) == ("paid\n", "")
    assert lines(tmp_path).count("pay") == 1
