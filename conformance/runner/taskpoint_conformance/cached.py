"""The results in a cache's SQLite file, in the layout of chapter 18, written and read by the judge itself."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from taskpoint_conformance.canonical import canonical
from taskpoint_conformance.errors import Failure
from taskpoint_conformance.sqlite import SqliteTable

__all__ = ("CacheFile",)

Document = dict[str, Any]
_MINUTE: Final = 60.0
_INSERT: Final = "INSERT INTO cache_entries (namespace, key, value, expires_at) VALUES (?, ?, ?, ?)"


class CacheFile:
    """One file; every look opens it anew, since a driver works on it too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._table = SqliteTable(path, "cache_entries", "cache_expiry")

    def create(self, entries: Iterable[Document], statements: Iterable[str]) -> None:
        """Write the given results into the file, then run the given statements."""
        self._table.create(_INSERT, map(_row, entries), statements)

    def entries(self, wanted: list[Document], *, checked: bool = True) -> list[Document]:
        """Return what the file holds: what is expected as its expectation lists it and in its order, then the rest.

        Raises:
            Failure: The file is not of the layout.
        """
        try:
            rows = {_place_of(row): row for row in self._table.rows("namespace, key", checked=checked)}
            known = [(each, rows.pop(_place(each))) for each in wanted if _place(each) in rows]
            rest = [{"namespace": json.loads(row["namespace"]), "key": row["key"]} for row in rows.values()]
            return [_shown(one, row) for one, row in known] + rest
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise Failure("store.invalid", f"the cache's file is not of the layout: {error}") from None


def _digest(value: list[Any]) -> str:
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _place(entry: Document) -> tuple[str, str]:
    """Return the namespace, as a text, and the key of a result (POL-041, POL-046)."""
    kind, *definition = entry["of"]
    return canonical([kind, _digest(definition)]), _digest(entry["under"])


def _place_of(row: sqlite3.Row) -> tuple[str, str]:
    return row["namespace"], row["key"]


def _row(entry: Document) -> tuple[Any, ...]:
    left = entry.get("expires_in")
    text = entry["text"] if "text" in entry else canonical(entry["value"])
    return (*_place(entry), text, None if left is None else time.time() + left * _MINUTE)


def _shown(wanted: Document, row: sqlite3.Row) -> Document:
    shown = {"of": wanted["of"], "under": wanted["under"]}
    shown |= {"text": row["value"]} if "text" in wanted else {"value": json.loads(row["value"])}
    if "expires_in" in wanted:
        expires_at = row["expires_at"]
        shown["expires_in"] = None if expires_at is None else round((expires_at - time.time()) / _MINUTE)
    return shown
