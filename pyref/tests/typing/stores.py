"""A store of one's own derives `BaseStore`, and the checkers see what is missing or wrong in it.

A line whose error is expected carries an ignore for each checker; an ignore without an error is an error itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, assert_type

from taskpoint import (
    ANY_SEGMENT,
    BaseCache,
    BaseStore,
    Entrypoint,
    InMemoryCache,
    InMemoryStore,
    Item,
    SearchItem,
    SqliteStore,
    entrypoint,
    get_store,
)
from taskpoint.stores import GetOp, Op, Result


class Audited(InMemoryStore):
    """Counts what it is asked for."""

    asked = 0

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Count, and do."""
        listed = list(ops)
        self.asked += len(listed)
        return super().batch(listed)


class Incomplete(BaseStore):
    """Lacks its one verb."""


class Wrong(BaseCache):
    """Has a verb of another type."""

    def get(self, key: str) -> str | None:  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]
        """Take another kind of key."""
        return key


def uses() -> None:
    """Use them; nothing here runs."""
    store: BaseStore = Audited(ttl={"default_ttl": 5})
    store.put(("a", "b"), "k", {"n": 1}, ttl=None)
    assert_type(store.get(("a",), "k"), Item | None)
    assert_type(store.search(("a",), filter={"n": {"$gt": 1}}), list[SearchItem])
    assert_type(store.list_namespaces(prefix=("a", ANY_SEGMENT)), list[tuple[str, ...]])
    assert_type(store.batch([GetOp(("a",), "k")]), list[Result])
    store.search(("a",), query="tea")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    store.put(("a",), "k", {}, index=["text"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    store.put(("a",), "k", [1])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Incomplete()  # type: ignore[abstract]  # pyright: ignore[reportAbstractUsage]
    assert_type(InMemoryCache().get((("a",), "k")), str | None)


async def awaits() -> None:
    """Use the async forms; nothing here runs."""
    assert_type(await get_store().aget(("a",), "k"), Item | None)


def main(n: int) -> int:
    """Return what it is given."""
    return n


def defines(path: str) -> None:
    """Define entrypoints; nothing here runs."""
    made: Entrypoint[int, int] = entrypoint(store=SqliteStore(path))(main)
    entrypoint(store=5)(main)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
    unknown: Any = made
    assert unknown is made
