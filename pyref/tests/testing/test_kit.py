"""The tools for testing workflows, on workflows."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import json
from importlib.metadata import entry_points

import pytest

from taskpoint import (
    InMemorySaver,
    ReplayDivergenceError,
    RetryPolicy,
    SqliteSaver,
    UsageError,
    entrypoint,
    interrupt,
    task,
)
from taskpoint.interchange import export_thread, import_thread
from taskpoint.runtime.process.sources import current
from taskpoint.testing import Crash, CrashingSaver, replay, simulated, survive_crashes

pytest_plugins = ["pytester"]


@task
def double(n):
    return 2 * n


@task
def wrong_on_replay(seen=[]):  # noqa: B006 - it remembers, which is what is wrong with it
    seen.append(1)
    return len(seen)


@entrypoint
def ask(n):
    first = double(n).result()
    return [first, interrupt("go on?"), double(first).result()]


@entrypoint
async def ask_async(n):
    first, second = await asyncio.gather(double(n), double(n + 1))
    return [first, second, interrupt("go on?")]


@pytest.mark.parametrize("workflow", [ask, ask_async])
@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_a_sound_workflow_survives(workflow, kind, tmp_path):
    numbers = itertools.count()
    saver = InMemorySaver if kind == "memory" else lambda: SqliteSaver(tmp_path / f"{next(numbers)}.db")
    expected = [4, "yes", 8] if workflow is ask else [4, 6, "yes"]
    assert survive_crashes(workflow, 2, answer=lambda _: "yes", saver=saver) == expected


def test_a_workflow_with_a_hidden_input_does_not():
    @entrypoint
    def hidden(_):
        wrong_on_replay().result()
        return wrong_on_replay().result() - 1 - double(0).result()

    with pytest.raises(AssertionError, match=r"killed (before|after) operation \d+ .* came to another value"):
        survive_crashes(hidden, 1)


def test_a_question_without_an_answer_is_a_mistake_of_the_test():
    with pytest.raises(UsageError, match="asks at !0"):
        survive_crashes(ask, 2)


def test_a_dead_saver_lets_nothing_through():
    saver = CrashingSaver(InMemorySaver(), at=2, when="after")
    main = entrypoint("main", lambda n: n, checkpointer=saver)
    with pytest.raises(Crash):
        main.invoke(1, thread_id="t")
    with pytest.raises(Crash):
        saver.head("t")
    saver.restart()
    assert main.invoke(None, thread_id="t") == 1
    assert saver.operations > 2


def test_a_thread_goes_through_json_to_another_saver(tmp_path):
    saver = InMemorySaver()
    bound = entrypoint("ask", ask.func, checkpointer=saver)
    bound.invoke(2, thread_id="t")
    document = json.loads(json.dumps(export_thread(saver, "t")))
    with SqliteSaver(tmp_path / "threads.db") as file:
        assert import_thread(file, document) == "t"
        assert export_thread(file, "t") == document
        elsewhere = entrypoint("ask", ask.func, checkpointer=file)
        assert [each.value for each in elsewhere.get_state(thread_id="t").interrupts] == ["go on?"]


def test_no_thread_is_exported_of_nothing():
    with pytest.raises(UsageError, match="no thread 'x'"):
        export_thread(InMemorySaver(), "x")


@pytest.fixture
def thread():
    saver = InMemorySaver()
    entrypoint("ask", ask.func, checkpointer=saver).invoke(2, thread_id="t")
    return export_thread(saver, "t")


def test_the_same_code_gets_as_far_as_the_journal(thread):
    replayed = replay(ask, thread)
    assert [each.id for each in replayed.interrupts] == ["!0"]
    assert (replayed.is_complete, replayed.new_call) == (False, None)


def test_code_that_calls_more_stops_at_the_new_call_and_runs_nothing(thread):
    ran = []

    @task
    def charge():
        ran.append(1)

    @entrypoint(name="ask")
    def now(n):
        double(n).result()
        charge().result()

    assert replay(now, thread).new_call == "charge#0"
    assert ran == []


def test_code_that_calls_less_leaves_orphans(thread):
    replayed = replay(entrypoint("ask", lambda n: n), thread)
    assert (replayed.value, replayed.is_complete, replayed.orphans) == (2, True, ("double#0",))


def test_code_that_does_not_fit_diverges(thread):
    with pytest.raises(ReplayDivergenceError, match="double#0"):
        replay(entrypoint("ask", lambda n: double(n + 1).result()), thread)


def test_a_completed_run_is_replayed_to_its_end():
    saver = InMemorySaver()
    main = entrypoint("main", lambda n, previous=None: [double(n).result(), previous], checkpointer=saver)
    main.invoke(1, thread_id="t")
    main.invoke(2, thread_id="t")
    document = export_thread(saver, "t")
    assert replay(main, document).value == [4, [2, None]]
    first = document["checkpoints"][0]["checkpoint"]["id"]
    assert replay(main, document, checkpoint_id=first).value == [2, None]
    with pytest.raises(UsageError, match="no such run"):
        replay(main, document, checkpoint_id="x")


def test_simulated_runs_repeat_themselves():
    def run():
        saver = InMemorySaver()
        with simulated(seed=7):
            entrypoint("ask", ask.func, checkpointer=saver).invoke(2, thread_id="t")
        return export_thread(saver, "t")

    assert run() == run()


def test_time_passes_only_in_sleeps():
    tries = []

    @task(retry_policy=RetryPolicy(initial_interval=10, backoff_factor=2, jitter=False, max_attempts=3))
    async def flaky():
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError
        return len(tries)

    @entrypoint
    async def main(_):
        return await flaky()

    with simulated(start=dt.datetime(2030, 1, 1, tzinfo=dt.UTC)) as simulation:
        assert main.invoke(0) == 3
        assert simulation.now == dt.datetime(2030, 1, 1, 0, 0, 30, tzinfo=dt.UTC)
        simulation.advance(30)
        assert simulation.now.minute == 1


def test_sleeps_on_a_loop_end_in_the_order_of_their_ends():
    order = []

    async def nap(seconds):
        await current().asleep(seconds)
        order.append(seconds)

    async def main():
        await asyncio.gather(*map(nap, (50, 10, 30, 10)))

    with simulated() as simulation:
        asyncio.run(main())
        assert simulation.now.second == 50
    assert order == [10, 10, 30, 50]


def test_the_plugin_offers_its_fixtures(pytester):
    pytester.makepyfile(
        """
        from taskpoint import entrypoint
        from taskpoint.runtime.process.sources import current

        def test_it(taskpoint_saver, taskpoint_time):
            main = entrypoint("main", lambda n: n + 1, checkpointer=taskpoint_saver)
            assert main.invoke(1, thread_id="t") == 2
            taskpoint_time.advance(5)
            assert current().time() == taskpoint_time.now.timestamp()
        """
    )
    installed = any(each.value == "taskpoint.testing.plugin" for each in entry_points(group="pytest11"))
    loaded = () if installed else ("-p", "taskpoint.testing.plugin")
    pytester.runpytest_subprocess(*loaded, "-p", "no:cacheprovider").assert_outcomes(passed=1)
