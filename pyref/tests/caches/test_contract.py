"""What every cache does, whatever it keeps its entries in."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from taskpoint import FormatError, InMemoryCache, SqliteCache, StoreError, UsageError

A = (("a",), "k")


class Clock:
    now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def cache(request, tmp_path, clock):
    made = InMemoryCache(clock=clock) if request.param == "memory" else SqliteCache(tmp_path / "c.db", clock=clock)
    with made:
        yield made


def test_what_is_set_is_got(cache):
    assert cache.get(A) is None
    cache.set(A, '{"n":1}')
    assert cache.get(A) == '{"n":1}'
    cache.set(A, "\0 [2]")
    assert cache.get(A) == "\0 [2]"
    assert cache.get((("a",), "K")) is None


def test_keys_never_leak_into_one_another(cache):
    names = [(("a", "b.c"), "k"), (("a.b", "c"), "k"), (("a",), "b"), (('a"',), "k"), (("%",), "%"), (("a", "b"), "c")]
    for number, key in enumerate(names):
        cache.set(key, str(number))
    assert [cache.get(key) for key in names] == [str(number) for number in range(len(names))]


def test_an_entry_expires_after_its_seconds(cache, clock):
    cache.set(A, "1", ttl=1.5)
    cache.set((("a",), "stays"), "2")
    clock.now += 1.4
    assert cache.get(A) == "1"
    clock.now += 0.1
    assert cache.get(A) is None
    cache.set(A, "3")
    clock.now += 100
    assert [cache.get(A), cache.get((("a",), "stays"))] == ["3", "2"]


def test_reading_does_not_renew(cache, clock):
    cache.set(A, "1", ttl=2)
    clock.now += 1
    assert cache.get(A)
    clock.now += 1
    assert cache.get(A) is None


def test_clearing(cache):
    names = [(("a",), "1"), (("a",), "2"), (("a", "b"), "1"), (("b",), "1"), (("%",), "1")]
    for key in names:
        cache.set(key, "x")
    cache.clear([])
    assert all(cache.get(key) for key in names)
    cache.clear([("a",), ("%",)])
    assert [key for key in names if cache.get(key)] == [(("a", "b"), "1"), (("b",), "1")]
    cache.clear()
    assert not any(cache.get(key) for key in names)


@pytest.mark.parametrize(
    "key", ["k", ("a", "k"), (("a",), ""), (("a",), 1), ((), "k"), (("",), "k"), (("a",), "k", "l")]
)
def test_what_is_no_key_is_refused(cache, key):
    for use in (lambda: cache.get(key), lambda: cache.set(key, "1")):
        with pytest.raises(UsageError) as caught:
            use()
        assert caught.value.code == "usage.id_invalid"


def test_what_is_no_entry_is_refused(cache):
    for use in (
        lambda: cache.set(A, 1),
        lambda: cache.set(A, b"1"),
        lambda: cache.set(A, "1", ttl=0),
        lambda: cache.set(A, "1", ttl="5"),
        lambda: cache.clear("a"),
        lambda: cache.clear(["a"]),
    ):
        with pytest.raises(UsageError):
            use()


def test_the_verbs_in_async_form(cache):
    async def work():
        await cache.aset(A, "1", 5)
        got = await cache.aget(A)
        await cache.aclear()
        return got, await cache.aget(A)

    assert asyncio.run(work()) == ("1", None)


def test_a_closed_cache_is_refused(cache):
    cache.close()
    cache.close()
    for use in (lambda: cache.get(A), lambda: cache.set(A, "1"), cache.clear):
        with pytest.raises(StoreError, match="cache is closed") as caught:
            use()
        assert caught.value.code == "store.closed"


def test_the_file(tmp_path, clock):
    path = tmp_path / "c.db"
    with SqliteCache(path, clock=clock) as one, SqliteCache(path, clock=clock) as other:
        one.set(A, "1", ttl=5)
        assert other.get(A) == "1"
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            found = connection.execute("SELECT * FROM cache_entries").fetchall()
            assert found == [('["a"]', "k", "1", clock.now + 5)]
            connection.execute("UPDATE cache_entries SET value = CAST(x'ff' AS TEXT)")
        with pytest.raises(FormatError):
            other.get(A)
        clock.now += 5
        one.set((("a",), "other"), "2")
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT key FROM cache_entries").fetchall() == [("other",)]
