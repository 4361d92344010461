"""The SQLite file of a store or a cache: the saver's machinery, whose errors are blamed on the store."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Literal, TypeVar, cast

from taskpoint.errors import SaverError, StoreError
from taskpoint.savers._database import Database, Tables, check_options, database_path
from taskpoint.savers._group import Group, together

__all__ = ("StoreFile",)

T = TypeVar("T")


class _Write:
    """What is to be done in a transaction, and what came of it."""

    __slots__ = ("result", "work")

    def __init__(self, work: Callable[[sqlite3.Connection], object]) -> None:
        self.work = work
        self.result: object = None


class StoreFile:
    """A file with tables of its own beside the threads."""

    def __init__(
        self,
        path: str | os.PathLike[str] | sqlite3.Connection,
        synchronous: str,
        busy_timeout: float,
        tables: Tables,
        owner: Literal["store", "cache"] = "store",
    ) -> None:
        check_options(synchronous, busy_timeout)
        self._owner = owner
        self._group = Group(self._write_alone, self._write_together)
        with self._blamed():
            self._database = Database(database_path(path), synchronous, busy_timeout, self._group.reset, tables)

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` on one state of the file."""
        with self._blamed():
            return self._database.read(work)

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` in one transaction, and commit it unless it raises; what comes meanwhile shares the next one."""
        write = _Write(work)
        with self._blamed():
            self._group.submit(write)
        return cast("T", write.result)

    def _write_alone(self, write: _Write) -> None:
        write.result = self._database.write(write.work)

    def _write_together(self, writes: Sequence[_Write]) -> Sequence[Exception | None]:
        def work(connection: sqlite3.Connection) -> Sequence[None]:
            for write in writes:
                write.result = write.work(connection)
            return [None] * len(writes)

        return together(work, self._database.write, self._write_alone, writes)

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
