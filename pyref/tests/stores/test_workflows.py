"""Stores as workflows use them."""

from __future__ import annotations

import asyncio

import pytest

from taskpoint import InMemorySaver, InMemoryStore, SqliteStore, StoreError, UsageError, entrypoint, get_store, task


def test_get_store_in_an_entrypoint_and_in_tasks():
    store = InMemoryStore()

    @task
    def remember(key, value):
        get_store().put(("n",), key, value)

    @entrypoint(store=store)
    def main(n):
        remember("k", {"n": n}).result()
        return get_store().get(("n",), "k").value

    assert main.invoke(3) == {"n": 3}
    assert store.get(("n",), "k").value == {"n": 3}


def test_get_store_in_async_code(tmp_path):
    @task
    async def remember(value):
        await get_store().aput(("n",), "k", value)

    @entrypoint(store=tmp_path / "memory.db")
    async def main(n):
        await remember({"n": n})
        return (await get_store().aget(("n",), "k")).value

    assert asyncio.run(main.ainvoke(3)) == {"n": 3}
    with SqliteStore(tmp_path / "memory.db") as store:
        assert store.get(("n",), "k").value == {"n": 3}


def test_without_a_store_get_store_says_what_to_do():
    @entrypoint
    def main(n):
        return get_store()

    with pytest.raises(UsageError) as caught:
        main.invoke(1)
    assert caught.value.code == "usage.no_store"
    with pytest.raises(UsageError) as caught:
        get_store()
    assert caught.value.code == "usage.outside_run"


@pytest.mark.parametrize("given", [{}, object(), InMemorySaver()])
def test_what_is_no_store_is_refused(given):
    with pytest.raises(UsageError) as caught:
        entrypoint(store=given)(lambda n: n)
    assert caught.value.code == "usage.option_invalid"


def test_a_store_does_not_change_the_definition():
    def main(n):
        return n

    assert entrypoint(store=InMemoryStore())(main).definition == entrypoint(main).definition


def test_a_store_that_fails_in_a_task_is_a_failure_like_any_other():
    """`MEM-041`: it is recorded, and a caught one replays."""
    saver, store = InMemorySaver(), InMemoryStore()
    store.close()
    runs = []

    @task
    def remember():
        runs.append(1)
        get_store().put(("n",), "k", {})

    @task
    def log(what):
        return what

    @entrypoint(checkpointer=saver, store=store)
    def main(n):
        try:
            remember().result()
        except StoreError as error:
            caught = log(error.code).result()
        if n == len(runs):
            raise RuntimeError("on purpose")
        return caught

    with pytest.raises(RuntimeError):
        main.invoke(1, thread_id="t")
    runs.append(2)
    assert main.invoke(None, thread_id="t") == "store.closed"
    assert runs == [1, 2]
    kinds = [entry.kind for entry in saver.load("t", saver.history("t")[-1].id).entries]
    assert kinds == [
        "run.started", "task.failed", "task.completed", "run.failed", "run.resumed", "run.completed",
    ]  # fmt: skip
