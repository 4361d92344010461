"""What a newcomer does wrong first: each error says what to do about this mistake, and not about another one."""

import asyncio
from collections.abc import Callable
from itertools import count

import pytest

from taskpoint import Command, InMemorySaver, TaskpointError, entrypoint, interrupt, task

double = task("double", lambda n: 2 * n)


def of_a_sync_body() -> None:
    entrypoint("main", lambda n: [double(n)]).invoke(1)


def of_a_coroutine() -> None:
    async def body(n: int) -> object:
        return double(n)

    asyncio.run(entrypoint("main", body).ainvoke(1))


def of_a_task() -> None:
    inner = task("inner", lambda n: double(n))  # noqa: PLW0108 - as somebody writes it
    entrypoint("main", lambda n: inner(n).result()).invoke(1)


@pytest.mark.parametrize("forget", [of_a_sync_body, of_a_coroutine, of_a_task])
def test_a_call_that_nobody_waited_for_is_no_value(forget: Callable[[], None]) -> None:
    with pytest.raises(TaskpointError) as refused:
        forget()
    assert refused.value.code == "value.not_encodable"
    assert ".result()" in (refused.value.hint or "")


def test_a_class_of_ones_own_is_not_taken_for_a_call() -> None:
    class Future: ...

    with pytest.raises(TaskpointError) as refused:
        entrypoint("main", lambda _: Future()).invoke(1)
    assert "register_extension()" in (refused.value.hint or "")


def test_chance_in_a_body_is_named_where_it_is_noticed() -> None:
    chance = count()
    main = entrypoint(
        "main", lambda _: [double(next(chance)).result(), interrupt("go on?")], checkpointer=InMemorySaver()
    )
    main.invoke(0, thread_id="t1")
    with pytest.raises(TaskpointError) as diverged:
        main.invoke(Command(resume="yes"), thread_id="t1")
    assert diverged.value.code == "replay.divergence"
    assert "taskpoint.durable" in (diverged.value.hint or "")


def test_an_answer_that_comes_with_a_divergence_is_kept_and_the_error_of_the_next_one_says_so() -> None:
    saver = InMemorySaver()

    def body(n: int) -> list[int]:
        return [double(n).result(), interrupt("go on?")]

    right = entrypoint("main", body, checkpointer=saver)
    wrong = entrypoint("main", lambda n: body(n + 1), checkpointer=saver)
    right.invoke(1, thread_id="t1")
    for answer, code in (("yes", "replay.divergence"), ("no", "interrupt.none_pending")):
        with pytest.raises(TaskpointError) as refused:
            wrong.invoke(Command(resume=answer), thread_id="t1")
        assert refused.value.code == code
    assert (refused.value.hint or "").startswith("continue an unfinished run with None")
    assert right.invoke(None, thread_id="t1") == [2, "yes"]


def test_a_thread_id_beside_configurable_is_told_its_place() -> None:
    with pytest.raises(TaskpointError) as refused:
        entrypoint("main", lambda n: n, checkpointer=InMemorySaver()).invoke(1, {"thread_id": "t1"})
    assert refused.value.code == "usage.config_invalid"
    assert "thread_id='...'" in (refused.value.hint or "")
