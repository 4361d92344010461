"""What a newcomer does wrong first: each error says what to do about this mistake, and not about another one."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from taskpoint import Command, InMemorySaver, TaskpointError, UsageError, entrypoint, interrupt, task

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


USES = {
    "adds": lambda call: call + 1,
    "adds to": lambda call: 1 + call,
    "joins": lambda call: "total: " + call,
    "compares": lambda call: call > 1,
    "takes": lambda call: call["x"],
    "counts": len,
    "loops": list,
    "looks in": lambda call: 1 in call,
    "decides": lambda call: "yes" if call else "no",
    "negates": lambda call: not call,
    "converts": int,
    "sums": lambda call: sum([call]),
    "writes": lambda call: f"total: {call}",
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_call_that_is_used_as_its_value_says_how_to_get_it(use: Callable[[object], object]) -> None:
    """None of these goes on with what is not there, such as a call that is always true."""

    async def body(n: int) -> object:
        return use(double(n))

    inner = task("inner", use)
    for run in (
        lambda: entrypoint("main", lambda n: use(double(n))).invoke(1),
        lambda: asyncio.run(entrypoint("main", body).ainvoke(1)),
        lambda: entrypoint("main", lambda n: inner(double(n)).result()).invoke(1),
    ):
        with pytest.raises(TaskpointError) as refused:
            run()
        assert refused.value.code == "usage.no_value"
        assert "double#0" in str(refused.value)
        assert "await it" in (refused.value.hint or "") or ".result()" in (refused.value.hint or "")


def test_a_call_can_be_kept_compared_and_shown() -> None:
    def body(n: int) -> list[object]:
        first, second = double(n), double(n + 1)
        kept = {first: "a", second: "b"}
        seen = [kept[first], first == second, first != 3, first in [second, first], str(first), f"{first!r}"]
        return [*seen, first.result(), second.result()]

    shown = "<TaskFuture double#0 made>"
    assert entrypoint("main", body).invoke(1) == ["a", False, True, True, shown, shown, 2, 4]


def test_an_entrypoint_that_is_called_like_a_function_says_how_it_is_run() -> None:
    async def body(n: int) -> int:
        return n

    plain, other = entrypoint("main", lambda n: n), entrypoint("other", body)
    for call, hint in ((plain, "write main.invoke(...)"), (other, "write await other.ainvoke(...)")):
        with pytest.raises(TaskpointError) as refused:
            call(3)
        assert refused.value.code == "usage.not_callable"
        assert (refused.value.hint or "").startswith(hint)
    for define in (task, entrypoint):
        with pytest.raises(TaskpointError, match="needs a function"):
            define("wrapped", plain)


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


@pytest.mark.parametrize("options", [{"retry": 5}, {"retry": [1]}, {"take_over": "yes"}, {"once": 1}, {"once": None}])
def test_an_option_of_a_run_that_is_of_another_type_is_refused(options: dict[str, Any]) -> None:
    main = entrypoint("main", lambda n: n, checkpointer=InMemorySaver())
    with pytest.raises(UsageError, match=f"{next(iter(options))}= ") as refused:
        main.invoke(1, thread_id="t", **options)
    assert refused.value.code == "usage.option_invalid"
    assert main.get_state(thread_id="t").next == ()
