"""An input that begins one run of its thread at most (RUN-043 to RUN-046), beyond what the fixtures see."""

import asyncio
import random
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from taskpoint import (
    ConcurrentRunError,
    GraphOutput,
    InMemorySaver,
    RetryPolicy,
    SqliteSaver,
    UsageError,
    entrypoint,
    task,
)

WORKER = Path(__file__).with_name("once_worker.py")


@dataclass
class Receipt:
    day: date
    total: int


@pytest.fixture
def ran():
    return []


@pytest.fixture
def main(ran):
    @entrypoint(checkpointer=InMemorySaver())
    def main(n: int) -> Receipt:
        ran.append(n)
        return Receipt(date(2026, 11, 22), n)

    return main


def test_the_value_of_a_completed_run_comes_back_as_its_type(main, ran):
    first, again = (main.invoke(3, thread_id="t", once=True) for _ in range(2))
    assert first == again == Receipt(date(2026, 11, 22), 3)
    assert first is not again
    assert ran == [3]


def test_every_way_to_run_takes_it(main, ran):
    receipt = main.invoke(3, thread_id="t", once=True)
    assert main.invoke(3, thread_id="t", once=True, version="v2") == GraphOutput(receipt, ())
    assert main.invoke(3, thread_id="t", once=True, stream_mode="updates") == [{"main": receipt}]
    assert asyncio.run(main.ainvoke(3, thread_id="t", once=True)) == receipt
    assert list(main.stream(3, thread_id="t", once=True, stream_mode=["tasks", "values"])) == [("values", receipt)]
    config = {"configurable": {"thread_id": "t"}}
    assert main.batch([3, 3], config, once=True) == [receipt, receipt]
    assert ran == [3]


def test_an_async_entrypoint_takes_it(ran):
    @entrypoint(checkpointer=InMemorySaver())
    async def main(n: int) -> int:
        ran.append(n)
        return n + 1

    async def collect():
        return [part async for part in main.astream(3, thread_id="t", once=True)]

    assert main.invoke(3, thread_id="t", once=True) == 4
    assert asyncio.run(main.ainvoke(3, thread_id="t", once=True)) == 4
    assert asyncio.run(collect()) == [{"main": 4}]
    assert ran == [3]


def test_the_value_is_what_the_caller_got_and_not_what_was_saved():
    @entrypoint(checkpointer=InMemorySaver())
    def main(n: int):
        return entrypoint.final(value="shown", save="kept")

    assert [main.invoke(1, thread_id="t", once=True) for _ in range(2)] == ["shown", "shown"]
    assert main.get_state(thread_id="t").values == "shown"


def test_watchers_are_told_nothing_of_a_run_that_is_over(main):
    told = []
    main.invoke(3, thread_id="t", once=True)
    main.invoke(3, thread_id="t", once=True, watch=told.append)
    assert told == []


def test_a_retry_of_the_entrypoint_belongs_to_the_run(ran):
    @entrypoint(checkpointer=InMemorySaver(), retry_policy=RetryPolicy(max_attempts=3, initial_interval=0))
    def main(n: int) -> int:
        ran.append(n)
        if len(ran) < 3:
            raise ConnectionError
        return n

    assert [main.invoke(1, thread_id="t", once=True) for _ in range(2)] == [1, 1]
    assert ran == [1, 1, 1]


def test_what_would_run_inside_another_run_belongs_to_that(main):
    outer = entrypoint("outer", lambda n: main.invoke(n, once=True), checkpointer=InMemorySaver())
    with pytest.raises(UsageError, match="belong to that run"):
        outer.invoke(1, thread_id="o")


def test_a_thread_of_its_own_inside_a_run(main, ran):
    outer = entrypoint("outer", lambda n: main.invoke(n, thread_id="t", once=True).total, checkpointer=InMemorySaver())
    assert [outer.invoke(2, thread_id=thread) for thread in "ab"] == [2, 2]
    assert ran == [2]


def test_a_run_that_begins_between_the_look_and_the_next_attempt_is_not_gone_on_with(monkeypatch):
    """Who came first has seen the run with its own input, and goes on with no other."""
    saver = InMemorySaver()

    @task
    def fail(n: int) -> int:
        raise ValueError(n)

    main = entrypoint("main", lambda n: fail(n).result(), checkpointer=saver)
    with pytest.raises(ValueError, match="1"):
        main.invoke(1, thread_id="t", once=True)
    load, looked = saver.load, []

    def load_late(thread_id, checkpoint_id=None):
        if checkpoint_id is None and not looked:
            looked.append(1)
            with pytest.raises(ValueError, match="2"):
                main.invoke(2, thread_id="t")
        return load(thread_id, checkpoint_id)

    monkeypatch.setattr(saver, "load", load_late)
    with pytest.raises(ConcurrentRunError, match="another run has begun"):
        main.invoke(1, thread_id="t", once=True)
    assert looked


def test_processes_that_deliver_one_message_are_killed_and_it_is_done_once(tmp_path):
    """Real processes on one file: whoever comes goes on, and each charge has one key."""
    with SqliteSaver(tmp_path / "t.db"):
        pass
    command = [sys.executable, str(WORKER), str(tmp_path / "t.db"), str(tmp_path / "effects")]
    chance = random.Random(17)
    deadline = time.monotonic() + 60
    for _ in range(4):
        workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
        effects = tmp_path / "effects"
        seen = effects.stat().st_size if effects.exists() else 0
        while time.monotonic() < deadline and workers[0].poll() is None:
            if effects.exists() and effects.stat().st_size > seen:
                break
            time.sleep(0.001)
        time.sleep(chance.random() * 0.02)
        for worker in workers:
            worker.kill()
        for worker in workers:
            worker.communicate()
    last = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert [worker.communicate(timeout=60)[0] for worker in last] == ["2470\n"] * 3
    keys = defaultdict(list)
    for line in (tmp_path / "effects").read_text(encoding="utf-8").splitlines():
        n, key = line.split()
        keys[n].append(key)
    assert len(keys) == 20
    assert {len(set(each)) for each in keys.values()} == {1}
    assert sum(len(each) - 1 for each in keys.values()) <= 4
    with SqliteSaver(tmp_path / "t.db") as saver:
        assert len(saver.history("order-17")) == 2


def test_an_input_that_gained_a_member_since_is_the_same(ran):
    """What is recorded is read as today's class, which says what the new member is where it is missing."""
    saver = InMemorySaver()

    @dataclass
    class Order:
        number: int

    @dataclass
    class OrderOfToday:
        number: int
        note: str = ""

    def before(order: Order) -> str:
        ran.append(order)
        return "done"

    def today(order: OrderOfToday) -> str:
        ran.append(order)
        return "done"

    assert entrypoint("main", before, checkpointer=saver).invoke(Order(17), thread_id="t", once=True) == "done"
    main = entrypoint("main", today, checkpointer=saver)
    assert main.invoke(OrderOfToday(17), thread_id="t", once=True) == "done"
    with pytest.raises(UsageError, match="another input"):
        main.invoke(OrderOfToday(17, "urgent"), thread_id="t", once=True)
    assert ran == [Order(17)]
