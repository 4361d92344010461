"""A cache in a SQLite file, which may be the file of a saver and a store."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Literal

from taskpoint._refusing import NO_SERDE, refusing_in
from taskpoint.caches.base import BaseCache, FullKey, check_entry, check_full_key, check_namespaces
from taskpoint.errors import FormatError
from taskpoint.savers._database import Tables
from taskpoint.stores import _sqlite_text
from taskpoint.stores._clock import system_time
from taskpoint.stores._sqlite_file import StoreFile

__all__ = ("SqliteCache",)

_TABLES: Final = Tables(Path(__file__).with_name("cache_1.sql"), "cache_entries")
_GET: Final = """SELECT value FROM cache_entries
WHERE namespace = ? AND key = ? AND (expires_at IS NULL OR expires_at > ?)"""
_SET: Final = "INSERT OR REPLACE INTO cache_entries (namespace, key, value, expires_at) VALUES (?, ?, ?, ?)"
_REMOVE_EXPIRED: Final = "DELETE FROM cache_entries WHERE expires_at <= ?"
_CLEAR: Final = "DELETE FROM cache_entries WHERE namespace = ?"
_CLEAR_ALL: Final = "DELETE FROM cache_entries"


@refusing_in(serde=NO_SERDE)
class SqliteCache(BaseCache):
    """Keeps texts in a SQLite file, made when it is not there.

    Args:
        path: The file; its folder must exist. ``":memory:"`` keeps them in memory, until the cache is closed.
        synchronous: As of `SqliteSaver`; less is enough here, as what is lost can be had again.
        busy_timeout: For how many seconds to wait while another process writes.
        clock: The time in seconds since 1970, for tests.

    Raises:
        StoreError: The file cannot be opened, or belongs to another application.
        FormatError: The file is of a newer layout (``format.newer``).

    Example:
        >>> from taskpoint import SqliteCache
        >>> with SqliteCache(tmp_path / "cache.db") as cache:
        ...     cache.set((("fetch",), "k1"), "[1,2]")
        ...     cache.clear([("fetch",)])
        ...     cache.get((("fetch",), "k1")) is None
        True
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        synchronous: Literal["FULL", "NORMAL", "OFF"] = "NORMAL",
        busy_timeout: float = 5.0,
        clock: Callable[[], float] = system_time,
    ) -> None:
        self._clock = clock
        self._file = StoreFile(path, synchronous, busy_timeout, _TABLES, "cache")

    def get(self, key: FullKey) -> str | None:
        """Return the text under a key, None where there is none or it has expired."""
        namespace, name = check_full_key(key)
        parameters = (_sqlite_text.write(namespace), name, self._clock())
        found = self._file.read(lambda connection: connection.execute(_GET, parameters).fetchone())
        if found is None:
            return None
        if type(found[0]) is not str:
            raise FormatError(f"cache entry {name!r} in {namespace!r}: its value is no text")
        return found[0]

    def set(self, key: FullKey, text: str, ttl: float | None = None) -> None:
        """Put a text under a key, in place of what is there."""
        namespace, name = check_entry(key, text, ttl)
        now = self._clock()
        row = (_sqlite_text.write(namespace), name, text, None if ttl is None else now + ttl)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_REMOVE_EXPIRED, (now,))
            connection.execute(_SET, row)

        self._file.write(work)

    def clear(self, namespaces: Sequence[tuple[str, ...]] | None = None) -> None:
        """Forget what stands in these namespaces, not below them; everything where None is given."""
        chosen = check_namespaces(namespaces)

        def work(connection: sqlite3.Connection) -> None:
            if chosen is None:
                connection.execute(_CLEAR_ALL)
            else:
                connection.executemany(_CLEAR, [(_sqlite_text.write(each),) for each in chosen])

        self._file.write(work)

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._file.close()
