"""What the operations mean, over whatever keeps the rows.

A shelf keeps rows and decides nothing; `apply` decides and keeps nothing. The caller makes the whole one step.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple, Protocol, TypeVar

from taskpoint import codec
from taskpoint.errors import FormatError, UsageError, ValueEncodingError
from taskpoint.runtime.process.sources import timestamp
from taskpoint.stores._filters import is_map
from taskpoint.stores.ops import GetOp, Item, ListNamespacesOp, Namespace, Op, PutOp, Result, SearchItem, SearchOp

__all__ = ("Row", "Shelf", "apply", "is_live", "parse_time", "writes")

I = TypeVar("I", bound=Item)  # noqa: E741 - item

_OPS = (GetOp, SearchOp, PutOp, ListNamespacesOp)


class Row(NamedTuple):
    """An item as it is kept. `ttl` is in seconds, `expires_at` in seconds since 1970."""

    namespace: Namespace
    key: str
    value: str
    created_at: str
    updated_at: str
    ttl: float | None
    expires_at: float | None


class Shelf(Protocol):
    """Keeps rows."""

    def find(self, namespace: Namespace, key: str) -> Row | None:
        """Return a row, live or not."""
        ...

    def created_at(self, namespace: Namespace, key: str) -> str | None:
        """Return when a row was created, None where there is none or it does not tell."""
        ...

    def under(self, prefix: Namespace) -> Generator[Row]:
        """Yield the rows at or below a namespace, the one put last first."""
        ...

    def namespaces(self, now: float) -> Iterable[Namespace]:
        """Return the namespaces that have live rows."""
        ...

    def put(self, row: Row) -> None:
        """Put a row, as the last one."""
        ...

    def renew(self, row: Row, expires_at: float) -> None:
        """Let a row expire later, and keep its place."""
        ...

    def remove(self, namespace: Namespace, key: str) -> None:
        """Remove a row, if it is there."""
        ...

    def remove_expired(self, now: float) -> None:
        """Remove the rows that have expired."""
        ...


def writes(ops: Iterable[Op]) -> bool:
    """Say whether operations write whatever they find."""
    return any(isinstance(op, PutOp) for op in ops)


def is_live(expires_at: float | None, now: float) -> bool:
    """Say whether what expires then is still there (`MEM-030`)."""
    return expires_at is None or now < expires_at


def apply(shelf: Shelf, ops: Sequence[Op], now: float) -> list[Result]:
    """Do operations in their order, all at the same moment."""
    for op in ops:
        if type(op) not in _OPS:
            raise UsageError(f"an operation is of type {type(op).__name__}", hint="use GetOp, SearchOp, PutOp ...")
    if writes(ops):
        shelf.remove_expired(now)
    return [_apply_one(shelf, op, now) for op in ops]


def _apply_one(shelf: Shelf, op: Op, now: float) -> Result:
    match op:
        case GetOp():
            return _get(shelf, op, now)
        case SearchOp():
            return _search(shelf, op, now)
        case PutOp():
            _put(shelf, op, now)
            return None
        case ListNamespacesOp():
            return _list_namespaces(shelf, op, now)


def _get(shelf: Shelf, op: GetOp, now: float) -> Item | None:
    row = shelf.find(op.namespace, op.key)
    if row is None or not is_live(row.expires_at, now):
        return None
    if op.refresh_ttl:
        _renew(shelf, row, now)
    return _item(Item, row, _value(row))


def _search(shelf: Shelf, op: SearchOp, now: float) -> list[SearchItem]:
    rows = shelf.under(op.namespace_prefix)
    live = ((row, _value(row)) for row in rows if is_live(row.expires_at, now))
    fitting = live if op.fits is None else (pair for pair in live if op.fits(pair[1]))
    try:
        found = list(islice(fitting, min(op.offset, sys.maxsize), min(op.offset + op.limit, sys.maxsize)))
    finally:
        rows.close()
    if op.refresh_ttl:
        for row, _ in found:
            _renew(shelf, row, now)
    return [_item(SearchItem, row, value) for row, value in found]


def _put(shelf: Shelf, op: PutOp, now: float) -> None:
    if op.value is None:
        shelf.remove(op.namespace, op.key)
        return
    at = timestamp(datetime.fromtimestamp(now, UTC))
    ttl = None if op.ttl is None else op.ttl * 60.0
    expires_at = None if ttl is None else now + ttl
    shelf.put(Row(op.namespace, op.key, op.text, shelf.created_at(op.namespace, op.key) or at, at, ttl, expires_at))


def _list_namespaces(shelf: Shelf, op: ListNamespacesOp, now: float) -> list[Namespace]:
    conditions = op.match_conditions or ()
    fitting = (each for each in shelf.namespaces(now) if all(condition.fits(each) for condition in conditions))
    cut = sorted({each[: op.max_depth] for each in fitting})
    return cut[op.offset : op.offset + op.limit]


def _renew(shelf: Shelf, row: Row, now: float) -> None:
    if row.ttl is not None:
        shelf.renew(row, now + row.ttl)


def _item(kind: type[I], row: Row, value: dict[str, Any]) -> I:
    created, updated = parse_time(row.created_at), parse_time(row.updated_at)
    if created is None or updated is None:
        raise _malformed(row, "a time of it is none")
    return kind(value=value, key=row.key, namespace=row.namespace, created_at=created, updated_at=updated)


def _value(row: Row) -> dict[str, Any]:
    try:
        value = codec.decode(row.value)
    except (ValueEncodingError, TypeError):
        value = None
    if not is_map(value):
        raise _malformed(row, "its value is no encoded map")
    return value


def parse_time(text: str) -> datetime | None:
    """Return the time that a text says, None where it says none."""
    try:
        time = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
    return time if time.utcoffset() == timedelta(0) else None


def _malformed(row: Row, what: str) -> FormatError:
    return FormatError(f"store item {row.key!r} in {row.namespace!r}: {what}")
