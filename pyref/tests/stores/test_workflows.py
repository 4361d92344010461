"""Stores as workflows use them."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from taskpoint import (
    BaseStore,
    Command,
    InMemorySaver,
    InMemoryStore,
    Item,
    SearchItem,
    SqliteStore,
    StoreError,
    UsageError,
    entrypoint,
    get_store,
    interrupt,
    task,
)
from taskpoint.runtime.process.sources import Sources, using


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


def test_items_come_back_where_a_task_is_annotated_with_them():
    store = InMemoryStore()
    store.put(("users", "ann"), "likes", {"what": "tea"})

    @task
    def one() -> Item | None:
        return get_store().get(("users", "ann"), "likes")

    @task
    def all_of_them() -> list[SearchItem]:
        return get_store().search(("users",))

    @entrypoint(store=store, checkpointer=InMemorySaver())
    def main(n):
        found = [one().result(), *all_of_them().result()]
        interrupt("wait")
        return [[type(item).__name__, item.value["what"], item.created_at.tzinfo is not None] for item in found]

    main.invoke(1, thread_id="t")
    store.delete(("users", "ann"), "likes")
    assert main.invoke(Command(resume=1), thread_id="t") == [["Item", "tea", True], ["SearchItem", "tea", True]]


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


def at(now):
    return Sources(time=lambda: now)


@pytest.mark.parametrize("is_async", [False, True])
def test_the_clock_of_the_run_is_the_clock_of_its_store(is_async):
    """What a test turns, turns for the store too, in whatever thread a task runs."""
    store = InMemoryStore()

    @task
    def remember(key):
        get_store().put(("n",), key, {}, ttl=1)

    @task
    async def remember_soon(key):
        await get_store().aput(("n",), key, {}, ttl=1)

    @entrypoint(store=store)
    def main(n):
        for call in [remember(str(number)) for number in range(n)]:
            call.result()

    @entrypoint(store=store)
    async def amain(n):
        await asyncio.gather(*(remember_soon(str(number)) for number in range(n)), remember("sync"))

    with using(at(1000.0)):
        (amain if is_async else main).invoke(5)
        assert len(store.search(("n",), refresh_ttl=False)) == 5 + is_async
        assert store.get(("n",), "0", refresh_ttl=False).created_at.timestamp() == 1000.0
    with using(at(1060.0)):
        assert store.search(("n",)) == []


def test_a_saver_and_a_store_by_the_same_path(tmp_path):
    @task
    def remember(n):
        get_store().put(("n",), str(n), {"n": n})

    path = tmp_path / "all.db"

    @entrypoint(checkpointer=path, store=path)
    def main(n):
        for number in range(n):
            remember(number).result()
        return len(get_store().search(("n",)))

    assert main.invoke(3, thread_id="t") == 3
    with SqliteStore(path) as store:
        assert [item.key for item in store.search(("n",))] == ["2", "1", "0"]


class Audited(BaseStore):
    """A store of somebody's own: it keeps what another one keeps, and writes down who asked."""

    def __init__(self, inner):
        self.inner = inner
        self.log = []

    def batch(self, ops):
        ops = list(ops)
        self.log += [type(op).__name__ for op in ops]
        return self.inner.batch(ops)


def test_a_store_of_ones_own_implements_one_verb():
    store = Audited(InMemoryStore())

    @entrypoint(store=store)
    async def main(n):
        await get_store().aput(("n",), "k", {"n": n})
        found = await get_store().asearch(("n",))
        get_store().delete(("n",), "k")
        return [item.value for item in found], get_store().list_namespaces()

    assert main.invoke(1) == [[{"n": 1}], []]
    assert store.log == ["PutOp", "SearchOp", "PutOp", "ListNamespacesOp"]
    with pytest.raises(TypeError):
        BaseStore()


def test_stores_and_caches_are_imported_when_they_are_asked_for():
    code = """
import sys
import taskpoint
assert not [name for name in sys.modules if name.startswith(("taskpoint.stores", "taskpoint.caches"))]
@taskpoint.entrypoint(checkpointer=taskpoint.InMemorySaver())
def main(n): return n
main.invoke(1, thread_id="t")
assert "taskpoint.stores" not in sys.modules
assert not hasattr(taskpoint, "NoSuchThing")
from taskpoint import *
assert InMemoryStore is taskpoint.stores.InMemoryStore and SqliteCache is taskpoint.caches.SqliteCache
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
