"""`as_completed` and `gather`: what comes, in which order, and at what cost."""

import asyncio
import sys

import pytest

from taskpoint import Command, InMemorySaver, UsageError, as_completed, entrypoint, gather, interrupt, task


def test_a_catch_around_as_completed_does_not_see_a_question():
    """INT-011: where no call has an outcome any more, who waits for one sees what who awaits it would see."""
    saver, seen = InMemorySaver(), []

    @task
    async def ask(n: int) -> int:
        return interrupt(n)

    async def main(n: int) -> list[int]:
        try:
            return sorted([await future async for future in as_completed(ask.map(range(n)))])
        except Exception as error:
            seen.append(error)
            raise

    workflow = entrypoint("main", main, checkpointer=saver)
    asked = asyncio.run(workflow.ainvoke(2, thread_id="t"))["__interrupt__"]
    assert seen == []
    assert saver.load("t").entries[-1].error is None
    answers = Command(resume={each.id: each.value + 10 for each in asked})
    assert asyncio.run(workflow.ainvoke(answers, thread_id="t")) == [10, 11]


@pytest.mark.parametrize("wait", [gather, lambda calls: list(as_completed([calls]))])
def test_what_is_no_call_is_refused_with_a_hint(wait):
    one = task("one", lambda n: n)
    with pytest.raises(UsageError, match="something that is no call of a task"):
        entrypoint("main", lambda n: wait([one(n), one(n)])).invoke(1)


def _steps(run, size):
    """Count the Python functions that this thread enters."""
    steps = 0

    def count(frame, event, arg):
        nonlocal steps
        steps += event == "call"

    sys.setprofile(count)
    try:
        run(size)
    finally:
        sys.setprofile(None)
    return steps


def _awaited(n):
    @task
    async def one(n: int) -> int:
        return n

    async def main(n: int) -> int:
        return sum([await future async for future in as_completed(one.map(range(n)))])

    asyncio.run(entrypoint("main", main).ainvoke(n))


def _waited(n):
    one = task("one", lambda n: n)
    entrypoint("main", lambda n: sum(gather(*one.map(range(n))))).invoke(n)


@pytest.mark.parametrize("run", [_awaited, _waited])
def test_each_arrival_costs_the_same_however_many_calls_are_waited_for(run):
    run(10)
    assert _steps(run, 1600) < 8 * _steps(run, 400)
