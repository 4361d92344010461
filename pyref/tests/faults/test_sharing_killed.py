"""A process that is killed in the middle of a commit of several runs loses nothing that anybody has seen."""

import signal
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from taskpoint import SqliteSaver

WORKER = Path(__file__).with_name("sharing_worker.py")
COUNT = 6


def work(folder, at, when):
    command = [sys.executable, WORKER, folder / "t.db", folder / "effects", at, when, COUNT]
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, 6))
def test_killed_at_a_shared_commit(tmp_path, at, when):
    died = work(tmp_path, at, when)
    assert died.returncode == -signal.SIGKILL, died.stderr
    recorded = []
    with SqliteSaver(tmp_path / "t.db") as saver:
        for n in range(0, 2 * COUNT, 2):
            line = saver.history(f"t{n}")
            entries = saver.load(f"t{n}", line[-1].id).entries if line else []
            recorded += [n + place for place, _ in enumerate(each for each in entries if each.kind == "task.completed")]
        for shown in died.stdout.splitlines():
            assert saver.head(f"t{shown.split()[0]}").checkpoint.source == "loop"
    again = work(tmp_path, 0, "never")
    assert again.returncode == 0, again.stderr
    shown = sorted([*died.stdout.splitlines(), *again.stdout.splitlines()])
    with SqliteSaver(tmp_path / "t.db") as saver:
        values = {n: saver.head(f"t{n}").checkpoint.value for n in range(0, 2 * COUNT, 2)}
    assert values == {n: f"[{n * 10},{n * 10 + 10}]" for n in values}
    assert set(shown) <= {f"{n} {[n * 10, n * 10 + 10]}" for n in values}
    times, keys = Counter[str](), defaultdict(set)
    for line in (tmp_path / "effects").read_text().splitlines():
        number, key = line.split()
        times[number] += 1
        keys[number].add(key)
    assert all(times[str(n)] == 1 for n in recorded)
    assert all(len(found) == 1 for found in keys.values())
