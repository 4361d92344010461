"""The items of a store in a SQLite file, in the layout of chapter 18, written and read by the judge itself."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from taskpoint_conformance.canonical import canonical
from taskpoint_conformance.errors import Failure
from taskpoint_conformance.schemas import document_problem
from taskpoint_conformance.sqlite import SqliteTable

__all__ = ("ItemFile",)

Document = dict[str, Any]
_TIME: Final = "2026-01-01T00:00:00Z"
_MINUTE: Final = 60.0
_INSERT: Final = """INSERT INTO store_items (namespace, key, value, created_at, updated_at, ttl, expires_at)
VALUES (?, ?, ?, ?, ?, ?, ?)"""


class ItemFile:
    """One file; every look opens it anew, since a driver works on it too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._table = SqliteTable(path, "store_items", "store_expiry")

    def create(self, items: Iterable[Document], statements: Iterable[str]) -> None:
        """Write the given items into the file, which may hold threads already, then run the given statements."""
        self._table.create(_INSERT, map(_row, items), statements)

    def items(self, wanted: list[Any], *, checked: bool = True) -> list[Document]:
        """Return what the file holds, each item as its expectation lists it; `checked`: whether it is judged, too.

        Raises:
            Failure: The file is not of the layout, or holds what is no item.
        """
        try:
            rows = self._table.rows("written", checked=checked)
            found = [_checked(row) for row in rows] if checked else [_item(row) for row in rows]
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise Failure("store.invalid", f"the store's file is not of the layout: {error}") from None
        listed: list[Any] = [*wanted, *[None] * (len(found) - len(wanted))]
        always = {"namespace", "key", "value"}
        return [
            {name: each for name, each in item.items() if name in always or name in (one or {})}
            for one, item in zip(listed, found, strict=False)
        ]


def _row(item: Document) -> tuple[Any, ...]:
    ttl, left = item.get("ttl"), item.get("expires_in")
    return (
        canonical(item["namespace"]),
        item["key"],
        json.dumps(item["value"], ensure_ascii=False, separators=(",", ":")),
        item.get("created_at", _TIME),
        item.get("updated_at", _TIME),
        None if ttl is None else ttl * _MINUTE,
        None if left is None else time.time() + left * _MINUTE,
    )


def _checked(row: sqlite3.Row) -> Document:
    item = _item(row)
    members = ("namespace", "key", "value", "created_at", "updated_at")
    if problem := document_problem("store-item", {name: item[name] for name in members}):
        raise ValueError(problem)
    return item


def _item(row: sqlite3.Row) -> Document:
    namespace = json.loads(row["namespace"])
    if canonical(namespace) != row["namespace"]:
        raise ValueError("a namespace is not canonical JSON")
    if (row["ttl"] is None) != (row["expires_at"] is None):
        raise ValueError("a row has one of ttl and expires_at")
    return {
        "namespace": namespace,
        "key": row["key"],
        "value": json.loads(row["value"]),
        "ttl": None if row["ttl"] is None else row["ttl"] / _MINUTE,
        "expires_in": None if row["expires_at"] is None else round((row["expires_at"] - time.time()) / _MINUTE),
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
