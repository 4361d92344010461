"""Outcomes that only `asyncio.gather` counts are delivered together, and no code can tell (`CON-006`)."""

import asyncio
import random

import pytest

from taskpoint import FormatError, InMemorySaver, entrypoint, task
from taskpoint.runtime.execution import loop_future


class Crash(BaseException):
    pass


@task
async def give(n):
    if n % 7 == 6:
        raise ValueError(str(n))
    return n


async def plain(n):
    await asyncio.sleep(0)
    return n


def waits(seed, calls, seen):
    """Make some coroutines that wait for calls in different ways, and note at each step what is delivered."""
    chance = random.Random(seed)

    def note(name):
        seen.append((name, "".join("x" if call.done() else "." for call in calls)))

    async def gathers(name, chosen):
        found = await asyncio.gather(*chosen, plain(0), return_exceptions=True)
        note(f"{name} gathered {[str(each) for each in found]}")

    async def fails(name, chosen):
        try:
            await asyncio.gather(*chosen)
        except ValueError as error:
            note(f"{name} failed with {error}")
        note(f"{name} is behind")

    async def one_by_one(name, chosen):
        for call in chosen:
            await asyncio.wait([call])
            note(f"{name} went on")

    async def gives_up(name, chosen):
        whole = asyncio.gather(*chosen)
        await asyncio.wait([chosen[0]])
        note(f"{name} gives up")
        whole.cancel()
        await asyncio.wait([whole])
        note(f"{name} gave up")

    ways = [gathers, fails, one_by_one, *([gives_up] if seed % 5 == 4 else [])]
    for n in range(chance.randint(1, 4)):
        chosen = chance.sample(calls, chance.randint(1, len(calls)))
        way = chance.choice(ways)
        yield way(f"{way.__name__} {n}", chosen)


def run(seed, saver, seen):
    @entrypoint(checkpointer=saver)
    async def main(_):
        calls = [give(n) for n in range(10)]
        await asyncio.gather(*waits(seed, calls, seen))
        raise Crash

    with pytest.raises(Crash):
        asyncio.run(main.ainvoke(None if seen.count("again") else 0, thread_id="t"))


@pytest.mark.parametrize("seed", range(40))
def test_what_the_code_sees_is_the_same_as_one_by_one(seed, monkeypatch):
    saver, first, together, singly = InMemorySaver(), [], ["again"], ["again"]
    run(seed, saver, first)
    run(seed, saver, together)
    monkeypatch.setattr(loop_future, "_COUNTING", object())
    run(seed, saver, singly)
    assert together == singly
    if seed % 5 != 4:
        assert together[1:] == first


def test_nothing_is_delivered_behind_the_last_that_a_gather_waits_for():
    saver, seen = InMemorySaver(), []

    @entrypoint(checkpointer=saver)
    async def main(_):
        calls = [give(n) for n in range(5)]
        await asyncio.gather(*calls[:2])
        seen.append([call.done() for call in calls])
        await asyncio.gather(*calls[2:4], calls[0])
        seen.append([call.done() for call in calls])
        await calls[4]
        raise Crash

    for value in (0, None):
        with pytest.raises(Crash):
            asyncio.run(main.ainvoke(value, thread_id="t"))
    assert seen == 2 * [[True, True, False, False, False], [True, True, True, True, False]]


def test_code_that_goes_round_sees_one_outcome_at_a_time():
    saver, seen = InMemorySaver(), []

    @entrypoint(checkpointer=saver)
    async def main(_):
        calls = [give(n) for n in range(3)]
        while not calls[0].done():  # noqa: ASYNC110 - it goes round on purpose
            await asyncio.sleep(0)
        seen.append([call.done() for call in calls])
        await asyncio.gather(*calls)
        raise Crash

    for value in (0, None):
        with pytest.raises(Crash):
            asyncio.run(main.ainvoke(value, thread_id="t"))
    assert seen == 2 * [[True, False, False]]


def test_what_cannot_be_read_keeps_back_what_comes_behind_it():
    saver, seen = InMemorySaver(), []

    @entrypoint(checkpointer=saver)
    async def main(_):
        calls = [give(n) for n in range(3)]
        seen.append(await calls[2])
        await asyncio.gather(*calls[:2])
        raise Crash

    with pytest.raises(Crash):
        asyncio.run(main.ainvoke(0, thread_id="t"))
    journal = saver.load("t").entries
    journal[1].value = "{"
    with pytest.raises(FormatError):
        asyncio.run(main.ainvoke(None, thread_id="t"))
    assert seen == [2]
