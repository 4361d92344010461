"""What must not happen again, rows 1 to 13: each test fails with the behaviour that was measured elsewhere."""

import asyncio
import itertools

import pytest
from journals import entries

from taskpoint import (
    Command,
    ConcurrentRunError,
    InMemorySaver,
    SaverError,
    UsageError,
    ValueEncodingError,
    entrypoint,
    interrupt,
    task,
)
from taskpoint.runtime.process.sources import Sources, using


class Failing(InMemorySaver):
    """Refuses every append after the first `allowed`, as a full disk would."""

    allowed = 10**9

    def append(self, *args, **kwargs):
        self.allowed -= 1
        if self.allowed < 0:
            raise SaverError("the disk is full", committed=False)
        super().append(*args, **kwargs)


# Row 1: coroutines that wait unevenly get their own results back after a crash, whatever the order
@pytest.mark.parametrize("allowed", range(1, 5))
def test_branches_of_uneven_depth_get_their_own_results(allowed):
    saver = Failing()
    ran: list[tuple[int, int]] = []

    @task
    async def step(branch, turn):
        ran.append((branch, turn))
        await asyncio.sleep((branch * 7 + turn * 3) % 5 / 2000)
        return [branch, turn]

    async def walk(branch):
        done = []
        for turn in range(1 + branch % 4):
            for _ in range(branch % 3):
                await asyncio.sleep(0)
            done.append(await step(branch, turn))
        return done

    @entrypoint(checkpointer=saver)
    async def main(n):
        return await asyncio.gather(*[walk(branch) for branch in range(n)])

    saver.allowed = allowed
    with pytest.raises(SaverError):
        main.invoke(6, thread_id="t")
    saver.allowed = 10**9
    assert main.invoke(None, thread_id="t") == [[[b, i] for i in range(1 + b % 4)] for b in range(6)]
    completed = [entry.path for entry in entries(saver, "t", "task.completed")]
    assert len(completed) == len(set(completed)) == 13


# Row 2: other tasks may come, go and move
def test_recorded_calls_survive_changes_of_other_tasks(saver):
    ran = []

    def made(name):
        def run(n):
            ran.append(name)
            return n

        return task(name, run)

    charge, mail, log = made("charge"), made("mail"), made("log")

    def before(n):
        charge(n).result()
        mail(n).result()
        return interrupt("go on?")

    def after(n):
        log(n).result()
        mail(n).result()
        charge(n).result()
        return interrupt("go on?")

    entrypoint("main", before, checkpointer=saver).invoke(1, thread_id="t")
    assert entrypoint("main", after, checkpointer=saver).invoke(Command(resume="yes"), thread_id="t") == "yes"
    assert ran == ["charge", "mail", "log"]


# Row 3: durable before seen
def test_a_result_is_recorded_before_the_body_sees_it(saver):
    seen = []

    @task
    def fetch(n):
        return n + 1

    @entrypoint(checkpointer=saver)
    def main(n):
        for i in range(3):
            fetch(i).result()
            seen.append(len(entries(saver, "t", "task.completed")))
        return n

    main.invoke(0, thread_id="t")
    assert seen == [1, 2, 3]


def test_a_result_is_recorded_before_a_coroutine_sees_it(saver):
    seen = []

    @task
    async def fetch(n):
        return n + 1

    @entrypoint(checkpointer=saver)
    async def main(n):
        for i in range(3):
            await fetch(i)
            seen.append(len(entries(saver, "t", "task.completed")))
        return n

    main.invoke(0, thread_id="t")
    assert seen == [1, 2, 3]


# Row 5: answers are one-shot and addressed
def test_a_resume_sent_twice_answers_once(saver):
    @entrypoint(checkpointer=saver)
    def main(n):
        return [interrupt("first?"), interrupt("second?")]

    first = main.invoke(0, thread_id="t")["__interrupt__"][0]
    command = Command(resume={first.id: "yes"})
    main.invoke(command, thread_id="t")
    before = entries(saver, "t")
    with pytest.raises(UsageError) as caught:
        main.invoke(command, thread_id="t")
    assert caught.value.code == "interrupt.already_answered"
    assert entries(saver, "t") == before
    assert main.invoke(Command(resume="no"), thread_id="t") == ["yes", "no"]


def test_a_late_resume_does_not_approve_the_next_run(saver):
    @entrypoint(checkpointer=saver)
    def main(n):
        return interrupt(f"approve {n}?")

    main.invoke(1, thread_id="t")
    main.invoke(Command(resume="yes"), thread_id="t")
    with pytest.raises(UsageError) as caught:
        main.invoke(Command(resume="yes"), thread_id="t")
    assert caught.value.code == "interrupt.none_pending"


# Row 6: the signal cannot be swallowed, and a suspended scope starts nothing
def _swallow_exception():
    try:
        interrupt("sure?")
    except Exception:  # noqa: BLE001 - the point of the test
        return


def _swallow_everything():
    try:
        interrupt("sure?")
    except BaseException:  # noqa: BLE001 - the point of the test
        return


def _swallow_in_finally():
    try:
        interrupt("sure?")
    finally:
        return  # noqa: B012 - the point of the test


@pytest.mark.parametrize("swallow", [_swallow_exception, _swallow_everything, _swallow_in_finally])
def test_a_swallowed_interrupt_is_still_an_interrupt(saver, swallow):
    charged = []

    @task
    def charge(n):
        charged.append(n)

    @entrypoint(checkpointer=saver)
    def main(n):
        swallow()
        charge(n).result()
        return "returned all the same"

    assert [i.value for i in main.invoke(1, thread_id="t")["__interrupt__"]] == ["sure?"]
    assert charged == []
    assert main.invoke(Command(resume="yes"), thread_id="t") == "returned all the same"
    assert charged == [1]


@pytest.mark.parametrize("way", ["gather", "group", "catch"])
def test_a_swallowed_interrupt_in_coroutines(saver, way):
    charged = []

    @task
    async def charge(n):
        charged.append(n)

    async def ask():
        return interrupt("sure?")

    async def in_gather():
        await asyncio.gather(ask(), return_exceptions=True)

    async def in_group():
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(ask())
        except BaseException:  # noqa: BLE001 - the point of the test
            pass

    async def in_catch():
        try:  # noqa: SIM105 - a catch is the point of the test
            await ask()
        except BaseException:  # noqa: BLE001 - the point of the test
            pass

    @entrypoint(checkpointer=saver)
    async def main(n):
        await {"gather": in_gather, "group": in_group, "catch": in_catch}[way]()
        await charge(n)
        return "returned all the same"

    assert [i.value for i in main.invoke(1, thread_id="t")["__interrupt__"]] == ["sure?"]
    assert charged == []
    assert main.invoke(Command(resume="yes"), thread_id="t") == "returned all the same"
    assert charged == [1]


def test_calls_beside_an_interrupt_in_a_task_group_finish_and_are_kept(saver):
    ran = []

    @task
    async def slow(n):
        await asyncio.sleep(0.01)
        ran.append(n)
        return n

    async def ask():
        return interrupt("sure?")

    async def wait():
        return await slow(1)

    @entrypoint(checkpointer=saver)
    async def main(n):
        async with asyncio.TaskGroup() as group:
            made = [group.create_task(wait()), group.create_task(ask())]
        return [one.result() for one in made]

    assert "__interrupt__" in main.invoke(1, thread_id="t")
    assert main.invoke(Command(resume="yes"), thread_id="t") == [1, "yes"]
    assert ran == [1]


# Row 7: what cannot be stored fails at the call
def test_a_result_that_cannot_be_stored_fails_at_its_call(saver):
    charged = []

    @task
    def fetch():
        return {"items": [1, object()]}

    @task
    def charge():
        charged.append(1)

    @entrypoint(checkpointer=saver)
    def main(n):
        fetch().result()
        charge().result()

    with pytest.raises(ValueEncodingError) as caught:
        main.invoke(1, thread_id="t")
    assert caught.value.code == "value.not_encodable"
    assert "$.items[1]" in str(caught.value)
    assert charged == []


# Row 8: first run equals replay
def test_the_first_run_sees_what_a_replay_sees(saver):
    seen = []

    @task
    def fetch():
        return (1, {"a": (2, 3)})

    @entrypoint(checkpointer=saver)
    def main(n):
        result = fetch().result()
        seen.append(result)
        result[1]["a"].append("changed by the caller")
        interrupt("?")

    main.invoke(0, thread_id="t")
    main.invoke(Command(resume=None), thread_id="t")
    assert seen[0] == seen[1] == [1, {"a": [2, 3, "changed by the caller"]}]
    assert entries(saver, "t", "task.completed")[0].value == '[1,{"a":[2,3]}]'


# Row 9: one writer
def test_two_runs_at_once_on_one_thread_give_one_result_each_or_an_error():
    saver = InMemorySaver()

    @task
    async def pause():
        await asyncio.sleep(0.001)

    @entrypoint(checkpointer=saver)
    async def count(n, *, previous=0):
        await pause()
        return previous + n

    async def main():
        return await asyncio.gather(*[count.ainvoke(1, thread_id="t") for _ in range(20)], return_exceptions=True)

    results = asyncio.run(main())
    done = [result for result in results if not isinstance(result, BaseException)]
    assert {type(result) for result in results if isinstance(result, BaseException)} == {ConcurrentRunError}
    assert count.get_state(thread_id="t").values == len(done) >= 1


# Row 10: no order is taken from a clock
def test_a_clock_that_runs_backwards_changes_nothing(saver):
    ticks = itertools.count(50, -1)

    @task
    def fetch(n):
        return n

    @entrypoint(checkpointer=saver)
    def main(n, *, previous=0):
        return previous + fetch(n).result()

    with using(Sources(now=lambda: f"2026-01-01T00:00:{next(ticks):02}Z")):
        assert [main.invoke(n, thread_id="t") for n in (1, 2, 3)] == [1, 3, 6]
    assert [cp.seq for cp in saver.history("t")] == [5, 4, 3, 2, 1, 0]


# Row 12: a caught error is history
def test_a_caught_error_is_not_run_again(saver):
    ran = []

    @task
    def flaky():
        ran.append(1)
        if len(ran) == 1:
            raise ValueError("first")
        return "second"

    @entrypoint(checkpointer=saver)
    def main(n):
        try:
            way = flaky().result()
        except ValueError as error:
            way = f"caught {error}"
        interrupt("?")
        return way

    main.invoke(0, thread_id="t")
    assert main.invoke(Command(resume=1), thread_id="t") == "caught first"
    assert len(ran) == 1


def test_an_uncaught_error_is_run_again(saver):
    ran = []

    @task
    def inner():
        ran.append("inner")
        if len(ran) < 3:
            raise ValueError("no")
        return "yes"

    @task
    def outer():
        ran.append("outer")
        return inner().result()

    @entrypoint(checkpointer=saver)
    def main(n):
        return outer().result()

    with pytest.raises(ValueError, match="no"):
        main.invoke(0, thread_id="t")
    assert entries(saver, "t", "run.failed")[0].rerun == ["outer#0"]
    assert main.invoke(None, thread_id="t") == "yes"
    assert entries(saver, "t", "run.resumed")[0].rerun == ["outer#0", "outer#0/inner#0"]
    assert ran == ["outer", "inner", "outer", "inner"]


# Row 13: a value is stored once
def test_storage_grows_with_what_is_new(tmp_path):
    @entrypoint(checkpointer=tmp_path / "t.db")
    def main(n, *, previous=None):
        grown = [*(previous or []), "x" * 100]
        return entrypoint.final(value=n, save=grown)

    for turn in range(40):
        main.invoke(turn, thread_id="t")
    main.checkpointer.close()
    payload = sum(105 * turn for turn in range(1, 41))
    assert (tmp_path / "t.db").stat().st_size < 1.2 * payload + 40 * 1500 + 50_000
