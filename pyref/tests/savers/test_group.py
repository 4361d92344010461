from __future__ import annotations

import threading

import pytest
from waiting import until

from taskpoint import SqliteSaver
from taskpoint.errors import FormatError, SaverError
from taskpoint.savers._group import Group


class World:
    """Counts what is written, and lets a test stop the leader in the middle."""

    def __init__(self):
        self.alone, self.together = [], []
        self.gate = threading.Event()
        self.leading = threading.Event()
        self.group = Group(self._alone, self._together)
        self.outcomes = {}
        self.threads = []

    def _alone(self, write):
        self.alone.append(write)
        if write == "slow":
            self.leading.set()
            self.gate.wait()
        if write == "bad":
            raise ValueError(write)

    def _together(self, writes):
        self.together.append(list(writes))
        if "fatal" in writes:
            raise KeyboardInterrupt
        return [ValueError(write) if write == "bad" else None for write in writes]

    def submit(self, write):
        """Submit in a thread of its own, and return when it leads or waits."""

        def run():
            try:
                self.group.submit(write)
                self.outcomes[write] = None
            except BaseException as error:  # noqa: BLE001 - the test looks at it
                self.outcomes[write] = error

        waiting = len(self.group._queue)
        thread = threading.Thread(target=run)
        self.threads.append(thread)
        thread.start()
        if write == "slow":
            self.leading.wait()
        else:
            while len(self.group._queue) == waiting:
                pass

    def finish(self):
        self.gate.set()
        for thread in self.threads:
            thread.join()
        assert not self.group._busy
        assert not self.group._queue


@pytest.fixture
def world():
    return World()


def test_a_lone_write_is_done_by_its_caller(world):
    world.group.submit("one")
    with pytest.raises(ValueError, match="bad"):
        world.group.submit("bad")
    world.group.submit("two")
    assert world.alone == ["one", "bad", "two"]
    world.finish()


def test_writes_that_wait_are_done_together_and_in_order(world):
    for write in ("slow", "a", "bad", "c"):
        world.submit(write)
    world.finish()
    assert world.together == [["a", "bad", "c"]]
    assert {write: type(error) for write, error in world.outcomes.items()} == {
        "slow": type(None),
        "a": type(None),
        "bad": ValueError,
        "c": type(None),
    }


def test_one_write_that_waits_is_done_alone(world):
    world.submit("slow")
    world.submit("bad")
    world.finish()
    assert world.alone == ["slow", "bad"]
    assert type(world.outcomes["bad"]) is ValueError


def test_a_leader_that_is_stopped_says_that_nobody_knows(world):
    for write in ("slow", "fatal", "b"):
        world.submit(write)
    world.finish()
    assert type(world.outcomes["fatal"]) is KeyboardInterrupt
    assert type(world.outcomes["b"]) is SaverError
    assert world.outcomes["b"].committed is None


class Interrupted:
    """A lock whose owner is interrupted while it waits for it."""

    def __init__(self, lock, *, after):
        self.lock = lock
        self.after = after

    def acquire(self):
        if self.after:
            self.lock.acquire()
        raise KeyboardInterrupt

    def release(self):
        self.lock.release()


@pytest.mark.parametrize("after", [False, True], ids=["in the queue", "when it was woken to lead"])
def test_a_waiter_that_is_interrupted_does_not_take_the_turn_with_it(world, after, monkeypatch):
    from taskpoint.savers import _group

    real = _group._Ticket

    def ticket(write):
        made = real(write)
        if write == "interrupted":
            made.wake = Interrupted(made.wake, after=after)
        return made

    monkeypatch.setattr(_group, "_Ticket", ticket)
    world.submit("slow")
    if after:
        world.submit("interrupted")
        world.submit("b")
    else:
        with pytest.raises(KeyboardInterrupt):
            world.group.submit("interrupted")
        world.submit("b")
    world.finish()
    assert "interrupted" not in world.alone
    assert world.outcomes["b"] is None
    assert world.alone == ["slow", "b"]


def test_a_refused_write_leaves_nothing_in_the_commit_that_it_shares(tmp_path, docs):
    """`STO-001`: the thread stands as before, whoever else was in the transaction."""
    with SqliteSaver(tmp_path / "threads.db") as saver:
        saver.begin(docs.checkpoint("old"), None, [docs.started()])
        before = saver.load("old")
        errors = {}

        def begin(thread_id, seq, head):
            try:
                saver.begin(docs.checkpoint(thread_id, seq, id="c0"), head)
            except FormatError as error:
                errors[thread_id] = error

        writes = [("first", 0, None), ("old", 1, "c0"), ("new", 0, None)]  # the second has an id that is taken
        with saver._database.lock:  # the first waits for it, and the others wait for the first
            threads = []
            for place, write in enumerate(writes):
                threads.append(threading.Thread(target=begin, args=write))
                threads[-1].start()
                until(lambda place=place: saver._group._busy and len(saver._group._queue) == place)
        for thread in threads:
            thread.join()
        assert list(errors) == ["old"]
        assert saver.load("old") == before
        assert saver.head("new").checkpoint.id == "c0"
