"""What a store in a SQLite file costs beside the same statements made by hand.

pytest pyref/benchmarks/test_stores.py --benchmark-columns=median,ops --benchmark-group-by=group
"""

from __future__ import annotations

import json
import sqlite3
from itertools import count

import pytest
from floor import in_turns

from taskpoint import SqliteStore

VALUE = {"text": "x" * 100, "n": 7, "tags": ["a", "b"]}
INSERT = "INSERT OR REPLACE INTO items VALUES (?, ?, ?)"


@pytest.fixture
def store(tmp_path):
    with SqliteStore(tmp_path / "store.db", synchronous="NORMAL") as made:
        for number in range(1000):
            made.put(("users", str(number % 10)), str(number), {**VALUE, "n": number})
        yield made


@pytest.fixture
def floor(tmp_path):
    connection = sqlite3.connect(tmp_path / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE items (namespace TEXT, key TEXT, value TEXT, PRIMARY KEY (namespace, key))")
    for number in range(1000):
        connection.execute(INSERT, (str(number % 10), str(number), json.dumps({**VALUE, "n": number})))
    yield connection
    connection.close()


@pytest.mark.benchmark(group="store put")
def test_put(benchmark, store, floor):
    numbers = count()

    def ours():
        for _ in range(50):
            store.put(("users", "7"), str(next(numbers) % 100), VALUE)

    def by_hand():
        for _ in range(50):
            floor.execute(INSERT, ("7", str(next(numbers) % 100), json.dumps(VALUE)))

    in_turns(benchmark, ours, by_hand, per=50, target=3.0)


@pytest.mark.benchmark(group="store get")
def test_get(benchmark, store, floor):
    query = "SELECT value FROM items WHERE namespace = ? AND key = ?"

    def ours():
        for _ in range(200):
            store.get(("users", "7"), "7")

    def by_hand():
        for _ in range(200):
            json.loads(floor.execute(query, ("7", "7")).fetchone()[0])

    in_turns(benchmark, ours, by_hand, per=200, target=8.0)


@pytest.mark.benchmark(group="store search")
def test_search_with_a_filter(benchmark, store, floor):
    def by_hand():
        rows = floor.execute("SELECT value FROM items WHERE namespace = ?", ("7",)).fetchall()
        return [value for (text,) in rows if (value := json.loads(text))["n"] > 500]

    def ours():
        return store.search(("users", "7"), filter={"n": {"$gt": 500}}, limit=100)

    in_turns(benchmark, ours, by_hand, per=1, target=6.0)
