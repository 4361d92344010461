"""Options that other libraries have, or nobody: refused with a code and a hint, and never by Python."""

import asyncio
import inspect

import pytest

from taskpoint import (
    CachePolicy,
    Command,
    InMemoryCache,
    InMemorySaver,
    InMemoryStore,
    RetryPolicy,
    SqliteCache,
    SqliteSaver,
    SqliteStore,
    TimeoutPolicy,
    UsageError,
    ValueEncodingError,
    entrypoint,
    get_runtime,
    interrupt,
    task,
)

main = entrypoint("main", lambda n: n, checkpointer=InMemorySaver())


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: Command(goto="x"), "Command() has no option 'goto'.*there are no nodes"),
        (lambda path: Command(resume=1, update={}), "Command() has no option 'update'.*update_state"),
        (lambda path: Command(answer=1), "Command() has no option 'answer'.*its options are resume, answers"),
        (lambda path: InMemoryStore(index={}), "InMemoryStore() has no option 'index'.*search by meaning"),
        (lambda path: SqliteStore(path, index={}), "SqliteStore() has no option 'index'.*search by meaning"),
        (lambda path: InMemorySaver(serde=1), "InMemorySaver() has no option 'serde'.*register_extension"),
        (lambda path: InMemorySaver(foo=1), "InMemorySaver() has no option 'foo'.*it has none"),
        (lambda path: SqliteSaver(path, serde=1), "SqliteSaver() has no option 'serde'.*register_extension"),
        (lambda path: InMemoryCache(serde=1), "InMemoryCache() has no option 'serde'.*register_extension"),
        (lambda path: SqliteCache(path, serde=1), "SqliteCache() has no option 'serde'.*register_extension"),
        (lambda path: RetryPolicy(attempts=1), "RetryPolicy() has no option 'attempts'.*max_attempts"),
        (lambda path: TimeoutPolicy(seconds=1), "TimeoutPolicy() has no option 'seconds'.*run_timeout"),
        (lambda path: CachePolicy(key=1), "CachePolicy() has no option 'key'.*key_func, ttl"),
        (lambda path: entrypoint.final(value=1, save=1, foo=1), "EntrypointFinal() has no option 'foo'.*value, save"),
        (lambda path: main.get_state(thread_id="t", subgraphs=True), "get_state() has no option 'subgraphs'.*tasks"),
        (lambda path: task(retry=RetryPolicy()), "task() has no option 'retry'.*write retry_policy="),
        (
            lambda path: entrypoint(config_schema=dict),
            "entrypoint() has no option 'config_schema'.*write context_schema=",
        ),
        (lambda path: interrupt(1, schema=int), "interrupt() has no option 'schema'.*value, response_schema"),
        (lambda path: asyncio.run(main.aget_state(subgraphs=True)), "aget_state() has no option 'subgraphs'.*tasks"),
    ],
)
def test_an_option_that_does_not_exist_is_refused(make, says, tmp_path):
    path = tmp_path / "file.db"
    with pytest.raises(UsageError) as caught:
        make(path)
    assert caught.value.code == "usage.option_unknown"
    name, hint = says.split(".*")
    assert name in caught.value.message
    assert hint in caught.value.hint
    assert not path.exists()


@pytest.mark.parametrize(
    ("thing", "attribute", "hint"),
    [
        (main, "get_graph", "get_state()"),
        (main, "astream_events", "astream()"),
        (main, "get_input_schema", "get_input_jsonschema()"),
        (main, "pipe", "RunnableLambda"),
        (main, "batch_as_completed", "batch()"),
        (main, "with_retry", "retry_policy="),
        (main.checkpointer, "list", "get_state_history()"),
        (main.checkpointer, "copy_thread", "fork("),
    ],
)
def test_what_others_have_is_missing_with_a_hint(thing, attribute, hint):
    with pytest.raises(AttributeError, match=f"no attribute '{attribute}'") as missing:
        getattr(thing, attribute)
    assert hint in str(missing.value).partition("Hint: ")[2]
    assert not hasattr(thing, attribute)


def test_what_nobody_has_is_missing_as_usual():
    for thing in (main, main.checkpointer):
        with pytest.raises(AttributeError, match=r"object has no attribute 'nonsense'$"):
            _ = thing.nonsense


def test_what_a_run_gives_says_what_it_does_not_have():
    def ask(_):
        with pytest.raises(AttributeError, match="stop_runs"):
            _ = get_runtime().control
        with pytest.raises(AttributeError, match="idempotency_key"):
            _ = get_runtime().execution_info.task_id
        return get_runtime().execution_info.node_attempt

    assert entrypoint("ask", ask).invoke(1) == 1


def test_an_entrypoint_called_by_another_one_needs_no_checkpointer():
    with pytest.raises(UsageError, match="leave it out"):
        entrypoint(checkpointer=True)


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("checkpointer", "InMemorySaver"),
        ("store", "InMemoryStore"),
        ("cache", "InMemoryCache"),
        ("timeout", "TimeoutPolicy"),
        ("cache_policy", "CachePolicy"),
        ("retry_policy", "RetryPolicy"),
    ],
)
def test_what_an_import_has_left_over_is_told_from_what_it_stands_for(option, name):
    theirs = type(name, (), {"__module__": "langgraph.types"})()
    for given in (theirs, [theirs]):
        with pytest.raises(UsageError, match="import what has this name from taskpoint"):
            entrypoint(**{option: given})


def test_a_command_that_an_import_has_left_over_is_told_from_an_input():
    theirs = type("Command", (), {"__module__": "langgraph.types"})()
    with pytest.raises(ValueEncodingError, match="import what has this name from taskpoint"):
        main.invoke(theirs, thread_id="t")


def test_what_exists_is_taken_as_before(tmp_path):
    assert Command(resume=1).resume == Command(1).resume == 1
    assert Command(resume=1, update=None).resume == 1
    assert InMemoryStore(index=None).search(()) == []
    assert main.get_state(thread_id="t", subgraphs=False).next == ()
    assert [*inspect.signature(Command).parameters] == ["resume", "answers"]
    with SqliteSaver(tmp_path / "t.db", synchronous="OFF"):
        assert asyncio.run(main.aget_state(thread_id="t")).values is None

    class Mine(InMemorySaver):
        def __init__(self, name):
            super().__init__()
            self.name = name

    assert Mine(name="x").name == "x"


def test_a_command_has_its_own_error_where_it_carries_nothing():
    with pytest.raises(UsageError) as caught:
        Command()
    assert caught.value.code == "usage.option_invalid"
