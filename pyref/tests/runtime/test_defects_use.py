"""What must not happen again, rows 14 to 32: what callers and readers of a thread meet."""

import asyncio
import concurrent.futures

import pytest
from journals import entries
from waiting import is_ending, until

from taskpoint import Command, TaskError, UsageError, entrypoint, get_config, get_previous_state, interrupt, task


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
    assert main.get_state(config).metadata == {"who": "me", "source": "input", "step": -1, "parents": {}}
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
    ran, closed = [], []

    @task
    def step(n):
        ran.append(n)
        if n == 1:
            until(lambda: closed or is_ending())
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
    closed.append(True)
    assert len(ran) <= 2
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
