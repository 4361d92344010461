"""What must not happen again: each test fails with the behaviour that was measured elsewhere."""

import asyncio
import concurrent.futures
import itertools
import time

import pytest

from taskpoint import (
    CheckpointSaver,
    Command,
    ConcurrentRunError,
    InMemorySaver,
    SaverError,
    TaskError,
    UsageError,
    ValueEncodingError,
    entrypoint,
    get_config,
    get_previous_state,
    interrupt,
    task,
)
from taskpoint.runtime.sources import Sources, using


def entries(saver: CheckpointSaver, thread_id: str, kind: str = ""):
    """All entries of a thread, oldest first."""
    checkpoints = reversed(saver.history(thread_id))
    found = [entry for cp in checkpoints for entry in saver.load(thread_id, cp.id).entries]
    return [entry for entry in found if entry.kind.startswith(kind)]


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


# Row 14: an interrupted invoke returns only the interrupt
def test_an_interrupted_invoke_returns_only_the_interrupt(saver):
    @entrypoint(checkpointer=saver)
    def main(n):
        return {"before": 1} if n == 0 else interrupt("?")

    main.invoke(0, thread_id="t")
    assert list(main.invoke(1, thread_id="t")) == ["__interrupt__"]


# Rows 15 and 16: all parallel interrupts are shown, each with an id of its own
def test_parallel_interrupts_are_all_shown(saver):
    @task
    def ask(n):
        return [interrupt(f"{n}a"), interrupt(f"{n}b")]

    @entrypoint(checkpointer=saver)
    def main(n):
        return [future.result() for future in [ask(i) for i in range(3)]]

    shown = main.invoke(0, thread_id="t")["__interrupt__"]
    assert sorted((i.id, i.value) for i in shown) == [("ask#0!0", "0a"), ("ask#1!0", "1a"), ("ask#2!0", "2a")]
    with pytest.raises(UsageError) as caught:
        main.invoke(Command(resume="all of them?"), thread_id="t")
    assert caught.value.code == "interrupt.ambiguous"
    shown = main.invoke(Command(resume={i.id: 1 for i in shown}), thread_id="t")["__interrupt__"]
    assert sorted(i.id for i in shown) == ["ask#0!1", "ask#1!1", "ask#2!1"]
    assert main.get_state(thread_id="t").tasks[0].interrupts == tuple(shown)
    assert main.invoke(Command(resume={i.id: 2 for i in shown}), thread_id="t") == [[1, 2]] * 3


# Row 17: a command is no input, and None is an answer
def test_a_command_needs_something_to_answer(saver):
    called = []

    @entrypoint(checkpointer=saver)
    def main(n):
        called.append(n)
        return interrupt("?")

    with pytest.raises(UsageError) as caught:
        main.invoke(Command(resume=1), thread_id="fresh")
    assert caught.value.code == "interrupt.none_pending"
    assert called == []
    assert saver.head("fresh") is None
    main.invoke(1, thread_id="t")
    assert main.invoke(Command(resume=None), thread_id="t") is None


# Row 18: a failure that nobody looked at fails the run
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_an_unawaited_failure_fails_the_run(saver, kind):
    @task
    def boom():
        raise KeyError("lost")

    def body(n):
        boom()
        return "fine"

    async def abody(n):
        boom()
        return "fine"

    main = entrypoint("main", body if kind == "sync" else abody, checkpointer=saver)
    with pytest.raises(KeyError):
        main.invoke(0, thread_id="t")
    assert entries(saver, "t", "run.failed")[0].rerun == ["boom#0"]


# Row 19: a run id is a label
def test_a_repeated_run_id_does_not_repeat_the_output(saver):
    @entrypoint(checkpointer=saver)
    def main(n):
        return n

    config = {"configurable": {"thread_id": "t"}, "run_id": "same"}
    assert [main.invoke(n, config) for n in (1, 2)] == [1, 2]


# Row 20: nothing of `configurable` is stored
def test_secrets_in_the_config_are_not_stored(tmp_path):
    secret = "sk-canary-0123456789"

    @entrypoint(checkpointer=tmp_path / "t.db")
    def main(n):
        assert get_config()["configurable"]["api_key"] == secret
        return interrupt("?")

    config = {"configurable": {"thread_id": "t", "api_key": secret}, "metadata": {"who": "me"}}
    main.invoke(1, config)
    assert main.get_state(config).metadata == {"who": "me"}
    main.checkpointer.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert secret.encode() not in stored


# Row 21: data stays data
def test_stored_data_names_no_code(saver):
    hostile = {
        "lc": 2,
        "type": "constructor",
        "id": ["os", "system"],
        "$error": {"type": "SystemExit"},
        "__class__": "os.system",
        "$ext": {"name": "os.system", "v": 1, "data": ["true"]},
    }

    @task
    def fetch():
        return hostile

    @entrypoint(checkpointer=saver)
    def main(n):
        result = fetch().result()
        interrupt("?")
        return result

    main.invoke(0, thread_id="t")
    assert main.invoke(Command(resume=1), thread_id="t") == hostile


# Row 22: ids are matched exactly, and are never paths or patterns
@pytest.mark.parametrize(
    "id", ["%", "_", "*", "a' OR '1'='1", "__proto__", "../x", "a|b", "{}", "[a]", "🧵", "x" * 255]
)
def test_hostile_ids_address_only_themselves(saver, id):
    @entrypoint(checkpointer=saver)
    def main(n):
        return n

    main.invoke("theirs", thread_id="a")
    main.invoke("mine", thread_id=id)
    assert main.get_state(thread_id="a").values == "theirs"
    assert main.get_state(thread_id=id).values == "mine"
    saver.delete(id)
    assert main.get_state(thread_id="a").values == "theirs"
    assert main.get_state(thread_id=id).values is None


# Row 23: unknown options are refused
@pytest.mark.parametrize(
    "define",
    [
        lambda f: task(foo=1),
        lambda f: task("name", f, retries=3),
        lambda f: task({"name": "n", "keyFunc": 1}, f),
        lambda f: entrypoint(durability="bogus"),
        lambda f: entrypoint("name", f, cached=1),
    ],
)
def test_unknown_options_are_refused(define):
    with pytest.raises(UsageError) as caught:
        define(lambda n: n)
    assert caught.value.code == "usage.option_unknown"
    assert caught.value.hint


# Row 24: the function is never changed
def test_a_function_may_be_two_tasks_and_stays_itself(saver):
    def plain(n):
        return n

    first, second = task("first", plain), task("second", plain)

    class Service:
        def __init__(self, factor):
            self.factor = factor

        @task
        def scale(self, n):
            return n * self.factor

    @entrypoint(checkpointer=saver)
    def main(n):
        return [first(n).result(), second(n).result(), Service(3).scale(n).result()]

    assert plain.__name__ == "plain"
    assert main.invoke(2, thread_id="t") == [2, 2, 6]
    assert [entry.path for entry in entries(saver, "t", "task")] == ["first#0", "second#0", "scale#0"]


# Rows 25 and 26: errors say what to do
def test_a_forgotten_function_is_an_error_at_once():
    with pytest.raises(UsageError, match="is missing") as caught:
        task("name")
    assert caught.value.code == "usage.function_missing"


@pytest.mark.parametrize("ask", [get_config, get_previous_state, lambda: interrupt(1), lambda: task("t", abs)(1)])
def test_calls_outside_of_a_run_say_what_to_do(ask):
    with pytest.raises(UsageError) as caught:
        ask()
    assert caught.value.code == "usage.outside_run"
    assert "inside an @entrypoint" in str(caught.value)


# Row 27: a thread id is a non-empty string
@pytest.mark.parametrize("id", ["", 123, b"t", True, ["t"], "a\nb", "x" * 256, "\ud800"])
def test_bad_thread_ids_are_refused(saver, id):
    main = entrypoint("main", lambda n: n, checkpointer=saver)
    with pytest.raises(UsageError) as caught:
        main.invoke(1, {"configurable": {"thread_id": id}})
    assert caught.value.code == "usage.id_invalid"


def test_a_missing_thread_id_is_refused(saver):
    main = entrypoint("main", lambda n: n, checkpointer=saver)
    with pytest.raises(UsageError) as caught:
        main.invoke(1)
    assert caught.value.code == "usage.thread_id_missing"


# Row 31: closing a stream early stops the run, and it can be resumed
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_closing_a_stream_stops_the_run(saver, kind):
    ran = []

    @task
    def step(n):
        ran.append(n)
        time.sleep(0.002)
        return n

    def body(n):
        return [step(i).result() for i in range(n)]

    async def abody(n):
        return [await step(i) for i in range(n)]

    main = entrypoint("main", body if kind == "sync" else abody, checkpointer=saver)
    if kind == "sync":
        stream = main.stream(50, thread_id="t")
        assert next(stream) == {"step": 0}
        stream.close()
    else:

        async def consume():
            stream = main.astream(50, thread_id="t")
            assert await anext(stream) == {"step": 0}
            await stream.aclose()

        asyncio.run(consume())
    stopped = len(ran)
    assert stopped < 50
    assert entries(saver, "t")[-1].kind == "run.stopped"
    assert main.invoke(None, thread_id="t") == list(range(50))
    assert sorted(ran) == sorted(set(ran)) == list(range(50))


# Row 32: a person can read the tables
def test_the_journal_says_what_happened(saver):
    @task
    def fetch(n):
        raise LookupError("nothing there")

    @entrypoint(checkpointer=saver)
    def main(n):
        with pytest.raises(LookupError):
            fetch(n).result()
        return n

    main.invoke(7, thread_id="t")
    entry = entries(saver, "t", "task.failed")[0]
    assert (entry.name, entry.path, entry.attempts, entry.alone) == ("fetch", "fetch#0", 1, True)
    assert len(entry.input_digest) == 64
    assert entry.started_at <= entry.at
    assert (entry.error.type, entry.error.message) == ("LookupError", "nothing there")


def test_an_error_without_a_class_here_is_a_task_error_both_times(saver):
    seen = []

    @task
    def fetch():
        class Local(Exception):
            pass

        raise Local("hidden")

    @entrypoint(checkpointer=saver)
    def main(n):
        try:
            fetch().result()
        except TaskError as error:
            seen.append((error.type, error.message, error.path))
        interrupt("?")

    main.invoke(0, thread_id="t")
    main.invoke(Command(resume=1), thread_id="t")
    assert seen == [("Local", "hidden", "fetch#0")] * 2


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_cancellation_that_leaves_the_workflow_fails_the_run(saver, kind):
    @task
    async def slow(n):
        await asyncio.sleep(n)

    def body(n):
        future = slow(n)
        future.cancel()
        future.result()

    async def abody(n):
        future = slow(n)
        future.cancel()
        await future

    main = entrypoint("main", body if kind == "sync" else abody, checkpointer=saver)
    for given in (10, None):
        with pytest.raises((asyncio.CancelledError, concurrent.futures.CancelledError)):
            main.invoke(given, thread_id="t")
    kinds = [entry.kind for entry in entries(saver, "t")]
    assert kinds == ["run.started", "task.cancelled", "run.failed", "run.resumed", "run.failed"]
    assert entries(saver, "t")[-1].error.type == "CancelledError"
