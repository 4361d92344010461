"""A process that works on a SQLite file: started by the tests, and often killed by them.

It says `ready`, waits for a line, does what its first argument says, and prints what it did, one line each.
"""

from __future__ import annotations

import os
import resource
import signal
import sys

import documents as docs

from taskpoint.errors import ConcurrentRunError, SaverError
from taskpoint.savers import SqliteSaver
from taskpoint.savers.holders import new_holder


def say(*words):
    print(*words, flush=True)


def race_append(path, me, rounds):
    """Try to append the next entry until the journal has `rounds` of them."""
    with SqliteSaver(path, synchronous="OFF", busy_timeout=60) as saver:
        meet()
        end = 0
        while end < int(rounds):
            try:
                saver.append("t", "c0", end, [docs.completed(end, me)])
            except ConcurrentRunError:
                end = len(saver.load("t").entries) if end % 50 == 0 else end + 1
            else:
                say(end)
                end += 1


def race_begin(path, me, rounds):
    """Try to make each checkpoint, in order, together with two entries."""
    with SqliteSaver(path, synchronous="OFF", busy_timeout=60) as saver:
        meet()
        for seq in range(int(rounds)):
            expected = f"{seq - 1}" if seq else None
            new = docs.checkpoint("t", seq, id=str(seq))
            try:
                saver.begin(new, expected, [docs.started(attempt_id=me), docs.completed(1, me)])
            except ConcurrentRunError:
                continue
            say(seq)


def write_until_killed(path, me, rounds):
    """Append one entry and then three, saying each end that was acknowledged; a late killer finds an idle process."""
    with SqliteSaver(path, busy_timeout=60) as saver:
        meet()
        end = len(saver.load(me).entries)
        for _ in range(int(rounds)):
            count = 1 if end % 2 else 3
            saver.append(me, "c0", end, [docs.completed(each, me) for each in range(end, end + count)])
            end += count
            say(end)
        sys.stdin.readline()


def hold(path, me, rounds):
    """Hold a thread until killed."""
    with SqliteSaver(path) as saver:
        saver.begin(docs.checkpoint("t"), None, [docs.started(attempt_id=me)], new_holder(me, 3600))
        meet()
        sys.stdin.readline()


def open_first(path, me, rounds):
    """Open files that another process opens first at the same time."""
    meet()
    for number in range(int(rounds)):
        with SqliteSaver(f"{path}.{number}", synchronous="OFF", busy_timeout=60) as saver:
            saver.begin(docs.checkpoint(me), None, [docs.started()])
        say(number)


def fill(path, me, rounds):
    """For each of several sizes that a file may have: append until it may not grow, and say what is there then."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    meet()
    for number in range(int(rounds)):
        with SqliteSaver(f"{path}.{number}", synchronous="OFF") as saver:
            saver.begin(docs.checkpoint("t"), None)
            limit_files(130_000 + 1_371 * number)
            end, committed = fill_one(saver, me)
            limit_files(resource.RLIM_INFINITY)
            found = len(saver.load("t").entries)
            saver.append("t", "c0", found, [docs.completed(found)])
            say(end, found, committed, len(saver.load("t").entries))


def limit_files(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def fill_one(saver, me):
    """Return how many entries were acknowledged, and what was said about those that were not."""
    end = 0
    value = '"' + "x" * 2000 + '"'
    while True:
        count = 1 if me == "one" else 3
        try:
            saver.append("t", "c0", end, [docs.completed(each, me, value) for each in range(end, end + count)])
        except SaverError as error:
            return end, error.committed
        end += count


def meet():
    say("ready")
    sys.stdin.readline()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
    sys.stdout.flush()
    os._exit(0)
