"""On a loop that others keep busy a run goes on when its own code has nothing to do (`CON-006`)."""

import asyncio
import os
from contextlib import asynccontextmanager
from itertools import count

import pytest

from taskpoint import InMemorySaver, SaverError, SqliteSaver, entrypoint, gather, interrupt, task

ROUNDS = 12
"""So many rounds of a busy loop may pass between two outcomes."""


counted = pytest.mark.skipif(
    os.environ.get("TASKPOINT_EVENT_LOOP") == "uvloop",
    reason="uvloop does not show what it is to run: each outcome waits for twenty rounds",
)


class Failing(InMemorySaver):
    """Fails for good at its n-th append."""

    commits_on_loop = True
    left = -1

    def append(self, *args, **kwargs):
        self.left -= 1
        if self.left == 0:
            self.left = 1
            raise SaverError("down", committed=False)
        super().append(*args, **kwargs)


@asynccontextmanager
async def busy(others=1):
    """Keep the loop busy with code that has nothing to do with any run, and count its rounds."""
    rounds = [0]

    async def go_round(first):
        while True:
            rounds[0] += first
            await asyncio.sleep(0)

    going = [asyncio.create_task(go_round(n == 0)) for n in range(others)]
    yield rounds
    for each in going:
        each.cancel()


@task
async def add(n):
    return n + 1


numbers = count()


@task
async def draw():
    """Equal calls, each with a result of its own; takes its time, but not on a replay."""
    for _ in range(30):
        await asyncio.sleep(0)
    return next(numbers)


@task
def add_in_thread(n):
    return n + 1


def rounds_of(main, value, others=1):
    async def use():
        async with busy(others) as rounds:
            before = rounds[0]
            result = await main.ainvoke(value, thread_id="t")
            return result, rounds[0] - before

    return asyncio.run(use())


@counted
@pytest.mark.parametrize("others", [1, 50])
def test_one_call_after_another(others):
    @entrypoint(checkpointer=InMemorySaver())
    async def main(n):
        for _ in range(20):
            n = await add(n)
        return n

    value, rounds = rounds_of(main, 0, others)
    assert value == 20
    assert rounds <= 22 * ROUNDS


@counted
def test_a_gather_is_delivered_as_a_whole():
    @entrypoint(checkpointer=InMemorySaver())
    async def main(n):
        return sum(await asyncio.gather(*[add(i) for i in range(n)]))

    value, rounds = rounds_of(main, 200)
    assert value == sum(range(201))
    assert rounds <= 3 * ROUNDS


def test_calls_in_threads_come_back():
    @entrypoint(checkpointer=InMemorySaver())
    async def main(n):
        return await asyncio.gather(*[add_in_thread(i) for i in range(n)])

    assert rounds_of(main, 5)[0] == [1, 2, 3, 4, 5]


def test_a_run_that_asks_ends():
    @entrypoint(checkpointer=InMemorySaver())
    async def main(n):
        return await add(interrupt("how many?"))

    value, rounds = rounds_of(main, 0)
    assert value["__interrupt__"][0].value == "how many?"
    assert rounds <= 4 * ROUNDS


def test_runs_beside_each_other_share_commits_all_the_same(tmp_path):
    shared = []

    class Counting(SqliteSaver):
        commits_on_loop = True

        def together(self, writes):
            shared.append(len(writes))
            return super().together(writes)

    with Counting(tmp_path / "threads.db", synchronous="OFF") as saver:

        @entrypoint(checkpointer=saver)
        async def main(n):
            return await add(await add(n))

        async def use():
            async with busy():
                return await asyncio.gather(*[main.ainvoke(n, thread_id=f"t{n}") for n in range(16)])

        assert asyncio.run(use()) == [n + 2 for n in range(16)]
    assert sum(shared) / len(shared) >= 8


def uneven(saver, through=None):
    """Branches that take different numbers of rounds between their calls, through the hands of others if wanted."""
    seen = {}

    @entrypoint(checkpointer=saver)
    async def main(_):
        async def walk(branch):
            for turn in range(3):
                for _ in range(branch * 3 % 7):
                    await (asyncio.sleep(0) if through is None else through())
                drawn = await draw()
                assert seen.setdefault((branch, turn), drawn) == drawn

        await asyncio.gather(*[walk(branch) for branch in range(4)])
        return len(seen)

    return main


def crash_and_go_on(main, saver, moment, use):
    """What a branch has seen once it sees again."""
    saver.left = moment
    try:
        assert use(0) == 12
    except SaverError:
        saver.left = -1
        assert use(None) == 12


@pytest.mark.parametrize("moment", range(1, 14))
def test_branches_get_the_same_outcomes_again(moment):
    saver = Failing()
    main = uneven(saver)
    crash_and_go_on(main, saver, moment, lambda value: rounds_of(main, value)[0])


@pytest.mark.parametrize("moment", range(1, 14))
@pytest.mark.parametrize("is_busy", [True, False])
def test_what_goes_through_the_hands_of_others_belongs_to_the_run(moment, is_busy):
    """A worker that was there before the run takes three rounds for each order, and has nothing to do with it."""
    saver, orders = Failing(), []

    async def worker(queue):
        while True:
            done = await queue.get()
            await asyncio.sleep(0)
            if not done.done():
                done.set_result(None)

    async def through():
        done = asyncio.get_running_loop().create_future()
        orders[-1].put_nowait(done)
        await done

    main = uneven(saver, through)

    async def use(value):
        orders.append(asyncio.Queue())
        working = asyncio.create_task(worker(orders[-1]))
        try:
            async with busy(int(is_busy)):
                return await main.ainvoke(value, thread_id="t")
        finally:
            working.cancel()

    crash_and_go_on(main, saver, moment, lambda value: asyncio.run(use(value)))


def test_code_of_the_run_that_goes_round_for_ever_gets_its_outcomes():
    @entrypoint(checkpointer=InMemorySaver())
    async def main(n):
        call = add(n)
        while not call.done():  # noqa: ASYNC110 - it goes round on purpose
            await asyncio.sleep(0)
        return call.result()

    assert rounds_of(main, 1)[0] == 2


@counted
def test_sync_helpers_of_a_run_on_a_busy_loop():
    @entrypoint(checkpointer=InMemorySaver())
    async def main(n):
        return await gather(*[add(i) for i in range(n)])

    value, rounds = rounds_of(main, 50)
    assert value == list(range(1, 51))
    assert rounds <= 3 * ROUNDS
