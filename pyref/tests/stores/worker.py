"""A process that works on a store's SQLite file; it says `ready`, waits for a line, and does what it is asked."""

from __future__ import annotations

import sys

from taskpoint import SqliteCache, SqliteStore
from taskpoint.stores import GetOp, PutOp


def put_many(path, me, rounds):
    """Put items of its own, and say each that was acknowledged."""
    with SqliteStore(path, busy_timeout=60) as store:
        meet()
        for number in range(int(rounds)):
            store.put(("all", me), f"k{number}", {"by": me, "n": number})
            print(number, flush=True)


def overwrite(path, me, rounds):
    """Put two items in each batch; a reader must never see halves of two batches."""
    with SqliteStore(path, synchronous="OFF", busy_timeout=60) as store:
        meet()
        for number in range(int(rounds)):
            value = {"by": f"{me}{number}"}
            store.batch([PutOp(("pair",), "left", value), PutOp(("pair",), "right", value)])


def watch(path, me, rounds):
    """Read the pair in one batch and complain of halves."""
    with SqliteStore(path, busy_timeout=60) as store:
        meet()
        for _ in range(int(rounds)):
            left, right = store.batch([GetOp(("pair",), "left"), GetOp(("pair",), "right")])
            if (left and left.value) != (right and right.value):
                print("halves", left, right, flush=True)


def open_first(path, me, rounds):
    """Open files that nobody has opened before, as a store and as a cache."""
    meet()
    for number in range(int(rounds)):
        with SqliteStore(f"{path}.{number}") as store, SqliteCache(f"{path}.{number}") as cache:
            store.put(("from",), me, {"n": number})
            cache.set((("from",), me), "1")


def meet():
    print("ready", flush=True)
    sys.stdin.readline()


JOBS = {each.__name__: each for each in (put_many, overwrite, watch, open_first)}

if __name__ == "__main__":
    JOBS[sys.argv[1]](*sys.argv[2:])
