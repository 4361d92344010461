"""Runs on one event loop write in commits that they share, and none can tell."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from taskpoint import (
    ConcurrentRunError,
    InMemorySaver,
    RetryPolicy,
    SaverError,
    SqliteSaver,
    UsageError,
    durable,
    entrypoint,
    interrupt,
    task,
)
from taskpoint.runtime.execution.sharing import sharing_of


class OnLoop(SqliteSaver):
    """Is quick, whatever the disk."""

    commits_on_loop = True

    def __init__(self, path):
        super().__init__(path, synchronous="OFF")
        self.shared = []
        """How many writes each commit was to have."""

    def together(self, writes):
        self.shared.append(len(writes))
        return super().together(writes)


class Lost(OnLoop):
    """Loses the answer to its n-th shared commit, which took effect or did not."""

    def __init__(self, path, error, *, after):
        super().__init__(path)
        self.left, self.error, self.after = 0, error, after

    def together(self, writes):
        self.left -= 1
        if self.left:
            return super().together(writes)
        if self.after:
            super().together(writes)
        raise self.error


@pytest.fixture
def saver(tmp_path):
    with OnLoop(tmp_path / "threads.db") as saver:
        yield saver


def doubling(saver, ran):
    @task
    async def double(n):
        ran.append(n)
        await asyncio.sleep(0)
        return 2 * n

    @entrypoint(checkpointer=saver)
    async def main(n):
        return [await double(n), *await asyncio.gather(double(n + 1), double(n + 2))]

    return main


def expected(n):
    return [2 * n, 2 * n + 2, 2 * n + 4]


def at_once(main, count, value=lambda n: n, **options):
    """Run on so many threads at once, and return what came of each."""

    async def runs():
        each = [main.ainvoke(value(n), thread_id=f"t{n}", **options) for n in range(count)]
        return await asyncio.gather(*each, return_exceptions=True)

    return asyncio.run(runs())


def test_sixteen_runs_need_few_commits(saver):
    main = doubling(saver, [])
    commits = []
    with saver._database.lock:
        saver._database.use().set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
    assert at_once(main, 16) == [expected(n) for n in range(16)]
    assert len(commits) <= 12  # sixteen runs alone need four each
    assert [saver.load(f"t{n}").checkpoint.source for n in range(16)] == ["loop"] * 16


def test_a_run_that_is_alone_waits_for_nobody(saver):
    assert at_once(doubling(saver, []), 1) == [expected(0)]
    assert saver.shared == []


def test_a_commit_holds_only_so_many_writes(saver):
    assert at_once(doubling(saver, []), 100) == [expected(n) for n in range(100)]
    assert max(saver.shared) == 32


def test_savers_that_know_nothing_of_it_write_one_by_one():
    saver = InMemorySaver()
    assert at_once(doubling(saver, []), 5) == [expected(n) for n in range(5)]


def test_each_saver_gets_what_is_its_own(saver, tmp_path):
    with OnLoop(tmp_path / "other.db") as other:
        mains = [doubling(saver, []), doubling(other, [])]

        async def runs():
            return await asyncio.gather(*[mains[n % 2].ainvoke(n, thread_id=f"t{n}") for n in range(8)])

        assert asyncio.run(runs()) == [expected(n) for n in range(8)]
        for each, kept in ((saver, range(0, 8, 2)), (other, range(1, 8, 2))):
            assert [n for n in range(8) if each.head(f"t{n}") is not None] == list(kept)


def test_who_comes_second_is_refused_and_nobody_else(saver):
    ran = []
    main = doubling(saver, ran)

    async def runs():
        ids = ["a", "b", "c", "c", "d"]
        return await asyncio.gather(*[main.ainvoke(1, thread_id=id) for id in ids], return_exceptions=True)

    outcomes = asyncio.run(runs())
    assert [type(each) for each in outcomes] == [list, list, list, ConcurrentRunError, list]
    assert outcomes[3].holder is not None
    assert sorted(ran) == sorted([1, 2, 3] * 4)


def test_what_cannot_begin_holds_nobody_up(saver):
    main = doubling(saver, [])

    async def runs():
        resumed = [main.ainvoke(None, thread_id=f"nothing{n}") for n in range(3)]
        begun = [main.ainvoke(n, thread_id=f"t{n}") for n in range(3)]
        return await asyncio.gather(*resumed, *begun, return_exceptions=True)

    outcomes = asyncio.run(runs())
    assert [type(each) for each in outcomes[:3]] == [UsageError] * 3
    assert outcomes[3:] == [expected(n) for n in range(3)]


def test_errors_and_questions_end_their_own_run(saver):
    @entrypoint(checkpointer=saver)
    async def main(n):
        if n % 3 == 0:
            return n
        if n % 3 == 1:
            raise StopIteration(n)  # which no generator may let through
        return interrupt(n)

    outcomes = at_once(main, 9)
    assert [outcomes[n] for n in range(0, 9, 3)] == [0, 3, 6]
    assert all(isinstance(outcomes[n], RuntimeError) for n in range(1, 9, 3))
    assert [outcomes[n]["__interrupt__"][0].value for n in range(2, 9, 3)] == [2, 5, 8]
    kinds = [saver.load(f"t{n}", saver.history(f"t{n}")[-1].id).entries[-1].kind for n in range(3)]
    assert kinds == ["run.completed", "run.failed", "run.interrupted"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("moment", range(1, 6))
@pytest.mark.parametrize("error", [SaverError("lost", committed=None), OSError("disk on fire")], ids=["unknown", "odd"])
def test_a_shared_commit_of_which_nobody_knows_is_read_back(tmp_path, error, moment, after):
    ran = []
    with Lost(tmp_path / "threads.db", error, after=after) as saver:
        main = doubling(saver, ran)
        saver.left = moment
        assert at_once(main, 6) == [expected(n) for n in range(6)]
        assert sorted(ran) == sorted(n + i for n in range(6) for i in range(3))
        kinds = [each.kind for each in saver.load("t0", saver.history("t0")[-1].id).entries]
        assert kinds == ["run.started", *["task.completed"] * 3, "run.completed"]


@pytest.mark.parametrize("moment", range(1, 6))
def test_a_shared_commit_that_failed_ends_the_runs_in_it_which_can_go_on(tmp_path, moment):
    with Lost(tmp_path / "threads.db", SaverError("full", committed=False), after=False) as saver:
        main = doubling(saver, [])
        saver.left = moment
        outcomes = at_once(main, 6)
        failed = [n for n in range(6) if isinstance(outcomes[n], SaverError)]
        assert failed
        for n in range(6):
            if n not in failed:
                assert outcomes[n] == expected(n)
            elif saver.head(f"t{n}") is None:
                assert main.invoke(n, thread_id=f"t{n}") == expected(n)
            else:
                assert main.invoke(None, thread_id=f"t{n}") == expected(n)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("moment", range(1, 6))
def test_ctrl_c_in_a_shared_commit_goes_through_the_loop_once_and_loses_nothing(tmp_path, moment, after):
    ran = []
    with Lost(tmp_path / "threads.db", KeyboardInterrupt(), after=after) as saver:
        main = doubling(saver, ran)
        saver.left = moment
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            each = [loop.create_task(main.ainvoke(n, thread_id=f"t{n}")) for n in range(6)]
            with pytest.raises(KeyboardInterrupt):
                loop.run_until_complete(asyncio.wait(each))
            assert loop.run_until_complete(asyncio.gather(*each)) == [expected(n) for n in range(6)]
        assert sorted(ran) == sorted(n + i for n in range(6) for i in range(3))


@pytest.mark.parametrize("rounds", range(12))
def test_a_run_that_is_cancelled_at_any_moment_leaves_the_others_alone(saver, rounds):
    main = doubling(saver, [])

    async def runs():
        each = [asyncio.ensure_future(main.ainvoke(n, thread_id=f"t{n}")) for n in range(4)]
        for _ in range(rounds):
            await asyncio.sleep(0)
        each[2].cancel()
        return await asyncio.gather(*each, return_exceptions=True)

    outcomes = asyncio.run(runs())
    assert [outcomes[n] for n in (0, 1, 3)] == [expected(n) for n in (0, 1, 3)]
    if outcomes[2] != expected(2):
        assert isinstance(outcomes[2], asyncio.CancelledError)
        head = saver.head("t2")
        if head is None or head.checkpoint.source == "input":
            assert main.invoke(2 if head is None else None, thread_id="t2") == expected(2)


@pytest.mark.parametrize("moment", ["begin", "end"])
def test_a_loop_that_is_gone_lets_go_of_what_waits(saver, moment):
    @entrypoint(checkpointer=saver)
    async def main(n):
        return n

    loop = asyncio.new_event_loop()
    each = [loop.create_task(main.ainvoke(n, thread_id=f"t{n}")) for n in range(4)]
    with sharing_of(loop) as sharing:  # somebody else is there: nobody goes first
        while len(sharing._waiting) < 4 or (moment == "end" and not saver.shared):
            loop.call_soon(loop.stop)
            loop.run_forever()
    loop.close()
    for task_of_loop in each:
        task_of_loop._log_destroy_pending = False
        task_of_loop.get_coro().close()
    assert sharing._waiting == []
    for n in range(4):
        head = saver.head(f"t{n}")
        if head is None or head.checkpoint.source == "input":
            assert main.invoke(n if head is None else None, thread_id=f"t{n}") == n


def test_a_saver_that_miscounts_is_read_back(tmp_path):
    class Miscounting(OnLoop):
        def together(self, writes):
            return super().together(writes)[1:]

    with Miscounting(tmp_path / "threads.db") as saver:
        assert at_once(doubling(saver, []), 4) == [expected(n) for n in range(4)]


def test_a_write_that_only_one_of_them_cannot_make_fails_alone(saver):
    """What fails inside of a transaction undoes it, and each write is made alone."""
    main = doubling(saver, [])
    with closing(sqlite3.connect(saver.path)) as other:
        other.execute(
            "CREATE TRIGGER no_five BEFORE INSERT ON threads WHEN NEW.thread_id = 't5' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    outcomes = at_once(main, 8)
    assert isinstance(outcomes[5], SaverError)
    assert [outcomes[n] for n in range(8) if n != 5] == [expected(n) for n in range(8) if n != 5]
    assert saver.head("t5") is None


def test_nothing_is_left_on_the_loop(saver):
    main = doubling(saver, [])

    async def runs():
        await asyncio.gather(*[main.ainvoke(n, thread_id=f"t{n}") for n in range(4)])
        sharing = sharing_of(asyncio.get_running_loop())
        return sharing._runs, sharing._waiting

    assert asyncio.run(runs()) == (0, [])


@task
async def three_steps(n):
    for _ in range(3):
        await asyncio.sleep(0)
    return n


@pytest.mark.parametrize("savers", [1, 2])
def test_code_that_waits_for_a_commit_finds_it_made(tmp_path, savers):
    """What is recorded on the spot waits for the commit under way, on the loop's own thread."""
    with OnLoop(tmp_path / "a.db") as one, OnLoop(tmp_path / "b.db") as other:

        async def body(n):
            async def times():
                for _ in range(5):
                    await asyncio.sleep(0)
                    durable.now()

            async def steps():
                return [await three_steps(n + i) for i in range(3)]

            return (await asyncio.gather(times(), steps()))[1]

        mains = [entrypoint("main", body, checkpointer=saver) for saver in (one, other)[:savers]]

        async def runs():
            each = [mains[n % savers].ainvoke(n, thread_id=f"t{n}") for n in range(40)]
            return await asyncio.wait_for(asyncio.gather(*each), 60)

        assert asyncio.run(runs()) == [[n, n + 1, n + 2] for n in range(40)]


class Looking(OnLoop):
    """A saver of somebody's own that does more than to write."""

    def begin(self, checkpoint, *args, **kwargs):
        super().begin(checkpoint, *args, **kwargs)
        assert self.head(checkpoint.thread_id).checkpoint.id == checkpoint.id


def test_a_saver_of_ones_own_is_called_as_ever(tmp_path):
    with Looking(tmp_path / "threads.db") as saver:
        assert at_once(doubling(saver, []), 6) == [expected(n) for n in range(6)]


def test_a_cancellation_while_a_failed_attempt_ends_ends_the_run(tmp_path):
    made = []

    class Cancelling(OnLoop):
        def together(self, writes):
            errors = super().together(writes)
            if ran == [1] and not made:
                loaded = self.load("x")
                if loaded is not None and loaded.entries[-1].kind == "run.failed":
                    made.append(running[0].cancel())
            return errors

    running, ran = [], []
    with Cancelling(tmp_path / "threads.db") as saver:

        @entrypoint(checkpointer=saver, retry_policy=RetryPolicy(initial_interval=0.001, jitter=False))
        async def main(_):
            ran.append(1)
            raise ConnectionError

        async def use():
            with sharing_of(asyncio.get_running_loop()):
                running.append(asyncio.ensure_future(main.ainvoke(1, thread_id="x")))
                with pytest.raises(asyncio.CancelledError):
                    await running[0]

        asyncio.run(use())
    assert made == [True]
    assert ran == [1]


def test_a_file_that_is_held_is_waited_for_once(tmp_path):
    with OnLoop(tmp_path / "threads.db") as saver:
        saver._database._busy_timeout = 0.2
        tried = []
        write = saver._database.write
        saver._database.write = lambda work, count=1: tried.append(count) or write(work, count)
        main = doubling(saver, [])

        async def use():
            with sharing_of(asyncio.get_running_loop()):
                each = [main.ainvoke(n, thread_id=f"t{n}") for n in range(8)]
                return await asyncio.gather(*each, return_exceptions=True)

        with closing(sqlite3.connect(saver.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            outcomes = asyncio.run(use())
            other.execute("ROLLBACK")
        assert [type(each) for each in outcomes] == [SaverError] * 8
        assert all(each.committed is False for each in outcomes)
        assert tried == [8]
