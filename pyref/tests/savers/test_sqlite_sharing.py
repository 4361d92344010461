"""The SQLite saver where several use it: commits that writers share, and forks of the process."""

from __future__ import annotations

import os
import threading

import pytest
from sqlite_files import inside, limit_pages

from taskpoint.errors import ConcurrentRunError, FormatError, SaverError
from taskpoint.savers import SqliteSaver


@pytest.fixture
def saver(in_file):
    return in_file


def share_one_commit(saver, actions):
    """Do actions in threads so that all but the first are committed together, and return what each raised."""
    errors = {}

    def run(place, action):
        try:
            action()
        except Exception as error:  # noqa: BLE001 - the caller looks at it
            errors[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(actions)]
    with saver._database.lock:  # the first leads and waits here, while the others queue
        for count, thread in enumerate(threads):
            thread.start()
            while len(saver._group._queue) < count or not saver._group._busy:
                pass
    for thread in threads:
        thread.join()
    return errors


def test_writers_that_wait_share_one_commit_and_get_their_own_verdict(saver, docs):
    for name in "abcd":
        saver.begin(docs.checkpoint(name), None, [docs.started()])
    statements = []
    with inside(saver) as connection:
        connection.set_trace_callback(statements.append)
    errors = share_one_commit(
        saver,
        [
            lambda: saver.append("a", "c0", 1, [docs.completed(1)]),
            lambda: saver.append("b", "c0", 1, [docs.completed(1)]),
            lambda: saver.append("b", "c0", 1, [docs.completed(1, "z")]),
            lambda: saver.append("c", "c0", 9, [docs.completed(9)]),
            lambda: saver.append("c", "c0", 1, [docs.completed(1), docs.completed(2)]),
            lambda: saver.begin(docs.checkpoint("e"), None),
            lambda: saver.begin(docs.checkpoint("e"), None),
            lambda: saver.begin(docs.checkpoint("f", 1), None),
            lambda: saver.delete("d"),
        ],
    )
    assert {place: type(error) for place, error in errors.items()} == {
        2: ConcurrentRunError,
        3: ConcurrentRunError,
        6: ConcurrentRunError,
        7: FormatError,
    }
    assert statements.count("COMMIT") == 1
    ends = {name: len(saver.load(name).entries) for name in "abc"}
    assert ends == {"a": 2, "b": 2, "c": 3}
    assert saver.head("d") is None
    assert saver.head("e") is not None


def test_a_write_that_fails_takes_nobody_with_it(saver, docs):
    for name in "abcd":
        saver.begin(docs.checkpoint(name), None, [docs.started()])
    limit_pages(saver, 1)
    big = '"' + "x" * 50_000 + '"'
    errors = share_one_commit(
        saver,
        [
            lambda: saver.append("a", "c0", 1, []),
            lambda: saver.append("b", "c0", 1, [docs.completed(1, value="1")]),
            lambda: saver.append("c", "c0", 1, [docs.completed(1, value=big), docs.completed(2)]),
            lambda: saver.append("c", "c0", 1, [docs.completed(1, value='"\ud800"')]),
            lambda: saver.append("d", "c0", 1, [docs.completed(1, value="1")]),
        ],
    )
    assert {place: type(error) for place, error in errors.items()} == {2: SaverError, 3: FormatError}
    assert errors[2].committed is False
    assert [len(saver.load(name).entries) for name in "abcd"] == [1, 2, 1, 2]


def test_nobody_knows_what_became_of_a_commit_that_fails(saver, docs, monkeypatch):
    for name in "abc":
        saver.begin(docs.checkpoint(name), None, [docs.started()])
    real = saver._database.write

    def lose_the_answer(work, count):
        real(work, count)
        raise SaverError("lost", committed=None)

    monkeypatch.setattr(saver._database, "write", lose_the_answer)
    errors = share_one_commit(
        saver,
        [
            lambda: saver.append("a", "c0", 1, [docs.completed(1)]),
            lambda: saver.append("b", "c0", 1, [docs.completed(1)]),
            lambda: saver.append("c", "c0", 7, [docs.completed(7)]),
        ],
    )
    assert {place: error.committed for place, error in errors.items()} == {1: None, 2: None}
    assert errors[1] is not errors[2]


def test_closing_ends_those_that_wait(saver, docs):
    saver.begin(docs.checkpoint("a"), None, [docs.started()])

    def close_first():
        saver._database._closed = True
        saver.append("a", "c0", 1, [docs.completed(1)])

    errors = share_one_commit(saver, [close_first, *[lambda: saver.append("a", "c0", 1, [docs.completed(1)])] * 3])
    assert {place: error.code for place, error in errors.items()} == dict.fromkeys(range(4), "saver.closed")


# --- forks --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_both_sides_of_a_fork_go_on(saver, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    child = os.fork()
    if child == 0:
        try:
            for seq in range(1, 51):
                saver.append("t", "c0", seq, [docs.completed(seq, "child")])
            saver.close()
            os._exit(0)
        finally:
            os._exit(1)
    for seq in range(50):
        saver.begin(docs.checkpoint("u", seq), f"c{seq - 1}" if seq else None)
    assert os.waitpid(child, 0)[1] == 0
    assert [entry.attempt_id for entry in saver.load("t").entries] == ["a"] + ["child"] * 50
    with inside(saver) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_both_sides_of_a_fork_have_what_was_in_memory(docs):
    with SqliteSaver.from_conn_string(":memory:") as saver:
        saver.begin(docs.checkpoint("t"), None, [docs.started()])
        child = os.fork()
        if child == 0:
            try:
                saver.append("t", "c0", 1, [docs.completed(1, "child")])
                os._exit(len(saver.load("t").entries))
            finally:
                os._exit(99)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
        assert len(saver.load("t").entries) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_in_the_middle_of_writes_blocks_neither_side(path, docs):
    saver = SqliteSaver(path, busy_timeout=60)
    saver.begin(docs.checkpoint("t"), None)
    stop = threading.Event()
    written = []

    def write():
        while not stop.is_set():
            saver.append("t", "c0", len(written), [docs.completed(len(written))])
            written.append(True)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(10):
            child = os.fork()
            if child == 0:
                try:
                    saver.begin(docs.checkpoint(f"child {number}"), None)
                    os._exit(0)
                finally:
                    os._exit(1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        writer.join()
    assert len(saver.load("t").entries) == len(written)
    assert all(saver.head(f"child {number}") for number in range(10))
    saver.close()
