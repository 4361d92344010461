"""Workflows made of workflows: entrypoints inside of runs, variants, `map` and `gather`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from taskpoint import (
    Command,
    EntrypointFinal,
    InMemorySaver,
    InMemoryStore,
    SqliteSaver,
    UsageError,
    ValueEncodingError,
    as_completed,
    entrypoint,
    gather,
    get_config,
    get_previous_state,
    get_runtime,
    get_store,
    interrupt,
    task,
)


def paths(saver: InMemorySaver, thread_id: str) -> list[str]:
    """The paths of the outcomes of a thread's newest run."""
    loaded = saver.load(thread_id)
    assert loaded is not None
    if loaded.checkpoint.parent_id is not None and not loaded.entries:
        loaded = saver.load(thread_id, loaded.checkpoint.parent_id)
        assert loaded is not None
    return [entry.path for entry in loaded.entries if hasattr(entry, "path")]


# In the caller's journal


def test_finished_tasks_inside_never_run_again() -> None:
    ran: list[str] = []

    @task
    def pick(n: int) -> int:
        ran.append(f"pick {n}")
        return n

    @task
    def pack(n: int) -> int:
        ran.append(f"pack {n}")
        return n * 10

    @entrypoint
    def ship(n: int) -> list[Any]:
        picked = pick(n).result()
        answer = interrupt("pack it?")
        return [pack(picked).result(), answer]

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    def sell(n: int) -> list[Any]:
        first = ship.invoke(n)
        second = ship.invoke(n + 1)
        return [first, second]

    asked = sell.invoke(1, thread_id="t")["__interrupt__"]
    assert [each.id for each in asked] == ["ship#0!0"]
    asked = sell.invoke(Command(resume="a"), thread_id="t")["__interrupt__"]
    assert [each.id for each in asked] == ["ship#1!0"]
    assert sell.invoke(Command(resume="b"), thread_id="t") == [[10, "a"], [20, "b"]]
    assert ran == ["pick 1", "pack 1", "pick 2", "pack 2"]
    assert paths(saver, "t") == ["ship#0/pick#0", "ship#0/pack#0", "ship#0", "ship#1/pick#0", "ship#1/pack#0", "ship#1"]


async def test_finished_tasks_inside_never_run_again_on_a_loop() -> None:
    ran: list[int] = []

    @task
    async def work(n: int) -> int:
        await asyncio.sleep(0)
        ran.append(n)
        return n

    @entrypoint
    async def inner(n: int) -> int:
        value = await work(n)
        if n == 2:
            interrupt("wait")
        return value

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    async def outer(n: int) -> list[int]:
        return list(await asyncio.gather(*(inner.ainvoke(each) for each in range(n))))

    asked = (await outer.ainvoke(4, thread_id="t"))["__interrupt__"]
    assert [each.id for each in asked] == ["inner#2!0"]
    assert await outer.ainvoke(Command(resume=None), thread_id="t") == [0, 1, 2, 3]
    assert sorted(ran) == [0, 1, 2, 3]


def test_a_killed_process_goes_on_inside(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
            import os, sys
            from taskpoint import SqliteSaver, entrypoint, task

            @task
            def note(word):
                with open("ran.txt", "a") as file:
                    print(word, file=file)
                return word

            @entrypoint
            def inner(word):
                note(word).result()
                if not os.path.exists("second"):
                    open("second", "w").close()
                    os.kill(os.getpid(), 9)
                return note(word + "!").result()

            @entrypoint(checkpointer=SqliteSaver("threads.db"))
            def outer(word):
                return [inner.invoke(word), inner.invoke("again")]

            print(outer.invoke("hi" if sys.argv[1] == "begin" else None, thread_id="t"))
            """)
    )
    killed = subprocess.run([sys.executable, script, "begin"], cwd=tmp_path, check=False, timeout=60)
    assert killed.returncode == -9
    resumed = subprocess.run(
        [sys.executable, script, "resume"], cwd=tmp_path, check=True, timeout=60, capture_output=True, text=True
    )
    assert resumed.stdout.strip() == "['hi!', 'again!']"
    assert (tmp_path / "ran.txt").read_text().split() == ["hi", "hi!", "again", "again!"]


def test_called_from_a_task_and_from_itself() -> None:
    saver = InMemorySaver()

    @entrypoint
    def countdown(n: int) -> int:
        return 0 if n == 0 else countdown.invoke(n - 1) + 1

    @task
    def step(n: int) -> int:
        result: int = countdown.invoke(n)
        return result

    @entrypoint(checkpointer=saver)
    def main(n: int) -> int:
        return step(n).result()

    assert main.invoke(2, thread_id="t") == 2
    inner = "step#0/countdown#0"
    assert paths(saver, "t") == [f"{inner}/countdown#0/countdown#0", f"{inner}/countdown#0", inner, "step#0"]


@pytest.mark.parametrize("limit", [None, 1])
def test_fifty_levels_deep(limit: int | None) -> None:
    @entrypoint
    def deep(n: int) -> int:
        return 0 if n == 0 else deep.invoke(n - 1) + 1

    assert deep.invoke(50, {"max_concurrency": limit} if limit else None) == 50


async def test_fifty_levels_deep_on_a_loop() -> None:
    @entrypoint
    async def deep(n: int) -> int:
        return 0 if n == 0 else await deep.ainvoke(n - 1) + 1

    assert await deep.ainvoke(50, {"max_concurrency": 1}) == 50


def test_an_async_entrypoint_in_a_sync_one() -> None:
    @task
    async def work(n: int) -> int:
        await asyncio.sleep(0)
        return n * 2

    @entrypoint
    async def inner(n: int) -> int:
        return sum(await asyncio.gather(work(n), work(n + 1)))

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    def outer(n: int) -> int:
        result: int = inner.invoke(n)
        return result

    assert outer.invoke(1, thread_id="t") == 6
    assert paths(saver, "t") == ["inner#0/work#0", "inner#0/work#1", "inner#0"]


async def test_a_sync_entrypoint_in_an_async_one() -> None:
    @task
    def work(n: int) -> int:
        return n * 2

    @entrypoint
    def inner(n: int) -> int:
        return work(n).result()

    @entrypoint
    async def outer(n: int) -> list[int]:
        return list(await asyncio.gather(inner.ainvoke(n), inner.ainvoke(n + 1)))

    assert await outer.ainvoke(1) == [2, 4]


async def test_waiting_in_the_wrong_way_is_refused() -> None:
    @entrypoint
    def inner(n: int) -> int:
        return n

    @entrypoint
    async def blocking(n: int) -> object:
        return inner.invoke(n)

    @entrypoint
    def awaiting(n: int) -> object:
        return asyncio.run(inner.ainvoke(n))

    @entrypoint
    async def elsewhere(n: int) -> object:
        return await asyncio.to_thread(inner.invoke, n)

    with pytest.raises(UsageError, match="block the event loop") as refused:
        await blocking.ainvoke(1)
    assert (refused.value.code, refused.value.hint) == ("usage.blocking_wait", "await .ainvoke(...) instead")
    with pytest.raises(UsageError) as refused:
        await asyncio.to_thread(awaiting.invoke, 1)
    assert refused.value.code == "usage.blocking_wait"
    with pytest.raises(UsageError) as refused:
        await elsewhere.ainvoke(1)
    assert refused.value.code == "usage.outside_run"


class Declined(Exception):
    pass


def test_an_error_inside_is_the_call_s_and_can_be_caught() -> None:
    attempts: list[int] = []

    @task
    def charge(n: int) -> int:
        attempts.append(n)
        raise Declined("no")

    @entrypoint
    def pay(n: int) -> int:
        return charge(n).result()

    @entrypoint(checkpointer=InMemorySaver())
    def main(n: int) -> Any:
        try:
            pay.invoke(n)
        except Declined as error:
            return [str(error), interrupt("and now?")]

    assert "__interrupt__" in main.invoke(1, thread_id="t")
    assert main.invoke(Command(resume="go on"), thread_id="t") == ["no", "go on"]
    assert attempts == [1]


@dataclass
class Order:
    id: str
    count: int


def test_values_have_their_types_inside() -> None:
    @entrypoint
    def inner(order: Order) -> Order:
        assert type(order) is Order
        return Order(order.id, order.count + 1)

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    def outer(n: int) -> int:
        order = Order("a", n)
        got = inner.invoke(order)
        assert got == Order("a", n + 1)
        assert order.count == n
        interrupt("again")
        return int(got.count)

    outer.invoke(1, thread_id="t")
    assert outer.invoke(Command(resume=0), thread_id="t") == 2


def test_an_input_without_an_encoding_fails_at_the_call() -> None:
    @entrypoint
    def inner(value: Any) -> None:
        raise AssertionError

    @entrypoint
    def outer(n: int) -> str:
        try:
            inner.invoke(object())
        except ValueEncodingError as error:
            return type(error).__name__
        return "taken"

    assert outer.invoke(1) == "ValueEncodingError"


# What belongs to the run


def test_what_is_saved_inside_is_dropped_and_previous_is_absent() -> None:
    seen: list[object] = []

    @task
    def look() -> None:
        seen.append(get_previous_state())

    @entrypoint(checkpointer=InMemorySaver())
    def inner(n: int, previous: int | None = 7) -> EntrypointFinal[int, str]:
        seen.extend([previous, get_previous_state(), get_runtime().previous])
        look().result()
        return entrypoint.final(value=n, save="inner")

    @entrypoint(checkpointer=InMemorySaver())
    def outer(n: int, previous: Any = None) -> EntrypointFinal[Any, str]:
        return entrypoint.final(value=[inner.invoke(n), previous, get_previous_state()], save="outer")

    assert outer.invoke(1, thread_id="t") == [1, None, None]
    assert outer.invoke(2, thread_id="t") == [2, "outer", "outer"]
    assert seen == [7, None, None, None] * 2


def test_config_store_and_context_inside() -> None:
    mine, yours = InMemoryStore(), InMemoryStore()

    @task
    def look() -> list[object]:
        config, runtime = get_config(), get_runtime()
        return [
            config["configurable"],
            config.get("tags"),
            "mine" if get_store() is mine else "yours",
            runtime.context,
            runtime.store is get_store(),
        ]

    @entrypoint
    def plain(n: int) -> list[object]:
        return look().result()

    @entrypoint(store=yours)
    def rich(n: int) -> list[object]:
        return look().result()

    @entrypoint(checkpointer=InMemorySaver(), store=mine)
    def outer(n: int, config: Any) -> list[Any]:
        passed_on = plain.invoke(n, config)
        own = rich.with_config(tags=["b"]).invoke(n, {"configurable": {"user": "ann"}}, context="other")
        return [passed_on, own, look().result()]

    around = {"thread_id": "t", "level": 1}
    config = {"configurable": around, "tags": ["a"]}
    assert outer.invoke(1, config, context="ours") == [
        [around, ["a"], "mine", "ours", True],
        [{**around, "user": "ann"}, ["a", "b"], "yours", "other", True],
        [around, ["a"], "mine", "ours", True],
    ]


@pytest.mark.parametrize("options", [{"take_over": True}, {"retry": "all"}, {"durability": "exit"}])
def test_what_only_a_run_can_have_is_refused_inside(options: Any) -> None:
    @entrypoint
    def inner(n: int) -> int:
        return n

    @entrypoint
    def outer(n: int) -> Any:
        return inner.invoke(n, **options)

    with pytest.raises(UsageError, match="belong to that run") as refused:
        outer.invoke(1)
    assert refused.value.code == "usage.option_invalid"


@pytest.mark.parametrize("input", [None, Command(resume=1)])
def test_there_is_nothing_to_resume_inside(input: Any) -> None:
    @entrypoint(checkpointer=InMemorySaver())
    def inner(n: int) -> int:
        return n

    @entrypoint(checkpointer=InMemorySaver())
    def outer(n: int) -> Any:
        return inner.invoke(input)

    with pytest.raises(UsageError, match="inside a run") as refused:
        outer.invoke(1, thread_id="t")
    assert refused.value.code == "run.nothing_to_resume"


def test_a_thread_of_its_own_is_a_run_of_its_own() -> None:
    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    def talk(word: str, *, previous: str | None = None) -> str:
        get_config()
        return (previous or "") + word

    @task
    def ask(word: str) -> str:
        answer: str = talk.invoke(word, thread_id="other")
        return answer

    @entrypoint(checkpointer=saver)
    def outer(word: str) -> list[str]:
        return [ask(word).result(), ask(word).result(), talk.invoke(word, thread_id="t")]

    assert outer.invoke("a", thread_id="t") == ["a", "aa", "a"]
    assert talk.get_state(thread_id="other").values == "aa"
    assert paths(saver, "t") == ["ask#0", "ask#1", "talk#0"]
    assert [state.source for state in talk.get_state_history(thread_id="other")] == ["loop", "input"] * 2


def test_what_a_run_of_its_own_sees_is_its_own() -> None:
    """Not that of the entrypoint inside of which it was begun."""

    @entrypoint(checkpointer=InMemorySaver())
    def own(n: int) -> Any:
        return get_config()["configurable"]

    @entrypoint
    def inner(n: int) -> Any:
        return own.invoke(n, {"configurable": {"thread_id": "own"}})

    @entrypoint(checkpointer=InMemorySaver())
    def outer(n: int) -> Any:
        return inner.invoke(n, {"configurable": {"user": "ann"}})

    assert outer.invoke(1, thread_id="t") == {"thread_id": "own"}


def test_streams_inside_are_calls() -> None:
    saver = InMemorySaver()

    @entrypoint
    def inner(n: int) -> int:
        return n + 1

    @entrypoint(checkpointer=saver)
    def outer(n: int) -> Any:
        return list(inner.stream(n))

    assert outer.invoke(1, thread_id="t") == [{"inner": 2}]
    assert paths(saver, "t") == ["inner#0"]
    assert list(outer.stream(1, thread_id="s")) == [{"inner": 2}, {"outer": [{"inner": 2}]}]


async def test_streams_inside_are_calls_on_a_loop() -> None:
    @entrypoint
    async def inner(n: int) -> int:
        return n + 1

    @entrypoint
    async def outer(n: int) -> Any:
        return [event async for event in inner.astream(n)]

    assert await outer.ainvoke(1) == [{"inner": 2}]


def test_a_batch_inside_is_calls_side_by_side() -> None:
    saver = InMemorySaver()

    @entrypoint
    def inner(n: int) -> int:
        if n == 2:
            raise ValueError("two")
        return n

    @entrypoint(checkpointer=saver)
    def outer(n: int) -> Any:
        return [str(each) for each in inner.batch([1, 2, 3], return_exceptions=True)]

    assert outer.invoke(1, thread_id="t") == ["1", "two", "3"]
    assert sorted(paths(saver, "t")) == ["inner#0", "inner#1", "inner#2"]


def test_one_name_for_an_entrypoint_and_a_task() -> None:
    @task(name="same")
    def one() -> int:
        return 1

    @entrypoint(name="same")
    def two(n: int) -> int:
        return 2

    @entrypoint
    def outer(n: int) -> Any:
        return [one().result(), two.invoke(n)]

    with pytest.raises(UsageError) as refused:
        outer.invoke(1)
    assert refused.value.code == "usage.name_duplicate"


def test_the_policies_of_an_entrypoint_hold_inside() -> None:
    from taskpoint import RetryPolicy

    tries: list[int] = []

    @task
    def count() -> int:
        tries.append(0)
        return 1

    @entrypoint(retry_policy=RetryPolicy(initial_interval=0, jitter=False, max_attempts=3))
    def inner(n: int) -> int:
        count().result()
        tries.append(1)
        if tries.count(1) < 3:
            raise ConnectionError
        return n

    @entrypoint
    def outer(n: int) -> Any:
        return inner.invoke(n)

    assert outer.invoke(5) == 5
    assert tries == [0, 1, 1, 1]


# Variants


def test_a_bound_config_lies_under_that_of_each_use() -> None:
    @entrypoint(checkpointer=InMemorySaver())
    def main(n: int, config: Any) -> Any:
        return config

    bound = main.with_config({"configurable": {"thread_id": "a", "x": 1}, "tags": ["one"]}, metadata={"k": 1})
    seen = bound.invoke(1, {"configurable": {"x": 2}, "tags": ["two"]})
    assert seen["configurable"] == {"thread_id": "a", "x": 2}
    assert (seen["tags"], seen["metadata"]) == (["one", "two"], {"k": 1})
    assert bound.invoke(1, thread_id="b")["configurable"]["thread_id"] == "b"
    assert bound.get_state().metadata == {"k": 1}
    assert main.config == {}
    with pytest.raises(UsageError) as refused:
        main.with_config(nonsense=1)
    assert refused.value.code == "usage.config_invalid"


def test_variants_of_an_entrypoint() -> None:
    saver = InMemorySaver()

    @entrypoint(version="1")
    def main(n: int) -> int:
        return n

    kept = main.with_config(tags=["a"]).with_options(name="kept", checkpointer=saver, version="2")
    assert kept.invoke(1, thread_id="t") == 1
    loaded = saver.load("t")
    assert loaded is not None
    assert (loaded.checkpoint.entrypoint_name, loaded.checkpoint.entrypoint_version) == ("kept", "2")
    assert (kept.config, main.name, main.checkpointer) == ({"tags": ["a"]}, "main", None)
    with pytest.raises(UsageError, match="no option 'nonsense'"):
        main.with_options(nonsense=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    with pytest.raises(UsageError):
        main.with_options(name="")


def test_a_task_under_another_name() -> None:
    saver = InMemorySaver()

    @task
    def work(n: int) -> int:
        return n

    @entrypoint(checkpointer=saver)
    def main(n: int) -> int:
        return work.with_options(name="other")(n).result() + work(n).result()

    assert main.invoke(1, thread_id="t") == 2
    assert paths(saver, "t") == ["other#0", "work#0"]
    assert work.name == "work"
    with pytest.raises(UsageError) as refused:
        work.with_options(name="")
    assert refused.value.code == "usage.name_invalid"


# Several calls


def test_map_and_gather() -> None:
    saver = InMemorySaver()

    class Shop:
        @task
        def price(self, item: str) -> int:
            return len(item)

    @task
    def upper(word: str) -> str:
        return word.upper()

    @entrypoint(checkpointer=saver)
    def main(words: list[str]) -> list[Any]:
        return [
            gather(*upper.map(words)),
            gather(*upper.map(words, key=lambda word: word)),
            gather(*Shop().price.map(words)),
            gather(),
        ]

    assert main.invoke(["a", "bb"], thread_id="t") == [["A", "BB"], ["A", "BB"], [1, 2], []]
    assert {"upper#0", "upper#1", "upper@a", "upper@bb", "price#0", "price#1"} == set(paths(saver, "t"))


@task
def fails_at(n: int, bad: int) -> int:
    if n == bad:
        raise ValueError(f"not {n}")
    return n


def test_gather_collects_or_raises() -> None:
    @entrypoint
    def main(collects: bool) -> list[str]:
        calls = [fails_at(n, 1) for n in range(3)]
        if collects:
            return [str(each) for each in gather(*calls, return_exceptions=True)]
        try:
            gather(*calls)
        except ValueError as error:
            return [str(error), str(gather(calls[0], calls[2], calls[0]))]
        return []

    assert main.invoke(True) == ["0", "not 1", "2"]
    assert main.invoke(False) == ["not 1", "[0, 2, 0]"]


async def test_gather_on_a_loop() -> None:
    @entrypoint
    async def main(n: int) -> list[Any]:
        calls = [fails_at(each, 1) for each in range(n)]
        collected = await gather(*calls, return_exceptions=True)
        with pytest.raises(ValueError, match="not 1"):
            await gather(fails_at(1, 1))
        empty: list[int] = await gather()
        return [str(each) for each in collected] + empty

    assert await main.ainvoke(3) == ["0", "not 1", "2"]


def test_gather_outside_of_a_run() -> None:
    with pytest.raises(UsageError) as refused:
        gather()
    assert refused.value.code == "usage.outside_run"


def test_gather_waits_in_the_order_of_the_journal(tmp_path: Path) -> None:
    """The failure that is raised is the one that was recorded first, on a replay too."""
    import threading

    gates = [threading.Event(), threading.Event()]

    @task
    def fail(n: int) -> None:
        gates[n].wait(30)
        if n == 1:
            gates[0].set()
        raise ValueError(f"number {n}")

    saver = SqliteSaver(tmp_path / "threads.db")

    @entrypoint(checkpointer=saver)
    def main(n: int) -> Any:
        calls = fail.map(range(2))
        first = next(iter(as_completed(calls))) if n else None
        assert first is None or first is calls[1]
        try:
            gather(*calls)
        except ValueError as error:
            return [str(error), interrupt("once more")]

    gates[1].set()
    main.invoke(1, thread_id="t")
    assert main.invoke(Command(resume=0), thread_id="t") == ["number 1", 0]


def test_as_completed_takes_what_map_returns() -> None:
    @task
    def work(n: int) -> int:
        return n

    @entrypoint
    def main(n: int) -> list[int]:
        return sorted(future.result() for future in as_completed(work.map(range(n))))

    assert main.invoke(4) == [0, 1, 2, 3]


async def test_cancelling_a_call_of_an_entrypoint() -> None:
    begun = asyncio.Event()

    @task
    async def forever() -> None:
        begun.set()
        await asyncio.Event().wait()

    @entrypoint
    async def inner(n: int) -> None:
        await forever()

    saver = InMemorySaver()

    @entrypoint(checkpointer=saver)
    async def outer(n: int) -> str:
        call = asyncio.ensure_future(inner.ainvoke(n))
        await begun.wait()
        call.cancel()
        try:
            await call
        except asyncio.CancelledError:
            return "cancelled"
        return "finished"

    assert await asyncio.wait_for(outer.ainvoke(1, thread_id="t"), 30) == "cancelled"
