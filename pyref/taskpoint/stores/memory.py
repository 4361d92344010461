"""A store in memory: for tests, examples and what need not outlive the process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from heapq import merge
from operator import itemgetter

from taskpoint._refusing import NO_MEANING, refusing_in
from taskpoint.errors import StoreError
from taskpoint.stores._clock import system_time
from taskpoint.stores._engine import Row, apply, is_live
from taskpoint.stores._expiry import Expiry
from taskpoint.stores.base import BaseStore, TTLConfig, check_ttl_config
from taskpoint.stores.ops import Namespace, Op, Result

__all__ = ("InMemoryStore",)


@refusing_in(index=NO_MEANING)
class InMemoryStore(BaseStore):
    """Keeps items in this process's memory, gone with it.

    Args:
        ttl: The default time to live and whether reading renews it.
        clock: The time in seconds since 1970, for tests.

    Example:
        >>> from taskpoint import InMemoryStore
        >>> store = InMemoryStore()
        >>> store.put(("users", "7"), "tea", {"likes": "green tea", "cups": 3})
        >>> store.get(("users", "7"), "tea").value
        {'likes': 'green tea', 'cups': 3}
        >>> [item.key for item in store.search(("users",), filter={"cups": {"$gte": 2}})]
        ['tea']
    """

    def __init__(self, *, ttl: TTLConfig | None = None, clock: Callable[[], float] = system_time) -> None:
        self.ttl_config = check_ttl_config(ttl)
        self._clock = clock
        self._lock = threading.Lock()
        self._shelf: _Shelf | None = _Shelf()

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do all operations in one step, and return their results in order."""
        ops = list(ops)
        with self._lock:
            if self._shelf is None:
                raise StoreError("the store is closed", code="store.closed", committed=False, hint="open a new one")
            return apply(self._shelf, ops, self._clock())

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Do as `batch` does; it is over at once."""
        return self.batch(ops)

    def close(self) -> None:
        """Forget every item."""
        with self._lock:
            self._shelf = None


class _Shelf:
    """Rows by namespace, those of a namespace in the order in which they were put, as a dict keeps it."""

    def __init__(self) -> None:
        self._spaces: dict[Namespace, dict[str, tuple[int, Row]]] = {}
        self._written = 0
        self._expiry = Expiry()

    def find(self, namespace: Namespace, key: str) -> Row | None:
        found = self._spaces.get(namespace, {}).get(key)
        return None if found is None else found[1]

    def created_at(self, namespace: Namespace, key: str) -> str | None:
        row = self.find(namespace, key)
        return row.created_at if row is not None else None

    def under(self, prefix: Namespace) -> Generator[Row]:
        depth = len(prefix)
        spaces = [space for namespace, space in self._spaces.items() if namespace[:depth] == prefix]
        newest_first = merge(*(reversed(space.values()) for space in spaces), key=itemgetter(0), reverse=True)
        for _, row in newest_first:
            yield row

    def namespaces(self, now: float) -> Iterable[Namespace]:
        return [
            namespace
            for namespace, space in self._spaces.items()
            if any(is_live(row.expires_at, now) for _, row in space.values())
        ]

    def put(self, row: Row) -> None:
        self.remove(row.namespace, row.key)
        self._written += 1
        self._spaces.setdefault(row.namespace, {})[row.key] = self._written, row
        if row.expires_at is not None:
            self._expiry.watch((row.namespace, row.key), row.expires_at)

    def renew(self, row: Row, expires_at: float) -> None:
        space = self._spaces[row.namespace]
        space[row.key] = space[row.key][0], row._replace(expires_at=expires_at)

    def remove(self, namespace: Namespace, key: str) -> None:
        space = self._spaces.get(namespace, {})
        space.pop(key, None)
        if not space:
            self._spaces.pop(namespace, None)

    def remove_expired(self, now: float) -> None:
        for place in self._expiry.expired(now, self._expires_at):
            self.remove(*place)

    def _expires_at(self, place: tuple[Namespace, str]) -> float | None:
        row = self.find(*place)
        return None if row is None else row.expires_at
