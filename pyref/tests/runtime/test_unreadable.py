"""Values and errors whose own code fails when the library reads them: a serializer, a property, a policy."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from pydantic import BaseModel, field_serializer

from taskpoint import InMemorySaver, RetryPolicy, ValueEncodingError, entrypoint, task


class Model(BaseModel):
    count: int = 1

    @field_serializer("count")
    def fail(self, count: int) -> int:
        raise RuntimeError("secret")


@dataclasses.dataclass
class Record:
    count: int

    def __getattribute__(self, name: str) -> Any:
        if name == "count":
            raise RuntimeError("secret")
        return super().__getattribute__(name)


class Unreadable(Exception):
    @property
    def args(self) -> Any:
        raise RuntimeError("secret")


def kinds(saver: InMemorySaver) -> list[str]:
    loaded = saver.load("t", saver.history("t")[-1].id)
    assert loaded is not None
    return [entry.kind for entry in loaded.entries]


@pytest.fixture(params=["sync", "async"])
def run(request):
    """Run a workflow of one task, which is caught, and return what was caught and the kinds of its entries."""

    def run(called):
        saver = InMemorySaver()

        def body(n: int) -> str:
            try:
                called().result()
            except Exception as error:  # noqa: BLE001 - what it is, is what is asked
                return f"{type(error).__name__}: {error}"
            return "nothing"

        async def abody(n: int) -> str:
            try:
                await called()
            except Exception as error:  # noqa: BLE001
                return f"{type(error).__name__}: {error}"
            return "nothing"

        if request.param == "sync":
            return entrypoint("main", body, checkpointer=saver).invoke(1, thread_id="t"), kinds(saver)
        workflow = entrypoint("main", abody, checkpointer=saver)
        return asyncio.run(workflow.ainvoke(1, thread_id="t")), kinds(saver)

    return run


FAILED = ["run.started", "task.failed", "run.completed"]


@pytest.mark.parametrize("cls", [Model, Record])
def test_a_result_that_cannot_be_written_fails_its_call(run, cls):
    """ERR-022: the call fails, the run goes on; it had ended as if its caller had stopped it."""

    def make():
        return cls(count=1)

    make.__annotations__["return"] = cls
    said, recorded = run(task("make", make))
    assert said.startswith("ValueEncodingError: [value.not_encodable] the result of 'make': a value of type")
    assert "secret" not in said
    assert recorded == FAILED


def test_an_error_that_cannot_be_read_is_recorded_all_the_same(run):
    @task
    def fail() -> None:
        raise Unreadable

    said, recorded = run(fail)
    assert said.startswith("TaskError: [task.failed] an error that cannot be read was raised")
    assert recorded == FAILED


def test_a_policy_whose_function_fails_is_followed_no_more(run):
    executions = []

    @task(retry_policy=RetryPolicy(retry_on=lambda error: error.missing))
    def fail() -> None:
        executions.append(1)
        raise LookupError("first")

    said, recorded = run(fail)
    assert said.startswith("AttributeError: 'LookupError' object has no attribute 'missing'")
    assert recorded == FAILED
    assert executions == [1]


def test_what_else_cannot_be_written_is_refused_where_it_is_given():
    saver = InMemorySaver()

    def given(n: Record) -> Record:
        return n

    def returned(n: int) -> Record:
        return Record(count=1)

    with pytest.raises(ValueEncodingError, match="the input of 'main'") as caught:
        entrypoint("main", given, checkpointer=saver).invoke(Record(count=1), thread_id="t")
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert saver.head("t") is None
    with pytest.raises(ValueEncodingError, match="the value of 'main'"):
        entrypoint("main", returned, checkpointer=saver).invoke(1, thread_id="t")
    assert kinds(saver) == ["run.started", "run.failed"]


def test_a_run_that_an_unreadable_error_ends_is_closed():
    saver = InMemorySaver()

    def fail(n: int) -> None:
        raise Unreadable

    with pytest.raises(Unreadable):
        entrypoint("main", fail, checkpointer=saver).invoke(1, thread_id="t")
    assert kinds(saver) == ["run.started", "run.failed"]
