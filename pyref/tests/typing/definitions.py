"""Tasks keep the parameters and the result of what they wrap, whichever form makes them.

A line whose error is expected carries an ignore for each checker; an ignore without an error is an error itself.
"""

from __future__ import annotations

from typing import assert_type

from taskpoint import TaskFuture, task


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


async def later(number: int) -> str:
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
    assert_type(task("later", later)(1), TaskFuture[str])
    assert_type(task()(later)(1), TaskFuture[str])
    assert_type(bare(1).result(), str)


def mistakes() -> None:
    """Every form refuses what the function refuses."""
    bare("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bare(1, units="km")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    empty()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    options(1, 2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    named("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    coroutine("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bare.with_options(key="a")("1")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    bare.with_options(key=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    task(retries=3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
    task("n", plain, raises=[int])  # type: ignore[arg-type, list-item]  # pyright: ignore[reportCallIssue, reportArgumentType]
    task("n", 3)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
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

    @task(name="stock")
    async def stock(self, item: str) -> int:
        """Return how many there are."""
        return len(item)


def methods(shop: Shop) -> None:
    """A bound task has lost `self`, as a bound method has."""
    assert_type(shop.price("tea"), TaskFuture[int])
    assert_type(shop.stock("tea"), TaskFuture[int])
    assert_type(shop.price.with_options(key="tea")("tea"), TaskFuture[int])
    assert_type(Shop.price(shop, "tea"), TaskFuture[int])
    shop.price(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    shop.price()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    shop.price.with_options(key="tea")(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Shop.price("tea")  # type: ignore[call-arg, arg-type]  # pyright: ignore[reportCallIssue]
