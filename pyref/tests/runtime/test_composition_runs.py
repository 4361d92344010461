"""Workflows made of workflows: what belongs to the run, variants, and several calls at once."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from journals import paths

from taskpoint import (
    Command,
    EntrypointFinal,
    InMemorySaver,
    InMemoryStore,
    SqliteSaver,
    UsageError,
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
    assert bound.get_state().metadata["k"] == 1
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
