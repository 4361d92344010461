"""Several processes on one file, and processes that end without a word."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing

import pytest

from taskpoint.errors import ConcurrentRunError
from taskpoint.savers import SqliteSaver

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and resource limits are POSIX's")


def together(worker, job, path, names, rounds):
    """Start a worker for each name, let them go at the same moment, and return what each said."""
    processes = {name: worker(job, path, name, rounds) for name in names}
    for process in processes.values():
        assert process.stdout.readline() == "ready\n"
    for process in processes.values():
        process.stdin.write("go\n")
        process.stdin.flush()
    said = {name: process.stdout.read().split() for name, process in processes.items()}
    assert all(process.wait() == 0 for process in processes.values())
    return said


def check_file(path):
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_of_two_processes_one_wins_each_entry(worker, path, docs):
    with SqliteSaver(path, synchronous="OFF") as saver:
        saver.begin(docs.checkpoint("t"), None)
        said = together(worker, "race_append", path, ["left", "right"], 3000)
        claims = sorted((int(seq), name) for name, wins in said.items() for seq in wins)
        assert [(entry.seq, entry.attempt_id) for entry in saver.load("t").entries] == claims
        assert [seq for seq, _ in claims] == list(range(3000))
    check_file(path)


def test_of_four_processes_one_wins_each_checkpoint(worker, path):
    said = together(worker, "race_begin", path, "abcd", 500)
    claims = sorted((int(seq), name) for name, wins in said.items() for seq in wins)
    with SqliteSaver(path) as saver:
        history = saver.history("t")[::-1]
        assert [each.seq for each in history] == [seq for seq, _ in claims] == list(range(len(claims)))
        for checkpoint, (_, name) in zip(history, claims, strict=True):
            assert [entry.attempt_id for entry in saver.load("t", checkpoint.id).entries] == [name, name]
    assert claims
    check_file(path)


def test_processes_that_open_a_new_file_at_once_make_one_layout(worker, path, docs):
    said = together(worker, "open_first", path, "abcd", 25)
    assert all(len(numbers) == 25 for numbers in said.values())
    for number in range(25):
        with SqliteSaver(f"{path}.{number}") as saver:
            assert all(saver.load(name).entries == [docs.started()] for name in "abcd")


def test_what_was_acknowledged_survives_a_kill(worker, path, docs):
    with SqliteSaver(path) as saver:
        for name in "ab":
            saver.begin(docs.checkpoint(name), None, [docs.started()])
    last = {"a": 1, "b": 1}
    for kill_after in (0, 1, 2, 5, 13, 34):
        processes = {name: worker("write_until_killed", path, name, 400) for name in last}
        for process in processes.values():
            assert process.stdout.readline() == "ready\n"
        for process in processes.values():
            process.stdin.write("go\n")
            process.stdin.flush()
        for name, process in processes.items():
            for _ in range(kill_after):
                last[name] = int(process.stdout.readline())
        for name, process in processes.items():
            process.kill()
            lines = process.stdout.read().split("\n")[:-1]  # the last one may be cut
            last[name] = int(lines[-1]) if lines else last[name]
        check_file(path)
        with SqliteSaver(path) as saver:
            for name, acknowledged in last.items():
                entries = saver.load(name).entries
                assert [entry.seq for entry in entries] == list(range(len(entries)))
                lost_answer = 1 if acknowledged % 2 else 3
                assert len(entries) in (acknowledged, acknowledged + lost_answer)
                last[name] = len(entries)
    assert min(last.values()) > 34


def test_the_holder_of_a_killed_process_is_dead_at_once(worker, path, docs):
    process = worker("hold", path, "held", 0)
    assert process.stdout.readline() == "ready\n"
    with SqliteSaver(path) as saver:
        assert saver.head("t").holder.pid == process.pid
        with pytest.raises(ConcurrentRunError) as caught:
            saver.append("t", "c0", 1, [docs.resumed(1)], holder=docs.holder("b"))
        assert caught.value.holder["attempt_id"] == "held"
        process.kill()
        process.stdout.read()  # ends when the process has; nobody has waited for it yet, so it is a zombie
        while saver.head("t").holder is not None:
            pass  # its pipes close a moment before its death is official
        process.wait()
        assert saver.load("t").holder is None
        saver.append("t", "c0", 1, [docs.resumed(1)], holder=docs.holder("b"))


@pytest.mark.parametrize("size", ["one", "three"])
def test_a_file_that_may_not_grow_loses_nothing(worker, path, size):
    said = iter(together(worker, "fill", path, [size], 40)[size])
    for number, (end, found, committed, after) in enumerate(zip(said, said, said, said, strict=True)):
        assert int(end) > 0
        assert int(found) == int(end)
        assert committed == "None"
        assert int(after) == int(found) + 1
        check_file(f"{path}.{number}")
    assert number == 39
