"""Many threads that write to one file: they share commits, and nobody suffers from another's error."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from taskpoint import FormatError, SqliteCache, SqliteStore, StoreError
from taskpoint.stores import _sqlite_file
from taskpoint.stores.ops import GetOp, PutOp


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path / "s.db", synchronous="OFF", busy_timeout=0.2) as made:
        yield made


@pytest.fixture
def commits(store):
    """How many transactions there were."""
    counted = []
    write = store._file._database.write

    def counting(work):
        counted.append(work)
        return write(work)

    store._file._database.write = counting
    return counted


def queued(store, count):
    """Wait until so many writes wait for the one that is under way."""
    for _ in range(3000):
        with store._file._group._mutex:
            if len(store._file._group._queue) == count:
                return
        threading.Event().wait(0.01)
    raise AssertionError


def both(key):
    """Operations that write, and read what is under a key."""
    return [PutOp(("m",), key, {}), GetOp(("n",), key)]


class Held:
    """Holds the file's lock, so that what comes meanwhile queues."""

    def __init__(self, store):
        self._lock = store._file._database.lock

    def __enter__(self):
        self._lock.acquire()

    def __exit__(self, *_):
        self._lock.release()


def test_writes_that_come_meanwhile_share_a_commit(store, commits):
    with ThreadPoolExecutor(16) as pool:
        with Held(store):
            waiting = [pool.submit(store.put, ("n",), str(i), {"i": i}) for i in range(16)]
            queued(store, 15)
        for each in waiting:
            each.result()
    assert len(commits) == 2
    assert {item.key: item.value["i"] for item in store.search(("n",), limit=20)} == {str(i): i for i in range(16)}


def test_each_gets_its_own_results(store):
    for key in "abc":
        store.put(("n",), key, {"x": key})
    with ThreadPoolExecutor(8) as pool:
        with Held(store):
            waiting = {key: pool.submit(store.batch, both(key)) for key in "abcd"}
            queued(store, 3)
        found = {key: each.result()[1] for key, each in waiting.items()}
    assert {key: item and item.value for key, item in found.items()} == {
        **{key: {"x": key} for key in "abc"},
        "d": None,
    }


def test_an_error_is_its_own(store):
    """One row is not readable: who reads it hears of it, and what came with it is written."""
    store.put(("n",), "bad", {"x": 1}, ttl=60)
    other = sqlite3.connect(store._file._database.path, isolation_level=None)
    other.execute("UPDATE store_items SET value = '{'")
    other.close()
    with ThreadPoolExecutor(8) as pool:
        with Held(store):
            waiting = [pool.submit(store.put, ("n",), str(i), {"i": i}) for i in range(4)]
            queued(store, 3)
            bad = pool.submit(store.batch, both("bad"))
            queued(store, 4)
        for each in waiting:
            each.result()
        with pytest.raises(FormatError):
            bad.result()
    assert [store.get(("n",), str(i)).value for i in range(4)] == [{"i": i} for i in range(4)]
    assert store.get(("m",), "bad") is None


def test_nobody_is_written_where_the_file_is_locked(store):
    other = sqlite3.connect(store._file._database.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(store.put, ("n",), str(i), {}) for i in range(4)]
        for each in waiting:
            with pytest.raises(StoreError) as caught:
                each.result()
            assert caught.value.committed is False
    other.execute("ROLLBACK")
    other.close()
    assert store.search(("n",)) == []
    store.put(("n",), "k", {})
    assert len(store.search(("n",))) == 1


def test_what_became_of_a_lost_commit_nobody_says(store, monkeypatch):
    database = store._file._database
    with ThreadPoolExecutor(8) as pool:
        with Held(store):
            first = pool.submit(store.put, ("n",), "first", {})
            queued(store, 0)
            waiting = [pool.submit(store.put, ("n",), str(i), {}) for i in range(3)]
            queued(store, 3)
            write = database.write

            def failing(work):
                monkeypatch.setattr(database, "write", write)

                def commit_fails(connection):
                    work(connection)
                    raise _sqlite_file.SaverError("the commit failed")

                return write(commit_fails)

            monkeypatch.setattr(database, "write", failing)
        first.result()
        for each in waiting:
            with pytest.raises(StoreError) as caught:
                each.result()
            assert caught.value.committed is None


def test_a_cache_shares_commits_too(tmp_path):
    with SqliteCache(tmp_path / "c.db", synchronous="OFF") as cache:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda i: cache.set((("n",), str(i)), str(i)), range(200)))
        assert [cache.get((("n",), str(i))) for i in range(200)] == [str(i) for i in range(200)]
