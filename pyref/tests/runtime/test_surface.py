"""The public surface, as a program that comes from LangGraph uses it."""

import asyncio
import functools
import threading

import pytest

from taskpoint import (
    Command,
    Interrupt,
    UsageError,
    entrypoint,
    get_previous_state,
    interrupt,
    task,
)


@task
def double(n):
    return 2 * n


@task
async def adouble(n):
    return 2 * n


@pytest.fixture(params=["sync", "async"])
def main(request, saver):
    def body(n, *, previous=None):
        value = double(n).result()
        if n < 0:
            value = interrupt({"ask": value})
        return entrypoint.final(value=[value, previous], save=value)

    async def abody(n, *, previous=None):
        value = await adouble(n)
        if n < 0:
            value = interrupt({"ask": value})
        return entrypoint.final(value=[value, previous], save=value)

    return entrypoint("main", body if request.param == "sync" else abody, checkpointer=saver)


def config(thread_id, **more):
    return {"configurable": {"thread_id": thread_id}, **more}


def test_invoke_and_ainvoke_share_a_thread(main):
    assert main.invoke(1, config("t")) == [2, None]
    assert asyncio.run(main.ainvoke(2, config("t"))) == [4, 2]
    assert main.invoke(3, thread_id="t") == [6, 4]


def test_a_saver_may_come_first(saver):
    @entrypoint(saver, version="1")
    def count(n, *, previous=0):
        return n + previous

    assert [count.invoke(n, config("t")) for n in (1, 2)] == [1, 3]
    assert (count.definition, count.checkpointer) == (
        entrypoint(checkpointer=saver, version="1")(count.func).definition,
        saver,
    )
    with pytest.raises(UsageError) as refused:
        entrypoint(saver, checkpointer=saver)
    assert refused.value.code == "usage.not_callable"


def test_a_stream_of_updates(main):
    (first, last) = main.stream(1, config("t"))
    assert list(first.values()) == [2]
    assert last == {"main": [2, None]}


def test_an_async_stream_of_updates(main):
    async def events(given):
        return [event async for event in main.astream(given, config("t"))]

    first, last = asyncio.run(events(-1))
    assert list(first.values()) == [-2]
    assert last == {"__interrupt__": (Interrupt({"ask": -2}, "!0"),)}
    assert asyncio.run(events(Command(resume=7))) == [{"main": [7, None]}], "a replayed task is not announced again"


def test_an_unknown_stream_mode_is_refused(main):
    with pytest.raises(UsageError):
        list(main.stream(1, config("t"), stream_mode="bogus"))


def test_batches(main):
    configs = [config(f"t{n}") for n in range(5)]
    assert main.batch(range(5), configs) == [[2 * n, None] for n in range(5)]
    assert asyncio.run(main.abatch(range(5), configs)) == [[2 * n, 2 * n] for n in range(5)]


def test_a_batch_may_return_its_errors(main):
    configs = [config("t0"), config("")]
    with pytest.raises(UsageError):
        main.batch([1, 2], configs)
    first, second = main.batch([1, 2], configs, return_exceptions=True)
    assert isinstance(second, UsageError)
    assert first[0] == 2


@pytest.mark.parametrize("option", [{"stream_mode": "updates"}, {"version": "v2"}, {"subgraphs": True}], ids=str)
def test_a_batch_gives_values(main, option):
    with pytest.raises(UsageError, match="one run") as threads:
        main.batch([1], [config("t")], **option)
    with pytest.raises(UsageError, match="one run") as loop:
        asyncio.run(main.abatch([1], [config("t")], **option))
    assert str(threads.value) == str(loop.value)


def test_states_and_history(main):
    main.invoke(1, config("t", metadata={"who": "me"}))
    main.invoke(-1, thread_id="t")
    state = main.get_state(config("t"))
    assert (state.values, state.next, state.source) == ([2, None], ("main",), "input")
    assert state.interrupts == (Interrupt({"ask": -2}, "!0"),)
    assert [row.path for row in state.tasks[1:]] in (["double#0"], ["adouble#0"])
    history = list(main.get_state_history(config("t")))
    assert [snapshot.source for snapshot in history] == ["input", "loop", "input"]
    assert history[1].metadata == {"who": "me", "source": "loop", "step": 0, "parents": {}}
    assert main.get_state(history[1].config) == history[1]
    assert history[0].parent_config == history[1].config

    async def asked():
        snapshots = [snapshot async for snapshot in main.aget_state_history(config("t"), limit=2)]
        return await main.aget_state(config("t")), snapshots

    assert asyncio.run(asked()) == (state, history[:2])


def test_an_update_becomes_previous(main):
    main.invoke(-1, thread_id="t")
    updated = main.update_state(config("t"), 40)
    assert main.get_state(updated).values == 40
    with pytest.raises(UsageError) as caught:
        main.invoke(None, thread_id="t")
    assert caught.value.code == "run.nothing_to_resume"
    assert main.invoke(1, thread_id="t") == [2, 40]
    asyncio.run(main.aupdate_state(config("t"), 50))
    assert main.invoke(1, thread_id="t") == [2, 50]


def test_previous_can_be_asked_for(saver):
    @entrypoint(checkpointer=saver)
    def count(n):
        return (get_previous_state() or 0) + n

    assert [count.invoke(1, thread_id="t") for _ in range(3)] == [1, 2, 3]


def test_a_task_that_is_waited_for_at_once_runs_where_the_waiter_is():
    where = task("where", threading.get_ident)

    @entrypoint
    def main(n):
        return [where().result() for _ in range(20)]

    assert main.invoke(0) == [threading.get_ident()] * 20


def test_what_can_be_a_task(saver):
    class Adder:
        def __call__(self, n):
            return n + 1

    def add(a, b):
        return a + b

    def local(n):
        inner = task(name="inner")(lambda n: n * 100)
        return inner(n).result()

    tasks = [
        task("partial", functools.partial(add, 10)),
        task("named_partial", functools.partial(add, b=20)),
        task("callable", Adder()),
        task({"name": "dict form"}, lambda n: n * 3),
        task(local),
    ]

    @entrypoint(checkpointer=saver)
    def main(n):
        return [one(n).result() for one in tasks]

    assert main.invoke(1, thread_id="t") == [11, 21, 2, 3, 100]


def test_two_functions_under_one_name_are_refused(saver):
    first, second = task("same", lambda n: n), task("same", lambda n: -n)

    @entrypoint(checkpointer=saver)
    def main(n):
        return first(n).result() + second(n).result()

    with pytest.raises(UsageError) as caught:
        main.invoke(1, thread_id="t")
    assert caught.value.code == "usage.name_duplicate"


def test_an_async_entrypoint_below_a_running_loop_says_what_to_do(saver):
    @entrypoint(checkpointer=saver)
    async def main(n):
        return n

    async def outer():
        with pytest.raises(UsageError) as caught:
            main.invoke(1, thread_id="t")
        return caught.value.code, await main.ainvoke(1, thread_id="t")

    assert asyncio.run(outer()) == ("usage.event_loop", 1)


def test_waiting_on_the_loop_says_what_to_do(saver):
    @entrypoint(checkpointer=saver)
    async def main(n):
        future = adouble(n)
        with pytest.raises(UsageError) as caught:
            future.result()
        return [caught.value.code, await future, future.result()]

    assert main.invoke(2, thread_id="t") == ["usage.blocking_wait", 4, 4]


def test_a_path_is_a_checkpointer(tmp_path):
    @entrypoint(checkpointer=tmp_path / "threads.db")
    def main(n, *, previous=0):
        return previous + n

    assert [main.invoke(2, thread_id="t") for _ in range(2)] == [2, 4]
    main.checkpointer.close()
