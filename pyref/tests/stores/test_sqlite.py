"""What is special about a store in a SQLite file: the file, its neighbours in it, processes, and rows that are bad."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from taskpoint import FormatError, SqliteCache, SqliteSaver, SqliteStore, StoreError, UsageError
from taskpoint.caches import sqlite as caches
from taskpoint.stores import sqlite as stores

CHAPTER = Path(__file__).parents[3] / "spec" / "1.0" / "18-stores.md"


@pytest.mark.parametrize("script", [stores._TABLES.script, caches._TABLES.script], ids=lambda script: script.name)
def test_the_layout_is_the_chapter_s(script):
    made = [line for line in script.read_text("utf-8").splitlines() if not line.startswith("--")]
    assert "```sql\n" + "\n".join(made) + "\n```" in CHAPTER.read_text("utf-8")


def rows(path, query="SELECT namespace, key, value FROM store_items ORDER BY written"):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def change(path, statement, *parameters):
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement, parameters)


def test_the_file_is_as_the_layout_says(path, clock):
    with SqliteStore(path, clock=clock) as store:
        store.put(("a", 'b"c'), "k", {"n": 1, "$x": b"\0"}, ttl=2)
    found = rows(path, "SELECT * FROM store_items")
    at = "2027-01-15T08:00:00.000000Z"
    assert found == [
        (1, '["a","b\\"c"]', "k", '{"n":1,"$$x":{"$bytes":"AA=="}}', at, at, 120.0, clock.now + 120.0),
    ]


def test_a_saver_a_store_and_a_cache_share_a_file(path):
    with SqliteSaver(path) as saver, SqliteStore.from_saver(saver) as store, SqliteCache(path) as cache:
        store.put(("a",), "k", {"n": 1})
        cache.set((("a",), "k"), "1")
        assert saver.head("t") is None
        assert store.get(("a",), "k").value == {"n": 1}
        assert cache.get((("a",), "k")) == "1"
    with SqliteStore(path) as store:
        assert store.get(("a",), "k").value == {"n": 1}
    with SqliteSaver(path) as saver:
        assert saver.history("t") == []


@pytest.mark.parametrize("made", [SqliteSaver, SqliteStore, SqliteCache])
def test_there_is_nothing_to_set_up(made, path):
    async def wait():
        async with made(path) as opened:
            return await opened.setup()

    assert asyncio.run(wait()) is None
    with made(path) as opened:
        opened.setup()


def test_what_is_in_memory_is_not_shared():
    with SqliteSaver(":memory:") as saver, SqliteStore.from_conn_string(":memory:") as store:
        store.put(("a",), "k", {"n": 1})
        with SqliteCache(":memory:") as cache:
            cache.set((("a",), "k"), "1")
            assert (store.get(("a",), "k").value, cache.get((("a",), "k"))) == ({"n": 1}, "1")
        with SqliteStore(":memory:") as other:
            assert other.get(("a",), "k") is None
        with pytest.raises(UsageError, match="no file to share"):
            SqliteStore.from_saver(saver)


def test_a_file_that_only_a_saver_used_has_no_other_tables(path):
    with SqliteSaver(path):
        pass
    names = {name for (name,) in rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names == {"threads", "checkpoints", "entries"}


def test_a_foreign_file_is_refused_and_left_as_it_is(path):
    change(path, "CREATE TABLE notes (text)")
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        SqliteStore(path)
    assert caught.value.code == "store.failed"
    assert caught.value.committed is False
    assert path.read_bytes() == before


def test_a_newer_file_is_refused(path):
    with SqliteStore(path):
        pass
    change(path, "PRAGMA user_version = 99")
    with pytest.raises(FormatError) as caught:
        SqliteStore(path)
    assert caught.value.code == "format.newer"


def test_a_disk_error_is_the_store_s(path):
    with SqliteStore(path) as store:
        store.put(("a",), "k", {})
        change(path, "DROP TABLE store_items")
        with pytest.raises(StoreError) as caught:
            store.put(("a",), "k", {})
        assert caught.value.committed is False


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE store_items SET value = '{'",
        "UPDATE store_items SET value = '[]'",
        'UPDATE store_items SET value = \'{"a":{"$nothing":1}}\'',
        "UPDATE store_items SET created_at = 'yesterday'",
        "UPDATE store_items SET value = CAST(x'ff' AS TEXT)",
    ],
)
def test_a_row_that_is_no_item_is_refused_and_its_neighbours_are_not(path, statement):
    with SqliteStore(path) as store:
        store.put(("a",), "bad", {})
        store.put(("a",), "good", {"n": 1})
        change(path, statement + " WHERE key = 'bad'")
        for use in (lambda: store.get(("a",), "bad"), lambda: store.search(("a",))):
            with pytest.raises(FormatError) as caught:
                use()
            assert caught.value.code == "format.invalid"
        assert store.get(("a",), "good").value == {"n": 1}
        store.put(("a",), "bad", {"n": 2})
        assert store.get(("a",), "bad").value == {"n": 2}


@pytest.mark.parametrize("text", ["a", '{"a":1}', "[1]", "["])
def test_a_namespace_that_is_none_is_refused(path, text):
    with SqliteStore(path) as store:
        store.put(("a",), "k", {})
        change(path, "UPDATE store_items SET namespace = ?", text)
        with pytest.raises(FormatError):
            store.list_namespaces()


def test_what_has_expired_is_removed_by_the_next_write(path, clock):
    with SqliteStore(path, clock=clock) as store:
        store.put(("a",), "old", {}, ttl=1)
        clock.now += 61
        assert store.search(()) == []
        assert len(rows(path)) == 1
        store.put(("a",), "new", {})
    assert [key for _, key, _ in rows(path)] == ["new"]


def test_two_stores_see_each_other(path):
    with SqliteStore(path) as left, SqliteStore(path) as right:
        left.put(("a",), "k", {"by": "left"})
        assert right.get(("a",), "k").value == {"by": "left"}
        right.delete(("a",), "k")
        assert left.get(("a",), "k") is None


# --- processes ----------------------------------------------------------------------------------------------------

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")


def go(*processes):
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()


def test_processes_share_a_file(worker, path):
    processes = [worker("put_many", path, name, 60) for name in "abc"]
    go(*processes)
    for process in processes:
        process.stdout.read()
        assert process.wait() == 0
    with SqliteStore(path) as store:
        for name in "abc":
            assert {item.key for item in store.search(("all", name), limit=99)} == {f"k{n}" for n in range(60)}


@needs_posix
def test_what_was_acknowledged_survives_a_kill(worker, path):
    process = worker("put_many", path, "a", 100_000)
    go(process)
    said = [process.stdout.readline() for _ in range(20)]
    process.kill()
    said += process.stdout.readlines()
    last = max(int(line) for line in said if line.endswith("\n"))
    with SqliteStore(path) as store:
        kept = {item.value["n"] for item in store.search(("all", "a"), limit=100_000)}
    assert kept == set(range(len(kept)))
    assert len(kept) in {last + 1, last + 2}


def test_a_batch_is_seen_as_a_whole(worker, path):
    writers = [worker("overwrite", path, name, 150) for name in "ab"]
    watcher = worker("watch", path, "w", 300)
    go(*writers, watcher)
    assert watcher.stdout.read() == ""
    assert [process.wait() for process in (*writers, watcher)] == [0, 0, 0]


def test_processes_that_open_a_new_file_at_once_make_one_layout(worker, path):
    processes = [worker("open_first", path, name, 10) for name in "abc"]
    go(*processes)
    assert [process.wait() for process in processes] == [0, 0, 0]
    for number in range(10):
        with SqliteStore(f"{path}.{number}") as store:
            assert {item.key for item in store.search(("from",))} == set("abc")


def test_a_store_opens_as_langgraph_spells_it(tmp_path):
    with SqliteStore.from_conn_string(str(tmp_path / "store.db"), ttl={"default_ttl": 5}) as store:
        store.put(("a",), "k", {"n": 1})
        assert store.ttl_config == {"default_ttl": 5}
    with SqliteStore(tmp_path / "store.db") as again:
        assert again.get(("a",), "k").value == {"n": 1}
