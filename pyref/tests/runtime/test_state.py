"""Looking at threads, going back in them, and forks: what the fixtures of chapter 16 cannot see."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from taskpoint import (
    Command,
    ConcurrentRunError,
    FormatError,
    InMemorySaver,
    SaverError,
    SqliteSaver,
    StateUpdate,
    UsageError,
    ValueEncodingError,
    entrypoint,
    get_idempotency_key,
    interrupt,
    task,
)
from taskpoint.savers import Checkpoint


class Shop:
    """A workflow whose task counts how often it ran."""

    def __init__(self, saver):
        self.runs: list[str] = []

        @task
        def price(item):
            self.runs.append(item)
            return len(self.runs)

        @entrypoint(checkpointer=saver)
        def order(items, *, previous=None):
            prices = [price(item).result() for item in items]
            return [previous, *prices, interrupt("sure?")] if "ask" in items else [previous, *prices]

        self.order = order


@pytest.fixture
def shop(saver):
    return Shop(saver)


def test_a_fork_runs_again_from_the_call(shop):
    assert shop.order.invoke(["a", "b"], thread_id="t") == [None, 1, 2]
    before = shop.order.get_state(thread_id="t")
    made = shop.order.fork(thread_id="t", before="price#1")
    state = shop.order.get_state(made)
    assert (state.source, state.next, [each.path for each in state.tasks]) == ("fork", ("order",), ["", "price#0"])
    assert state.config == made
    assert shop.order.invoke(None, made) == [None, 1, 3]
    assert shop.runs == ["a", "b", "b"]
    assert shop.order.get_state(before.config) == before


def test_a_finished_run_shows_the_paths_for_a_fork(shop):
    shop.order.invoke(["a", "b"], thread_id="t")
    end, start = shop.order.get_state_history(thread_id="t")
    assert [(row.path, row.result) for row in start.tasks] == [("", [None, 1, 2]), ("price#0", 1), ("price#1", 2)]
    assert (start.next, end.next, end.tasks) == (("order",), (), ())
    made = shop.order.fork(start.config, before=start.tasks[2].path)
    assert shop.order.get_state(made).tasks[0].result is None
    assert shop.order.invoke(None, made) == [None, 1, 3]
    assert shop.order.get_state(made).tasks[0].result == [None, 1, 3]
    assert shop.order.get_state(start.config) == start


def test_the_async_forms_do_the_same(shop):
    async def work():
        await shop.order.ainvoke(["a", "b"], thread_id="t")
        made = await shop.order.afork(thread_id="t", before="price#1")
        value = await shop.order.ainvoke(None, made)
        await shop.order.aupdate_state({"configurable": {"thread_id": "t"}, "metadata": {"by": "me"}}, 9, "order")
        listed = [each async for each in shop.order.aget_state_history(thread_id="t", filter={"by": "me"})]
        older = [each async for each in shop.order.aget_state_history(thread_id="t", before=listed[0].config, limit=1)]
        return value, [each.values for each in listed], [each.source for each in older]

    assert asyncio.run(work()) == ([None, 1, 3], [9], ["loop"])


def test_a_fork_without_a_place_keeps_all(shop):
    shop.order.invoke(["a", "ask"], thread_id="t")
    shop.order.fork(thread_id="t")
    assert [each.id for each in shop.order.get_state(thread_id="t").interrupts] == ["!0"]
    assert shop.order.invoke(Command(resume="yes"), thread_id="t") == [None, 1, 2, "yes"]
    assert shop.runs == ["a", "ask"]


def test_forks_of_forks(shop):
    shop.order.invoke(["a", "b", "c"], thread_id="t")
    shop.order.fork(thread_id="t", before="price#2")
    assert shop.order.invoke(None, thread_id="t") == [None, 1, 2, 4]
    shop.order.fork(thread_id="t", before="price#1")
    assert shop.order.invoke(None, thread_id="t") == [None, 1, 5, 6]
    assert [each.source for each in shop.order.get_state_history(thread_id="t")] == [
        *["loop", "fork"] * 2,
        *["loop", "input"],
    ]


def test_the_idempotency_key_of_a_fork_is_another(saver):
    keys: list[str] = []

    @task
    def pay():
        keys.append(get_idempotency_key())
        return 1

    @entrypoint(checkpointer=saver)
    def main(_):
        return pay().result()

    main.invoke(0, thread_id="t")
    main.fork(thread_id="t", before="pay#0")
    main.invoke(None, thread_id="t")
    assert len(set(keys)) == 2


def test_an_unknown_place_says_where_to_look(shop):
    shop.order.invoke(["a"], thread_id="t")
    with pytest.raises(UsageError) as caught:
        shop.order.fork(thread_id="t", before="prices#0")
    assert caught.value.code == "usage.option_invalid"
    assert "get_state" in str(caught.value)
    assert len(list(shop.order.get_state_history(thread_id="t"))) == 2


@pytest.mark.parametrize(
    "given",
    [
        {"filter": ["a"]},
        {"filter": {"a": object()}},
        {"before": "c1"},
        {"before": {"configurable": {"thread_id": "t"}}},
        {"limit": -1},
        {"limit": True},
    ],
)
def test_what_cannot_narrow_a_history_down_is_refused_at_once(shop, given):
    with pytest.raises(UsageError):
        shop.order.get_state_history(thread_id="t", **given)


def test_an_input_at_an_older_checkpoint(shop):
    shop.order.invoke(["a"], thread_id="t")
    first = shop.order.get_state(thread_id="t")
    shop.order.invoke(["b"], thread_id="t")
    assert shop.order.invoke(["c"], first.config) == [[None, 1], 3]
    assert shop.order.invoke(["d"], thread_id="t") == [[[None, 1], 3], 4]


def test_a_resume_of_an_older_run(shop):
    shop.order.invoke(["a", "ask"], thread_id="t")
    asked = shop.order.get_state(thread_id="t")
    shop.order.invoke(["b"], thread_id="t")
    with pytest.raises(UsageError) as caught:
        shop.order.invoke(Command(resume="late"), asked.config)
    assert caught.value.code == "usage.config_invalid"
    shop.order.invoke(None, asked.config)
    assert shop.order.invoke(Command(resume="anew"), thread_id="t") == [None, 1, 2, "anew"]
    assert shop.runs == ["a", "ask", "b"]


def test_a_resume_of_an_older_run_is_held(shop, saver):
    """Who takes the thread by a fork holds it like anybody else."""
    shop.order.invoke(["a", "ask"], thread_id="t")
    asked = shop.order.get_state(thread_id="t")
    shop.order.invoke(["b"], thread_id="t")
    refused: list[str] = []

    @task
    def look():
        with pytest.raises(ConcurrentRunError):
            order.fork(thread_id="t")
        with pytest.raises(ConcurrentRunError):
            order.update_state({"configurable": {"thread_id": "t"}}, 1)
        refused.append("both")

    @entrypoint(checkpointer=saver, on_divergence="replay")
    def order(_):
        look().result()

    order.invoke(None, asked.config)
    assert refused == ["both"]


class Unsure(InMemorySaver):
    """Loses the acknowledgement of the n-th begin, having done it or not."""

    def __init__(self, at: int, *, applies: bool) -> None:
        super().__init__()
        self.at = at
        self.applies = applies
        self.begins = 0

    def begin(self, *args, **kwargs):
        self.begins += 1
        if self.begins != self.at:
            super().begin(*args, **kwargs)
            return
        if self.applies:
            super().begin(*args, **kwargs)
        raise SaverError("lost")


CHANGES: list[Callable[[Any, Any], object]] = [
    lambda order, first: order.fork(first),
    lambda order, first: order.update_state(first, 7),
    lambda order, first: order.invoke(None, first),
    lambda order, first: order.invoke(["z"], first),
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("applies", [True, False])
def test_an_unknown_begin_is_read_back(change, applies):
    saver = Unsure(3, applies=applies)
    shop = Shop(saver)
    shop.order.invoke(["a", "ask"], thread_id="t")
    first = shop.order.get_state(thread_id="t").config
    shop.order.invoke(["b"], thread_id="t")
    change(shop.order, first)
    assert saver.begins == 3 + (not applies)
    seqs = [each.seq for each in saver.history("t")]
    assert seqs == sorted(range(len(seqs)), reverse=True)


def test_an_exported_fork_is_read_by_another_file(tmp_path):
    """A fork is ordinary rows: another process, which knows nothing of this one, goes on with it."""
    with SqliteSaver(tmp_path / "threads.db") as saver:
        shop = Shop(saver)
        shop.order.invoke(["a", "b"], thread_id="t")
        shop.order.fork(thread_id="t", before="price#1")
    with SqliteSaver(tmp_path / "threads.db") as saver:
        assert Shop(saver).order.invoke(None, thread_id="t") == [None, 1, 1]


def test_a_bulk_update_is_made_as_a_whole(shop, saver):
    steps = [[StateUpdate(1)], [StateUpdate(2, "order")]]
    made = shop.order.bulk_update_state(None, steps, thread_id="t")
    assert shop.order.get_state(made).values == 2
    asyncio.run(shop.order.abulk_update_state(None, steps, thread_id="t"))
    assert [each.values for each in shop.order.get_state_history(thread_id="t")] == [2, 1, 2, 1]
    for wrong in ([], [[]], [[StateUpdate(1), StateUpdate(2)]], [StateUpdate(1)], [[(1, None)]], None):
        with pytest.raises(UsageError):
            shop.order.bulk_update_state(None, wrong, thread_id="t")
    with pytest.raises(ValueEncodingError):
        shop.order.bulk_update_state(None, [[StateUpdate(1)], [StateUpdate(object())]], thread_id="t")
    assert len(saver.history("t")) == 4


@pytest.mark.parametrize("applies", [True, False])
def test_an_unknown_bulk_update_is_read_back(applies):
    saver = Unsure(1, applies=applies)
    Shop(saver).order.bulk_update_state(None, [[StateUpdate(1)], [StateUpdate(2)]], thread_id="t")
    assert [each.value for each in saver.history("t")] == ["2", "1"]


def test_a_line_of_checkpoints_is_made_as_a_whole(saver):
    """A saver that finds the last of them out of place keeps none (STO-018)."""

    def checkpoint(seq, id):
        return Checkpoint("t", seq, id, None, "update", "2026-01-01T00:00:00Z", "r", "main", value="1")

    saver.begin(checkpoint(0, "a"), None)
    for leading, last in [
        ([checkpoint(1, "b")], checkpoint(1, "c")),
        ([checkpoint(1, "b")], checkpoint(2, "b")),
        ([checkpoint(1, "b")], checkpoint(2, "a")),
        ([checkpoint(1, "a")], checkpoint(2, "b")),
    ]:
        with pytest.raises(FormatError):
            saver.begin(last, "a", leading=leading)
    assert [each.id for each in saver.history("t")] == ["a"]
    saver.begin(checkpoint(3, "d"), "a", leading=[checkpoint(1, "b"), checkpoint(2, "c")])
    assert [each.id for each in saver.history("t")] == ["d", "c", "b", "a"]


def test_a_fork_into_another_thread(shop):
    shop.order.invoke(["a"], thread_id="t")
    shop.order.invoke(["b", "c"], thread_id="t")
    made = shop.order.fork(thread_id="t", before="price#1", to="other")
    assert made["configurable"]["thread_id"] == "other"
    assert shop.order.invoke(None, thread_id="other") == [[None, 1], 2, 4]
    assert shop.order.get_state(thread_id="t").values == [[None, 1], 2, 3]
    made = asyncio.run(shop.order.afork(thread_id="t", to="third"))
    assert shop.order.invoke(None, made) == [[None, 1], 2, 3]
