"""The SQLite saver where the disk, the file or another process does not do its part."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing

import pytest
from sqlite_files import inside, limit_pages

from taskpoint.errors import FormatError, SaverError
from taskpoint.savers import SqliteSaver


@pytest.fixture
def saver(in_file):
    return in_file


def test_a_full_disk_is_a_failure_that_leaves_no_half(saver, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    limit_pages(saver, 1)
    big = '"' + "x" * 50_000 + '"'
    with pytest.raises(SaverError, match="SQLITE_FULL") as caught:
        saver.append("t", "c0", 1, [docs.completed(1, value=big)])
    assert caught.value.committed is None
    assert caught.value.hint
    many = [docs.completed(1), docs.completed(2, value=big)]
    with pytest.raises(SaverError, match="SQLITE_FULL") as caught:
        saver.append("t", "c0", 1, many)
    assert caught.value.committed is False
    with pytest.raises(SaverError, match="SQLITE_FULL"):
        saver.begin(docs.checkpoint("u", input=big), None)
    assert saver.load("t").entries == [docs.started()]
    assert saver.head("u") is None
    limit_pages(saver, 1_000_000)
    saver.append("t", "c0", 1, many)
    assert len(saver.load("t").entries) == 3


def test_a_file_that_another_process_holds_is_waited_for_and_then_reported(saver, raw, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    raw.execute("BEGIN IMMEDIATE")
    for action in (
        lambda: saver.append("t", "c0", 1, [docs.completed(1)]),
        lambda: saver.append("t", "c0", 1, [docs.completed(1), docs.completed(2)]),
        lambda: saver.begin(docs.checkpoint("u"), None),
        lambda: saver.delete("t"),
    ):
        with pytest.raises(SaverError, match="SQLITE_BUSY") as caught:
            action()
        assert caught.value.committed is False
        assert "busy_timeout" in caught.value.hint
    assert saver.load("t").entries == [docs.started()]
    raw.execute("ROLLBACK")
    saver.append("t", "c0", 1, [docs.completed(1)])


def test_a_lock_that_is_let_go_in_time_costs_only_the_wait(path, docs):
    with SqliteSaver(path, busy_timeout=20) as saver, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer = threading.Thread(target=saver.begin, args=(docs.checkpoint("t"), None))
        writer.start()
        writer.join(0.05)
        assert writer.is_alive()
        other.execute("ROLLBACK")
        writer.join()
        assert saver.head("t") is not None


def test_a_reader_holds_no_lock(saver, raw, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    saver.load("t")
    saver.head("t")
    saver.history("t")
    assert raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    with inside(saver) as connection:
        assert not connection.in_transaction


def test_a_damaged_file_is_a_failure(saver, path, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.completed(seq) for seq in range(300)])
    saver.close()
    content = bytearray(path.read_bytes())
    content[3 * 4096 :] = os.urandom(len(content) - 3 * 4096)
    path.write_bytes(content)
    with SqliteSaver(path) as damaged, pytest.raises((SaverError, FormatError)):
        damaged.load("t")


def test_errors_hold_no_payload(saver, docs):
    canary = "CANARY-7531"
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    limit_pages(saver, 1)
    value = '"' + canary * 10_000 + '"'
    with pytest.raises(SaverError) as caught:
        saver.append("t", "c0", 1, [docs.completed(1, value=value)])
    assert canary not in str(caught.value) + str(caught.value.__cause__)
