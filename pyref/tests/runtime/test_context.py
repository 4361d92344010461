"""What code can ask its run for: by name, by helper, and with a context of its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, TypedDict

import pytest
from pydantic import BaseModel

from taskpoint import (
    BaseStore,
    Command,
    InMemoryStore,
    Runtime,
    StreamWriter,
    UsageError,
    ValueEncodingError,
    entrypoint,
    get_config,
    get_runtime,
    get_store,
    interrupt,
    task,
)


@dataclass
class User:
    name: str
    level: int = 1


class UserModel(BaseModel):
    name: str


class UserDict(TypedDict):
    name: str


def name_of(context):
    return context["name"] if isinstance(context, dict) else context.name


@pytest.mark.parametrize("schema", [User, UserModel, UserDict])
@pytest.mark.parametrize("given", ["dict", "instance"])
def test_a_context_reaches_entrypoint_and_tasks(schema, given, saver):
    @task
    def greet(*, runtime: Runtime[Any]):
        return f"hello {name_of(runtime.context)}"

    @entrypoint(checkpointer=saver, context_schema=schema)
    def main(_, runtime: Runtime[Any]):
        if schema is not UserDict:
            assert type(runtime.context) is schema
        return [greet().result(), name_of(runtime.context)]

    context = {"name": "ann"} if given == "dict" or schema is UserDict else schema(name="ann")
    assert main.invoke(1, thread_id="t", context=context) == ["hello ann", "ann"]


def test_each_run_of_a_batch_is_given_the_context(saver):
    @task
    def greet(*, runtime: Runtime[Any]):
        return runtime.context.name

    main = entrypoint("main", lambda _: greet().result(), checkpointer=saver, context_schema=User)
    configs = [{"configurable": {"thread_id": name}} for name in "abcd"]
    assert main.batch([1, 2], configs[:2], context={"name": "ann"}) == ["ann", "ann"]
    assert asyncio.run(main.abatch([1, 2], configs[2:], context=User("bob"))) == ["bob", "bob"]
    outer = entrypoint("outer", lambda _: main.with_options(checkpointer=None).batch([1], context=User("carl")))
    assert outer.invoke(1) == ["carl"]
    with pytest.raises(UsageError) as refused:
        main.batch([1], foo=1)
    assert refused.value.code == "usage.option_unknown"


def test_code_may_count_on_the_members_of_a_config_that_nobody_gave():
    @task
    def told(config):
        return [config["metadata"].get("who"), [*config["tags"]], dict(config["configurable"])]

    main = entrypoint("main", lambda _: [told().result(), get_config()["tags"], get_runtime().config["metadata"]])
    assert main.invoke(1) == [[None, [], {}], [], {}]
    assert main.invoke(1, {"metadata": {"who": "ann"}, "tags": ["a"]}) == [["ann", ["a"], {}], ["a"], {"who": "ann"}]


def test_a_context_is_never_stored_and_given_again_on_a_resume(saver):
    @entrypoint(checkpointer=saver, context_schema=User)
    def main(_, runtime):
        interrupt("wait")
        return runtime.context and runtime.context.name

    main.invoke(1, thread_id="t", context=User("canary"))
    assert "canary" not in repr([saver.load("t", c.id) for c in saver.history("t")])
    assert main.invoke(Command(resume=1), thread_id="t", context={"name": "bob"}) == "bob"


@pytest.mark.parametrize("schema", [User, UserModel, UserDict])
def test_a_context_that_does_not_fit_is_refused_before_anything_starts(schema, saver):
    main = entrypoint("main", lambda _: 1, checkpointer=saver, context_schema=schema)
    with pytest.raises(UsageError, match=r"usage.config_invalid.*schema at \$.name") as caught:
        main.invoke(1, thread_id="t", context={"name": ["canary"]})
    assert "canary" not in str(caught.value)
    assert saver.head("t") is None


def test_a_context_of_plain_data_is_looked_at_and_stays_what_it_is():
    given = {"name": "ann", "besides": [1]}
    main = entrypoint("main", lambda _, *, runtime: runtime.context is given, context_schema=UserDict)
    assert main.invoke(1, context=given) is True


def test_what_is_asked_for_by_name_is_no_part_of_the_input_digest(saver):
    def digests():
        loaded = saver.load("t", saver.history("t")[-1].id)
        return [entry.input_digest for entry in loaded.entries if entry.kind == "task.completed"]

    @task
    def one(n, config, *, runtime: Runtime):
        assert runtime.execution_info.path == "one#0"
        return [n, sorted(config)]

    @task(name="two")
    def plain(n):
        return n

    @entrypoint(checkpointer=saver)
    def main(n):
        return [one(n).result(), plain(n).result()]

    assert main.invoke(1, {"tags": ["x"]}, thread_id="t") == [[1, ["configurable", "metadata", "tags"]], 1]
    assert len(set(digests())) == 1


def test_what_the_caller_passes_is_never_replaced():
    @task
    def show(config, runtime: Runtime | None = None):
        return [config, runtime]

    @entrypoint
    def main(_):
        return [show("mine", None).result(), show(config=5, runtime=None).result()]

    assert main.invoke(1) == [["mine", None], [5, None]]


def test_a_parameter_of_another_type_is_an_ordinary_one():
    class Config(dict):
        pass

    @task
    def show(config: Config, runtime: int):
        return [config, runtime]

    @entrypoint
    def main(config: dict):
        return show(config, 5).result()

    assert main.invoke({"a": 1}) == [{"a": 1}, 5]

    @entrypoint
    def missing(_):
        return show(1).result()

    with pytest.raises(UsageError, match=r"usage.argument_mismatch"):
        missing.invoke(1)


def test_a_parameter_of_the_programs_own_keeps_its_default():
    @task
    def show(n, *, config: dict | None = None, writer: Any = None, store: Any = "own"):
        return [n, config, writer, store]

    @task
    def ask(*, config: dict, store: Any, writer: StreamWriter | None = None, runtime: Any = None):
        return [sorted(config), store is None, callable(writer), runtime is not None]

    main = entrypoint("main", lambda _: [show(1).result(), show(2, config={"a": 1}).result(), ask().result()])
    expected = [[1, None, None, "own"], [2, {"a": 1}, None, "own"]]
    assert main.invoke(1) == [*expected, [["configurable", "metadata", "tags"], True, True, True]]


def test_a_method_and_a_partial_are_given_what_they_name():
    class Shop:
        @task
        def sell(self, n, *, runtime: Runtime):
            return [n, runtime.execution_info.path]

    @entrypoint
    def main(n):
        return Shop().sell(n).result()

    assert main.invoke(3) == [3, "sell#0"]


def test_an_async_task_is_given_what_it_names():
    @task
    async def where(runtime: Runtime):
        return runtime.execution_info.path

    @entrypoint
    async def main(_, *, runtime: Runtime):
        return [await where(), runtime.execution_info.path]

    assert main.invoke(1) == ["where#0", ""]


def test_execution_info(saver):
    seen = []

    @task
    def inner():
        info = get_runtime().execution_info
        seen.append(info)
        return info.attempt

    @entrypoint(checkpointer=saver)
    def main(_):
        replaying = [get_runtime().execution_info.is_replaying]
        inner().result()
        replaying.append(get_runtime().execution_info.is_replaying)
        interrupt("wait")
        replaying.append(get_runtime().execution_info.is_replaying)
        inner().result()
        seen.append(get_runtime().execution_info)
        return replaying

    main.invoke(1, {"run_id": "r1"}, thread_id="t")
    assert main.invoke(Command(resume=1), thread_id="t") == [True, True, False]
    first, second, body = seen
    checkpoint = saver.history("t")[-1].id
    assert (first.thread_id, first.checkpoint_id, first.run_id, first.path) == ("t", checkpoint, "r1", "inner#0")
    assert (first.run_attempt, second.run_attempt, second.path, body.path) == (1, 2, "inner#1", "")
    assert len({first.idempotency_key, second.idempotency_key, body.idempotency_key}) == 3


def test_a_store_and_a_writer_are_asked_for_by_name(saver):
    store = InMemoryStore()

    @task
    def remember(n, store: BaseStore, writer: StreamWriter):
        store.put(("a",), "k", {"n": n})
        writer({"task": n})

    @entrypoint(checkpointer=saver, store=store)
    def main(n, *, store, writer, runtime: Runtime):
        remember(n).result()
        writer({"body": store.get(("a",), "k").value})
        runtime.stream_writer(runtime.store.get(("a",), "k").value)

    assert list(main.stream(3, thread_id="t", stream_mode="custom")) == [{"task": 3}, {"body": {"n": 3}}, {"n": 3}]


@pytest.mark.parametrize(("ask", "hint"), [(get_store, "pass store="), (lambda: interrupt(1), "pass checkpointer=")])
def test_the_hint_stays_with_an_error_that_leaves_a_task(ask, hint):
    main = entrypoint("main", lambda _: task("ask", ask)().result())
    with pytest.raises(UsageError) as refused:
        main.invoke(1)
    assert hint in refused.value.hint


def test_what_a_stream_cannot_show_is_refused_with_a_hint_for_what_is_written():
    main = entrypoint("main", lambda _, writer: writer(UserModel(name="canary")))
    with pytest.raises(ValueEncodingError) as refused:
        list(main.stream(1, stream_mode="custom"))
    assert refused.value.message.startswith("what is written to the stream: a value of type ")
    assert "model_dump()" in refused.value.hint
    assert "canary" not in str(refused.value)


def test_a_store_that_is_not_there_leaves_the_default():
    @entrypoint
    def main(_, *, store=5, writer):
        writer(1)
        return store

    assert main.invoke(1) == 5


def test_outside_of_a_run():
    with pytest.raises(UsageError, match=r"usage.outside_run"):
        get_runtime()


def test_previous_keeps_the_parameters_own_default_until_something_was_saved(saver):
    @entrypoint(checkpointer=saver)
    def main(_, *, previous: int | None = 7):
        return entrypoint.final(value=previous, save=None)

    assert [main.invoke(1, thread_id="t"), main.invoke(1, thread_id="t")] == [7, None]


def test_an_unknown_option_of_a_run_is_refused():
    main = entrypoint("main", lambda _: 1)
    with pytest.raises(UsageError, match=r"usage.option_unknown.*'durabilty'"):
        main.invoke(1, durabilty="sync")
