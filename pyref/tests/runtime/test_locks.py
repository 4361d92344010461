"""Whoever holds the lock of a run when Ctrl-C comes holds it afterwards, and nobody else's is released."""

import signal
import threading
import time
from contextlib import contextmanager

import pytest

from taskpoint import InMemorySaver, entrypoint, task
from taskpoint.runtime.execution import run
from taskpoint.runtime.process.locks import RunLock, take_back
from taskpoint.runtime.writing import commits


@contextmanager
def interrupted(lock):
    """Have somebody else take the lock when it is free, and send Ctrl-C again and again before it is given back."""
    main, came, armed = threading.main_thread().ident, [], [True]

    def raise_it(*_):
        came.append(1)
        if armed:
            raise KeyboardInterrupt

    def interrupt():
        with lock:
            for sent in range(1, 4):
                signal.pthread_kill(main, signal.SIGINT)
                until = time.monotonic() + 0.2  # who waits for the lock may hear of it only afterwards
                while len(came) < sent and time.monotonic() < until:
                    time.sleep(0.001)

    before = signal.signal(signal.SIGINT, raise_it)
    thread = threading.Thread(target=interrupt)
    try:
        yield thread
    finally:
        armed.clear()
        thread.join()
        signal.signal(signal.SIGINT, before)
    assert came


def give_away(lock, thread):
    with lock:
        thread.start()
        try:
            lock.release()
            while thread.is_alive():
                time.sleep(0.001)
        finally:
            take_back(lock)


def wait(lock, thread):
    with lock:
        condition = threading.Condition(lock)
        thread.start()
        condition.wait(30)


@pytest.mark.parametrize("body", [give_away, wait])
def test_who_held_it_before_ctrl_c_holds_it_afterwards(body):
    """Else the `with` releases what another thread holds, or complains itself."""
    lock = RunLock()
    with interrupted(lock) as thread, pytest.raises(KeyboardInterrupt):
        body(lock, thread)


def test_what_is_held_is_not_taken_twice():
    lock = RunLock()
    with lock:
        take_back(lock)
    free = []
    thread = threading.Thread(target=lambda: free.append(lock.acquire(blocking=False)))
    thread.start()
    thread.join()
    assert free == [True]


@pytest.mark.parametrize("at", [1, 2, 3, 4])
@pytest.mark.parametrize("where", [run, commits])
def test_ctrl_c_just_before_a_lock_is_taken_back_ends_the_run(monkeypatch, where, at):
    calls = []

    def interrupted_first(lock):
        if threading.current_thread() is threading.main_thread():
            calls.append(1)
            if len(calls) == at:
                raise KeyboardInterrupt
        take_back(lock)

    @task
    def inner(n):
        return n

    @task
    def step(n):
        return inner(n).result()

    @entrypoint(checkpointer=InMemorySaver())
    def main(_):
        return [step(n).result() for n in range(3)]

    monkeypatch.setattr(where, "take_back", interrupted_first)
    with pytest.raises(KeyboardInterrupt):
        main.invoke(1, thread_id="t")
    monkeypatch.undo()
    assert main.invoke(None, thread_id="t") == [0, 1, 2]
