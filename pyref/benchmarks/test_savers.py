"""What SqliteSaver costs beside the same inserts and commits made by hand.

    pytest pyref/benchmarks/test_savers.py --benchmark-columns=median,ops --benchmark-group-by=group

Absolute figures move from machine to machine and from minute to minute. So each test also times its floor in turns with
itself, and the ratio is printed beside its target.
"""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from floor import in_turns

from taskpoint._core.journal import Checkpoint, RunCompleted, RunStarted, TaskCompleted
from taskpoint.savers import SqliteSaver
from taskpoint.savers.holders import new_holder

T = "2026-11-21T09:00:00.123456Z"
ATTEMPT = "56d2d6bb-1eb2-409a-8933-f0590ca20e77"
DIGEST = "ab" * 32
VALUE = '"' + "x" * 50 + '"'
INSERT = "INSERT INTO entries VALUES (1, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def checkpoint(thread_id, seq=0, source="input"):
    value = {"input": "1"} if source == "input" else {"value": "1"}
    return Checkpoint(thread_id, seq, f"c{seq}", None, source, T, "r", "main", **value)


def entry(seq):
    return TaskCompleted(seq, T, ATTEMPT, f"fetch#{seq}", "fetch", DIGEST, True, 1, T, VALUE)


def row(seq):
    return (seq, "task.completed", T, ATTEMPT, f"fetch#{seq}", "fetch", DIGEST, 1, 1, T, VALUE, None)


@pytest.fixture(params=["FULL", "NORMAL", "OFF"])
def synchronous(request):
    return request.param


@pytest.fixture
def saver(tmp_path, synchronous):
    with SqliteSaver(tmp_path / "saver.db", synchronous=synchronous) as made:
        made.begin(checkpoint("t"), None)
        yield made


@pytest.fixture
def raw(tmp_path, synchronous):
    """A bare connection to a file of the same layout."""
    SqliteSaver(tmp_path / "floor.db").close()
    connection = sqlite3.connect(tmp_path / "floor.db", isolation_level=None)
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    yield connection
    connection.close()


def test_one_outcome_per_commit(benchmark, saver, raw, synchronous):
    ours, theirs = count(), count()

    def work():
        for _ in range(100):
            seq = next(ours)
            saver.append("t", "c0", seq, [entry(seq)])

    def floor():
        for _ in range(100):
            raw.execute(INSERT, row(next(theirs)))

    in_turns(benchmark, work, floor, 100, {"FULL": 1.3, "NORMAL": 3, "OFF": 3}[synchronous])


@pytest.mark.parametrize("batch", [100, 1000])
def test_outcomes_in_batches(benchmark, saver, raw, batch, synchronous):
    ours, theirs = count(), count()

    def work():
        seq = next(ours) * batch
        saver.append("t", "c0", seq, [entry(each) for each in range(seq, seq + batch)])

    def floor():
        seq = next(theirs) * batch
        raw.execute("BEGIN IMMEDIATE")
        raw.executemany(INSERT, [row(each) for each in range(seq, seq + batch)])
        raw.execute("COMMIT")

    in_turns(benchmark, work, floor, batch, 3)


def run(saver, thread_id):
    saver.begin(checkpoint(thread_id), None, [RunStarted(0, T, ATTEMPT)], new_holder(ATTEMPT, 30))
    saver.append(thread_id, "c0", 1, [entry(1)])
    saver.append(thread_id, "c0", 2, [RunCompleted(2, T, ATTEMPT, "c1")], checkpoint(thread_id, 1, "loop"))


def three_commits(raw, numbers):
    """Return the floor of a run: three inserts of its size, each committed by itself."""

    def floor():
        for _ in range(3):
            raw.execute(INSERT, row(next(numbers)))

    return floor


def test_a_run_of_one_task(benchmark, saver, raw, synchronous):
    threads = count()
    floor = three_commits(raw, count())
    target = {"FULL": 2, "NORMAL": 5, "OFF": 5}[synchronous]
    in_turns(benchmark, lambda: run(saver, str(next(threads))), floor, 1, target, rounds=200)


@pytest.mark.parametrize("synchronous", ["FULL"], indirect=True)
def test_sixteen_runs_at_once_share_their_commits(benchmark, saver, raw):
    threads = count()
    floor = three_commits(raw, count())

    def one_floor():
        for _ in range(160):
            floor()

    with ThreadPoolExecutor(16) as pool:

        def work():
            list(pool.map(lambda _: run(saver, str(next(threads))), range(160)))

        in_turns(benchmark, work, one_floor, 160, 1)


@pytest.mark.parametrize("synchronous", ["OFF"], indirect=True)
def test_a_journal_is_read(benchmark, saver, raw):
    saver.append("t", "c0", 0, [entry(seq) for seq in range(1000)])
    raw.executemany(INSERT, [row(seq) for seq in range(1000)])
    query = "SELECT * FROM entries WHERE thread = 1 AND checkpoint = 0 ORDER BY seq"
    in_turns(benchmark, lambda: saver.load("t"), lambda: raw.execute(query).fetchall(), 1000, 4)
