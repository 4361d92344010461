"""The SQLite file of a store or a cache: the saver's machinery, whose errors are blamed on the store."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Literal, TypeVar

from taskpoint.errors import SaverError, StoreError
from taskpoint.savers._database import Database, Tables, check_options, database_path

__all__ = ("StoreFile",)

T = TypeVar("T")


class StoreFile:
    """A file with tables of its own beside the threads."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        synchronous: str,
        busy_timeout: float,
        tables: Tables,
        owner: Literal["store", "cache"] = "store",
    ) -> None:
        check_options(synchronous, busy_timeout)
        self._owner = owner
        with self._blamed():
            self._database = Database(database_path(path), synchronous, busy_timeout, lambda: None, tables)

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` on one state of the file."""
        with self._blamed():
            return self._database.read(work)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in one transaction, and commit it unless it raises."""
        with self._blamed():
            return self._database.write(work)

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._database.close()

    @contextmanager
    def _blamed(self) -> Generator[None]:
        try:
            yield
        except SaverError as error:
            code = f"store.{error.code.partition('.')[2]}"
            message = f"the {self._owner} is closed" if code == "store.closed" else error.message
            raise StoreError(message, committed=error.committed, code=code, hint=error.hint) from error.__cause__
