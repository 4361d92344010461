"""Several calls at once, variants and durable helpers keep their types.

A line whose error is expected carries an ignore for each checker; an ignore without an error is an error itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_type
from uuid import UUID

from taskpoint import Entrypoint, Gathered, TaskFuture, durable, entrypoint, gather, task


@task
def price(item: str) -> int:
    """Return a price."""
    return len(item)


@task
async def stock(item: str, *, place: str = "here") -> bool:
    """Tell whether there is some."""
    return bool(item + place)


class Shop:
    """Has a task that is a method."""

    @task
    def close(self, hour: int) -> str:
        """Return when."""
        return str(hour)


def collect(items: list[str]) -> list[int]:
    """Use `map` and `gather` in a sync function."""
    calls = price.map(items, key=lambda item: item.upper())
    assert_type(calls, list[TaskFuture[int]])
    assert_type(stock.map(items), list[TaskFuture[bool]])
    assert_type(Shop().close.map([1, 2]), list[TaskFuture[str]])
    assert_type(gather(*calls), Gathered[int])
    assert_type(gather(*calls, return_exceptions=True), Gathered[int | BaseException])
    return gather(*calls)


async def await_all(items: list[str]) -> list[bool]:
    """Use them in an async one."""
    await durable.sleep(1)
    return await gather(*stock.map(items))


def variants(main: Entrypoint[int, str]) -> None:
    """Variants have the types of what they are variants of."""
    assert_type(main.with_config(tags=["a"]), Entrypoint[int, str])
    assert_type(main.with_options(name="other", version="2"), Entrypoint[int, str])
    main.with_options(bogus=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert_type(price.with_options(name="other")("tea"), TaskFuture[int])


def helpers() -> tuple[datetime, float, UUID]:
    """Return what is recorded."""
    return durable.now(), durable.random(), durable.uuid4()


collecting: Entrypoint[list[str], Any] = entrypoint("collect", collect)
