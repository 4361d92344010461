"""Read by mypy and pyright, never run: definitions keep the parameters and the result of what they wrap.

A line whose error is expected carries an ignore for each checker; an ignore without an error is an error itself.
"""

from __future__ import annotations

from typing import assert_type

from taskpoint import CheckpointSaver, InMemorySaver, TaskFuture, entrypoint, task


class Declined(Exception):
    """An error that a task declares."""


@task
def bare(number: int, *, unit: str = "m") -> str:
    """Return both."""
    return f"{number} {unit}"


@task()
def empty(number: int) -> str:
    """Return its text."""
    return str(number)


@task(name="renamed", raises=[Declined])
def options(number: int) -> str:
    """Return its text."""
    return str(number)


@task
async def coroutine(number: int) -> str:
    """Return its text."""
    return str(number)


def plain(number: int) -> str:
    """Return its text."""
    return str(number)


named = task("named", plain, raises=(Declined,))
mapping = task({"name": "mapping"}, plain)


def calls() -> None:
    """Every form gives a future of the result."""
    assert_type(bare(1, unit="km"), TaskFuture[str])
    assert_type(empty(1), TaskFuture[str])
    assert_type(options(1), TaskFuture[str])
    assert_type(coroutine(1), TaskFuture[str])
    assert_type(named(1), TaskFuture[str])
    assert_type(mapping(1), TaskFuture[str])
    assert_type(named.with_options(key="a")(1), TaskFuture[str])
    assert_type(bare(1).result(), str)


def mistakes() -> None:
    """Every form refuses what the function refuses."""
    bare("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bare(1, units="km")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    empty()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    options(1, 2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    named("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    mapping(name=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def awaited() -> None:
    """Any future can be awaited."""
    assert_type(await coroutine(1), str)
    assert_type(await bare(1), str)


class Shop:
    """Methods are tasks too."""

    @task
    def price(self, item: str) -> int:
        """Return a price."""
        return len(item)


def methods(shop: Shop) -> None:
    """A bound task has lost `self`, as a bound method has."""
    assert_type(shop.price("tea"), TaskFuture[int])
    shop.price(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@entrypoint
def first(number: int) -> str:
    """Run a task."""
    return bare(number).result()


@entrypoint(checkpointer=InMemorySaver(), name="second")
def second(number: int) -> str:
    """Run a task."""
    return bare(number).result()


@entrypoint(checkpointer=InMemorySaver())
async def third(number: int) -> str:
    """Run a task."""
    return await bare(number)


fourth = entrypoint("fourth", plain, checkpointer=InMemorySaver())


async def runs(saver: CheckpointSaver) -> None:
    """Every form keeps the input's type."""
    first.invoke(1)
    second.invoke(None, thread_id="t")
    await third.ainvoke(1, thread_id="t")
    fourth.invoke(1, {"configurable": {"thread_id": "t"}})
    entrypoint("fifth", plain, checkpointer=saver).invoke(1, thread_id="t")
