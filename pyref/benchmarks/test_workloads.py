"""The workloads of the runtime beside their floors: the same inserts, commits, encoding and dispatch made by hand.

    pytest pyref/benchmarks/test_workloads.py --benchmark-columns=median

W1 sequential tasks, W2 fan-out, W3 replay, W4 many short threads, W5 large results, W6 a growing `previous`.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import resource
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

import orjson
import pytest
from floor import in_turns

from taskpoint import InMemorySaver, SqliteSaver, entrypoint, task

TASKS = 1000
T = "2026-11-21T09:00:00.123456Z"
CREATE = """CREATE TABLE entries (thread INTEGER, checkpoint INTEGER, seq INTEGER, kind TEXT, at TEXT, attempt_id TEXT,
path TEXT, name TEXT, input_digest TEXT, alone INTEGER, attempts INTEGER, started_at TEXT, value TEXT, detail TEXT,
PRIMARY KEY (thread, checkpoint, seq)) WITHOUT ROWID"""
INSERT = "INSERT INTO entries VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ADD_THREAD = """INSERT INTO threads (thread_id, head, holder_attempt_id, holder_host, holder_pid, holder_lease_until)
VALUES (?, 0, ?, 'host', 1, ?)"""
ADD_CHECKPOINT = "INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ADD_ENTRY = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
LET_GO = """UPDATE threads SET head = 1, holder_attempt_id = NULL, holder_host = NULL, holder_pid = NULL,
holder_lease_until = NULL WHERE thread = ?"""
LOCAL = contextvars.ContextVar("local", default=0)


def result(n):
    return {"n": n, "text": "abcdefghijklmnopqrst", "list": [1, 2]}


@task
def work(n):
    return result(n)


@task
async def awork(n):
    return result(n)


def sequential(n):
    for i in range(n):
        work(i).result()


async def asequential(n):
    for i in range(n):
        await awork(i)


def fan_out(n):
    return len([future.result() for future in [work(i) for i in range(n)]])


async def afan_out(n):
    return len(await asyncio.gather(*[awork(i) for i in range(n)]))


def runner(body, saver):
    """Return what runs `body` once, on a new thread each time."""
    threads = count()
    main = entrypoint("main", body, checkpointer=saver)
    return lambda n=TASKS: main.invoke(n, thread_id=f"t{next(threads)}")


def one_by_hand(n):
    """A future made, set and read, a context variable, and the result encoded and decoded."""
    future = concurrent.futures.Future()
    token = LOCAL.set(n)
    future.set_result(orjson.loads(orjson.dumps(result(n))))
    LOCAL.reset(token)
    return future.result()


async def one_async(n):
    return orjson.loads(orjson.dumps(result(n)))


class Raw:
    """A bare connection that takes the same rows."""

    def __init__(self, path, synchronous):
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute(f"PRAGMA synchronous = {synchronous}")
        self.connection.execute(CREATE)
        self.threads = count()

    def row(self, thread, n):
        text = orjson.dumps(result(n)).decode()
        return (thread, n, "task.completed", T, "a" * 36, f"work#{n}", "work", "d" * 64, 1, 1, T, text, None)

    def sequential(self):
        thread = next(self.threads)
        for n in range(TASKS):
            one_by_hand(n)
            self.connection.execute(INSERT, self.row(thread, n))

    async def asequential(self):
        thread = next(self.threads)

        async def one(n):
            value = await one_async(n)
            self.connection.execute(INSERT, self.row(thread, n))
            return value

        for n in range(TASKS):
            await asyncio.get_running_loop().create_task(one(n))

    def batches(self, n=TASKS):
        thread = next(self.threads)
        for first in range(0, n, 100):
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(INSERT, [self.row(thread, i) for i in range(first, first + 100)])
            self.connection.execute("COMMIT")


@pytest.fixture
def sqlite(tmp_path, request):
    synchronous = request.param
    with SqliteSaver(tmp_path / "ours.db", synchronous=synchronous) as saver:
        raw = Raw(tmp_path / "floor.db", synchronous)
        yield saver, raw
        raw.connection.close()


def test_w1_sequential_in_memory(benchmark):
    floor = lambda: [one_by_hand(n) for n in range(TASKS)]  # noqa: E731
    in_turns(benchmark, runner(sequential, InMemorySaver()), floor, TASKS, 10)


def test_w1_sequential_in_memory_async(benchmark):
    async def by_hand():
        for n in range(TASKS):
            await asyncio.get_running_loop().create_task(one_async(n))

    in_turns(benchmark, runner(asequential, InMemorySaver()), lambda: asyncio.run(by_hand()), TASKS, 10)


@pytest.mark.parametrize(("sqlite", "target"), [("FULL", 1.4), ("NORMAL", 4)], indirect=["sqlite"])
def test_w1_sequential_on_sqlite(benchmark, sqlite, target):
    saver, raw = sqlite
    in_turns(benchmark, runner(sequential, saver), raw.sequential, TASKS, target, rounds=7)


@pytest.mark.parametrize(("sqlite", "target"), [("FULL", 1.4), ("NORMAL", 4)], indirect=["sqlite"])
def test_w1_sequential_on_sqlite_async(benchmark, sqlite, target):
    saver, raw = sqlite
    floor = lambda: asyncio.run(raw.asequential())  # noqa: E731
    in_turns(benchmark, runner(asequential, saver), floor, TASKS, target, rounds=7)


@pytest.mark.parametrize("tasks", [1000, 10_000])
def test_w2_fan_out_in_memory(benchmark, tasks):
    run = runner(fan_out, InMemorySaver())
    with ThreadPoolExecutor(4) as pool:

        def floor():
            return [future.result() for future in [pool.submit(one_by_hand, n) for n in range(tasks)]]

        in_turns(benchmark, lambda: run(tasks), floor, tasks, 4, rounds=5)


@pytest.mark.parametrize("tasks", [1000, 10_000])
def test_w2_fan_out_in_memory_async(benchmark, tasks):
    run = runner(afan_out, InMemorySaver())

    async def by_hand():
        await asyncio.gather(*[one_async(n) for n in range(tasks)])

    in_turns(benchmark, lambda: run(tasks), lambda: asyncio.run(by_hand()), tasks, 4, rounds=5)


@pytest.mark.parametrize("sqlite", ["FULL"], indirect=True)
@pytest.mark.parametrize("body", [fan_out, afan_out])
def test_w2_fan_out_on_sqlite(benchmark, sqlite, body):
    saver, raw = sqlite
    with ThreadPoolExecutor(4) as pool:

        def floor():
            [future.result() for future in [pool.submit(one_by_hand, n) for n in range(TASKS)]]
            raw.batches()

        in_turns(benchmark, runner(body, saver), floor, TASKS, 4, rounds=7)


class Crash(BaseException):
    pass


@pytest.mark.parametrize("sqlite", ["NORMAL"], indirect=True)
def test_w3_replay_on_sqlite(benchmark, sqlite):
    saver, raw = sqlite

    def body(n):
        sequential(n)
        raise Crash

    main = entrypoint("main", body, checkpointer=saver)
    with pytest.raises(Crash):
        main.invoke(TASKS, thread_id="t")
    raw.batches()

    def replay():
        with pytest.raises(Crash):
            main.invoke(None, thread_id="t")

    def floor():
        rows = raw.connection.execute("SELECT * FROM entries WHERE thread = 0 ORDER BY seq").fetchall()
        return [(orjson.loads(row[12]), one_by_hand(row[2])) for row in rows]

    in_turns(benchmark, replay, floor, TASKS, 4)


def test_w4_short_threads_in_memory(benchmark):
    run = runner(sequential, InMemorySaver())
    floor = lambda: [one_by_hand(n) for _ in range(100) for n in range(3)]  # noqa: E731
    in_turns(benchmark, lambda: [run(1) for _ in range(100)], floor, 100, 10)


class OwnCommits:
    """The commits of a run of one task by hand: the very rows that it wrote, on new threads, in the same tables."""

    def __init__(self, path, run):
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = FULL")
        run(1)
        thread = self.connection.execute("SELECT max(thread) FROM threads").fetchone()
        self.checkpoints = self._rows("SELECT * FROM checkpoints WHERE thread = ? ORDER BY seq", thread)
        self.entries = self._rows("SELECT * FROM entries WHERE thread = ? ORDER BY seq", thread)
        self.names = count()

    def _rows(self, statement, thread):
        return [row[1:] for row in self.connection.execute(statement, thread)]

    def run(self):
        with self.commit() as execute:
            thread = execute(ADD_THREAD, (f"floor-{next(self.names)}", "a" * 36, T)).lastrowid
            execute(ADD_CHECKPOINT, (thread, *self.checkpoints[0]))
            execute(ADD_ENTRY, (thread, *self.entries[0]))
        self.connection.execute(ADD_ENTRY, (thread, *self.entries[1]))
        with self.commit() as execute:
            execute(ADD_CHECKPOINT, (thread, *self.checkpoints[1]))
            execute(ADD_ENTRY, (thread, *self.entries[2]))
            execute(LET_GO, (thread,))

    @contextmanager
    def commit(self):
        self.connection.execute("BEGIN IMMEDIATE")
        yield self.connection.execute
        self.connection.execute("COMMIT")


@pytest.mark.parametrize("sqlite", ["FULL"], indirect=True)
def test_w4_short_threads_on_sqlite(benchmark, sqlite):
    saver, _ = sqlite
    run = runner(sequential, saver)
    own = OwnCommits(saver.path, run)
    in_turns(benchmark, lambda: [run(1) for _ in range(50)], lambda: [own.run() for _ in range(50)], 50, 1.3)
    own.connection.close()


def from_threads(saver, names):
    """Return what makes runs of one task, 16 at a time, each in a thread."""
    main = entrypoint("main", sequential, checkpointer=saver)
    pool = ThreadPoolExecutor(16)
    return lambda runs: list(pool.map(lambda _: main.invoke(1, thread_id=next(names)), range(runs)))


def on_one_loop(saver, names):
    """Return what makes runs of one task, 16 at a time, on one event loop."""
    main = entrypoint("main", asequential, checkpointer=saver)

    async def all_of(runs):
        places = asyncio.Semaphore(16)

        async def one():
            async with places:
                await main.ainvoke(1, thread_id=next(names))

        await asyncio.gather(*[one() for _ in range(runs)])

    return lambda runs: asyncio.run(all_of(runs))


@pytest.mark.parametrize("sqlite", ["FULL"], indirect=True)
@pytest.mark.parametrize("way", [from_threads, on_one_loop])
def test_w4_sixteen_in_flight_on_sqlite(benchmark, sqlite, way):
    saver, _ = sqlite
    own = OwnCommits(saver.path, runner(sequential, saver))
    run = way(saver, (f"flight-{n}" for n in count()))
    in_turns(benchmark, lambda: run(160), lambda: [own.run() for _ in range(160)], 160, 0.5)
    own.connection.close()


@pytest.mark.parametrize("sqlite", ["FULL"], indirect=True)
def test_w5_large_results(benchmark, sqlite):
    saver, raw = sqlite
    large = [{"n": n, "text": "x" * 80} for n in range(1000)]
    fetch = task("fetch", lambda n: large)
    run = runner(lambda n: [fetch(i).result() for i in range(n)] and None, saver)
    numbers = count()

    def floor():
        for _ in range(20):
            text = orjson.dumps(large).decode()
            orjson.loads(text)
            raw.connection.execute(INSERT, (*raw.row(-2, next(numbers))[:-2], text, None))

    in_turns(benchmark, lambda: run(20), floor, 20, 4, rounds=7)


@pytest.mark.parametrize("sqlite", ["NORMAL"], indirect=True)
def test_w6_a_growing_previous(sqlite, tmp_path):
    saver, _ = sqlite

    @entrypoint(checkpointer=saver)
    def main(n, *, previous=None):
        return entrypoint.final(value=n, save=[*(previous or []), "x" * 1000])

    for n in range(100):
        main.invoke(n, thread_id="t")
    saver.close()
    payload = sum(1003 * n for n in range(1, 101))
    assert (tmp_path / "ours.db").stat().st_size <= 1.2 * payload + 100 * 1500


def test_the_cost_of_a_task_does_not_grow(benchmark):
    run = runner(sequential, InMemorySaver())
    in_turns(benchmark, lambda: run(10_000), lambda: [run(1000) for _ in range(10)], 10_000, 1.1, rounds=5)


def test_memory_a_task():
    run = runner(sequential, InMemorySaver())
    run(1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run(20_000)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / 20_000 <= 2048
