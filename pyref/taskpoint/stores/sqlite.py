"""A store in one SQLite file, which several threads, processes and languages can share, and savers too."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Literal, Self

from taskpoint._refusing import NO_MEANING, refusing_in
from taskpoint.errors import FormatError, UsageError
from taskpoint.savers._database import IN_MEMORY, Tables
from taskpoint.savers.sqlite import SqliteSaver
from taskpoint.stores import _sqlite_text
from taskpoint.stores._clock import system_time
from taskpoint.stores._engine import Row, apply, parse_time, writes
from taskpoint.stores._sqlite_file import StoreFile
from taskpoint.stores.base import BaseStore, TTLConfig, check_ttl_config
from taskpoint.stores.ops import Namespace, Op, Result

__all__ = ("SqliteStore",)

_TABLES: Final = Tables(Path(__file__).with_name("store_1.sql"), "store_items")
_COLUMNS: Final = "namespace, key, value, created_at, updated_at, ttl, expires_at"
_FIND: Final = f"SELECT {_COLUMNS} FROM store_items WHERE namespace = ? AND key = ?"  # noqa: S608 - constants
_CREATED: Final = "SELECT created_at FROM store_items WHERE namespace = ? AND key = ?"
_UNDER: Final = f"""SELECT {_COLUMNS} FROM store_items
WHERE namespace = ? OR (namespace >= ? AND namespace < ?) ORDER BY written DESC"""  # noqa: S608 - constants
_NAMESPACES: Final = "SELECT DISTINCT namespace FROM store_items WHERE expires_at IS NULL OR expires_at > ?"
_PUT: Final = f"INSERT OR REPLACE INTO store_items ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants
_RENEW: Final = "UPDATE store_items SET expires_at = ? WHERE namespace = ? AND key = ?"
_REMOVE: Final = "DELETE FROM store_items WHERE namespace = ? AND key = ?"
_REMOVE_EXPIRED: Final = "DELETE FROM store_items WHERE expires_at <= ?"


class _MustWrite(Exception):
    """Reading found something to renew."""


@refusing_in(index=NO_MEANING)
class SqliteStore(BaseStore):
    """Keeps items in a SQLite file, made when it is not there; a saver and a cache may use the same file.

    Args:
        path: The file; its folder must exist. ``":memory:"`` keeps them in memory, until the store is closed.
            A connection of `sqlite3` stands for its file, which is opened a second time.
        ttl: The default time to live and whether reading renews it.
        synchronous: ``FULL`` survives a power cut, ``NORMAL`` the end of the process, ``OFF`` only what goes well.
        busy_timeout: For how many seconds to wait while another process writes.
        clock: The time in seconds since 1970, for tests.

    Raises:
        StoreError: The file cannot be opened, or belongs to another application.
        FormatError: The file is of a newer layout (``format.newer``).

    Example:
        >>> from taskpoint import SqliteStore
        >>> with SqliteStore(tmp_path / "memory.db") as store:
        ...     store.put(("notes",), "n1", {"text": "hello"}, ttl=60)
        ...     store.list_namespaces()
        [('notes',)]
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | sqlite3.Connection,
        *,
        ttl: TTLConfig | None = None,
        synchronous: Literal["FULL", "NORMAL", "OFF"] = "FULL",
        busy_timeout: float = 5.0,
        clock: Callable[[], float] = system_time,
    ) -> None:
        self.ttl_config = check_ttl_config(ttl)
        self._clock = clock
        self._file = StoreFile(path, synchronous, busy_timeout, _TABLES)

    @classmethod
    def from_saver(cls, saver: SqliteSaver, *, ttl: TTLConfig | None = None) -> Self:
        """Return a store in the file of a saver, opened a second time; close both."""
        if saver.path == IN_MEMORY:
            raise UsageError("a saver in memory has no file to share", hint="use an InMemoryStore, or give it a file")
        return cls(saver.path, ttl=ttl, synchronous=saver.synchronous)

    @classmethod
    def from_conn_string(cls, conn_string: str | os.PathLike[str], *, ttl: TTLConfig | None = None) -> Self:
        """Return a store for a file, as `SqliteStore(path)` does: the spelling of programs that come from LangGraph."""
        return cls(conn_string, ttl=ttl)

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do all operations in one transaction, and return their results in order."""
        ops = list(ops)
        now = self._clock()
        if not writes(ops):
            try:
                return self._file.read(lambda connection: apply(_Reading(connection), ops, now))
            except _MustWrite:
                pass
        return self._file.write(lambda connection: apply(_Shelf(connection), ops, now))

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._file.close()


class _Shelf:
    """The table, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def find(self, namespace: Namespace, key: str) -> Row | None:
        found = self._connection.execute(_FIND, (_sqlite_text.write(namespace), key)).fetchone()
        return None if found is None else _row(found)

    def created_at(self, namespace: Namespace, key: str) -> str | None:
        found = self._connection.execute(_CREATED, (_sqlite_text.write(namespace), key)).fetchone()
        return found[0] if found is not None and parse_time(found[0]) is not None else None

    def under(self, prefix: Namespace) -> Generator[Row]:
        with closing(self._connection.execute(_UNDER, _sqlite_text.bounds(prefix))) as cursor:
            for found in cursor:
                yield _row(found)

    def namespaces(self, now: float) -> Iterable[Namespace]:
        return [_sqlite_text.read(text) for (text,) in self._connection.execute(_NAMESPACES, (now,)).fetchall()]

    def put(self, row: Row) -> None:
        self._connection.execute(_PUT, (_sqlite_text.write(row.namespace), *row[1:]))

    def renew(self, row: Row, expires_at: float) -> None:
        self._connection.execute(_RENEW, (expires_at, _sqlite_text.write(row.namespace), row.key))

    def remove(self, namespace: Namespace, key: str) -> None:
        self._connection.execute(_REMOVE, (_sqlite_text.write(namespace), key))

    def remove_expired(self, now: float) -> None:
        self._connection.execute(_REMOVE_EXPIRED, (now,))


class _Reading(_Shelf):
    """The table, within a transaction that only reads."""

    def renew(self, row: Row, expires_at: float) -> None:  # noqa: ARG002 - a shelf's
        raise _MustWrite


def _row(found: tuple[Any, ...]) -> Row:
    if type(found[1]) is not str:
        raise FormatError("a row of the file has a key that is no text")
    return Row(_sqlite_text.read(found[0]), *found[1:])
