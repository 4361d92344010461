"""One SQLite file as savers, stores and caches use it: opening, layout, transactions, errors, forks."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, ParamSpec, TypeVar, cast

from taskpoint._numbers import is_number
from taskpoint.errors import FormatError, SaverError, UsageError

__all__ = ("IN_MEMORY", "Database", "Tables")

P = ParamSpec("P")
T = TypeVar("T")

OLDEST_SQLITE: Final = (3, 37, 0)  # the first with STRICT tables
IN_MEMORY: Final = ":memory:"
"""SQLite's name for a database that no file has, and that goes with its connection."""
APPLICATION_ID: Final = 0x54736B70  # "Tskp"
LAYOUTS: Final = ("sqlite_1.sql",)
"""The scripts that lead from one layout to the next: the n-th leads to layout n."""

_SYNCHRONOUS: Final = {
    "FULL": "PRAGMA synchronous = FULL",
    "NORMAL": "PRAGMA synchronous = NORMAL",
    "OFF": "PRAGMA synchronous = OFF",
}
_IDENTITY: Final = """SELECT (SELECT application_id FROM pragma_application_id),
(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_master)"""
_HAS_TABLE: Final = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
_WRITES_OF_LATE: Final = 4
_LONGEST_WAIT: Final = 1_000_000
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_REFUSED: Final = _BUSY | {
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CANTOPEN,
}
"""Errors that come before anything is written, whatever the statement."""
_HINTS: Final = {
    sqlite3.SQLITE_BUSY: "another process held the file for longer than busy_timeout; try again",
    sqlite3.SQLITE_LOCKED: "another process held the file for longer than busy_timeout; try again",
    sqlite3.SQLITE_READONLY: "make the file and its folder writable",
    sqlite3.SQLITE_CANTOPEN: "check that the folder exists and that the file can be read and written",
    sqlite3.SQLITE_NOTADB: "check the path; the file is no SQLite database",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore it from a copy",
    sqlite3.SQLITE_FULL: "free some space and try again",
    sqlite3.SQLITE_TOOBIG: "keep large content elsewhere, and let the task return its name",
    sqlite3.SQLITE_IOERR: "check the disk; load the thread again to see what it holds",
}


@dataclass(frozen=True, slots=True)
class Tables:
    """What a part of the library keeps in the file beside the threads; it is made where it is missing."""

    script: Path
    """Makes what is not there yet, and can be run twice."""
    last: str
    """The table that is there once the script has run."""


class Database:
    """A SQLite file with one connection, which one thread at a time uses.

    A connection must not cross a fork: it is closed before and opened again on both sides when it is needed. One in
    memory has no file to be locked or opened again: each side keeps its own.

    Attributes:
        lock: Held by the thread that uses the connection.
        pace: How many seconds a write takes of late, the wait for other processes included.
    """

    def __init__(
        self,
        path: str,
        synchronous: str,
        busy_timeout: float,
        reset_waiting: Callable[[], None],
        tables: Tables | None = None,
    ) -> None:
        self._connection: sqlite3.Connection | None = None
        self.path = path
        self._tables = tables
        self._synchronous = _SYNCHRONOUS[synchronous]
        self._busy_timeout = busy_timeout
        self.pace = 0.0
        self.lock = threading.Lock()
        self._reset_waiting: Callable[[], None] = reset_waiting
        self._closed = False
        self._place: tuple[int, int] | None = None
        """Which file it is that lies at the path, None where nobody can tell."""
        self._connection = self._open()
        _open_databases.add(self)

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        with self.lock:
            self._closed = True
            self.disconnect()

    def __del__(self) -> None:
        """Close what nobody can close any more, as that of a saver made of a path: Python 3.13 warns of it."""
        self.disconnect()

    def disconnect(self) -> None:
        """Close the connection; whoever needs it next opens a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def after_fork(self) -> None:
        """Forget, in the child of a fork, the threads that held the lock or waited: they are not there any more."""
        self.lock = threading.Lock()
        self._reset_waiting()

    def use(self) -> sqlite3.Connection:
        """Return the connection to a thread that holds the lock."""
        if self._closed:
            raise SaverError("the saver is closed", code="saver.closed", committed=False, hint="open a new one")
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` on one state of the file."""
        return self.read_statement(partial(self._read, work))

    def read_statement(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do `work` that reads with one statement, which sees one state of the file in any case."""
        with self.lock:
            connection = self.use()
            try:
                return self._patiently(work, connection)
            except sqlite3.Error as error:
                if not str(error).startswith("Could not decode"):
                    raise self.failure(error, committed=False) from error
            connection.text_factory = _text_or_bytes  # so that the reader meets the bad text, and can say where
            try:
                return work(connection)
            finally:
                connection.text_factory = str

    def _read(self, work: Callable[[sqlite3.Connection], T], connection: sqlite3.Connection) -> T:
        try:
            connection.execute("BEGIN")
            return work(connection)
        finally:
            self._end(connection)

    def write_statement(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do `work` that writes with one statement, which SQLite commits itself."""
        with self.lock:
            connection, start = self.use(), time.perf_counter()
            try:
                self._patiently(work, connection)
            except sqlite3.Error as error:
                raise self.failure(error, committed=None) from error
            except (UnicodeEncodeError, OverflowError):
                raise _unwritable() from None
            finally:
                self._note(start)

    def write(self, work: Callable[[sqlite3.Connection], T], count: int = 1) -> T:
        """Do `work`, which is so many writes, in one transaction, and commit it unless it raises (`STO-036`)."""
        with self.lock:
            connection, start = self.use(), time.perf_counter()
            self._check_place()
            committed: bool | None = False
            try:
                self._patiently(connection.execute, "BEGIN IMMEDIATE")
                begun = time.perf_counter()
                result = work(connection)
                start += (time.perf_counter() - begun) * (count - 1) / count  # what one write alone would have taken
                committed = None
                connection.execute("COMMIT")
                return result
            except sqlite3.Error as error:
                raise self.failure(error, committed=committed) from error
            except (UnicodeEncodeError, OverflowError):
                raise _unwritable() from None
            finally:
                self._end(connection)
                self._note(start)

    def _note(self, start: float) -> None:
        self.pace += (time.perf_counter() - start - self.pace) / _WRITES_OF_LATE

    def _end(self, connection: sqlite3.Connection) -> None:
        """End a transaction that is still open; a connection that cannot do even that is given up."""
        try:
            _roll_back(connection)
        except sqlite3.Error:
            self.disconnect()

    def failure(self, error: sqlite3.Error, *, committed: bool | None) -> SaverError:
        """Return our error for one of SQLite's, with `committed` false where its code alone says so (`STO-008`)."""
        code = _code(error)
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        return SaverError(
            f"SQLite failed with {name} on {self.path}",
            committed=False if code in _REFUSED else committed,
            hint=_HINTS.get(code),
        )

    def _open(self) -> sqlite3.Connection:
        if sqlite3.sqlite_version_info < OLDEST_SQLITE:
            raise SaverError("this Python has a SQLite older than 3.37", committed=False, hint="use a newer Python")
        if self.path != IN_MEMORY and not Path(self.path).parent.is_dir():
            raise SaverError(f"the folder of {self.path} does not exist", committed=False, hint="make the folder first")
        try:
            connection = sqlite3.connect(self.path, timeout=0, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise self.failure(error, committed=False) from error
        try:
            self._patiently(self._prepare, connection)
        except sqlite3.Error as error:
            connection.close()
            raise self.failure(error, committed=False) from error
        except BaseException:
            connection.close()
            raise
        self._place = self._found()
        return connection

    def _found(self) -> tuple[int, int] | None:
        """Return which file lies at the path now, None where nobody can tell, as on Windows, which keeps open files.

        Raises:
            FileNotFoundError: None does.
        """
        if self.path == IN_MEMORY or sys.platform == "win32":
            return None
        try:
            found = os.stat(self.path)  # noqa: PTH116 - before each transaction: a Path would take longer
        except (FileNotFoundError, NotADirectoryError):
            raise FileNotFoundError from None
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _check_place(self) -> None:
        """Refuse to write to a file that nobody can open any more: SQLite would, without a word (`STO-040`)."""
        try:
            if self._place in {None, found := self._found()} or found is None:
                return
        except FileNotFoundError:
            pass
        raise SaverError(
            f"{self.path} was deleted or replaced while it was open",
            committed=False,
            hint="put the file back, or start the program again; what was written since then went with the old file",
        )

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA trusted_schema = OFF")
        layout = self._check(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(self._synchronous)
        if layout != len(LAYOUTS):
            self._make(connection, lambda: self._missing_layouts(connection))
        tables = self._tables
        if tables is not None and connection.execute(_HAS_TABLE, (tables.last,)).fetchone() is None:
            self._make(connection, lambda: [tables.script])

    def _missing_layouts(self, connection: sqlite3.Connection) -> list[Path]:
        return [Path(__file__).with_name(name) for name in LAYOUTS[self._check(connection) :]]

    def _make(self, connection: sqlite3.Connection, scripts: Callable[[], list[Path]]) -> None:
        """Run scripts in one transaction; which ones is asked inside of it, as another process may have been faster."""
        try:
            connection.execute("BEGIN IMMEDIATE")
            for script in scripts():
                for statement in _statements(script):
                    connection.execute(statement)
            connection.execute("COMMIT")
        finally:
            _roll_back(connection)

    def _check(self, connection: sqlite3.Connection) -> int:
        """Return the layout, 0 for a new file; refuse a newer or foreign one untouched (`STO-034`, `STO-035`)."""
        application, layout, tables = connection.execute(_IDENTITY).fetchone()
        if application == APPLICATION_ID and layout > len(LAYOUTS):
            raise FormatError(
                f"{self.path} has layout {layout}; this version knows layouts up to {len(LAYOUTS)}",
                code="format.newer",
                hint="open it with a newer version of the library",
            )
        if application == APPLICATION_ID and layout > 0:
            return int(layout)
        if (application, layout, tables) != (0, 0, 0):
            raise SaverError(
                f"{self.path} is a database of another application", committed=False, hint="give a path of its own"
            )
        return 0

    def _patiently(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do `work`, again and again while another process writes and until `busy_timeout` has passed (`STO-039`).

        SQLite's own timeout looks ten times a second, which can starve beside a busy writer, and does not look at
        all while two processes turn on the write-ahead log. What `work` does must begin with taking the lock.
        """
        deadline: float | None = None
        pause = 0.001
        while True:
            try:
                return work(*args, **kwargs)
            except sqlite3.OperationalError as error:
                now = time.monotonic()
                deadline = now + self._busy_timeout if deadline is None else deadline
                if _code(error) not in _BUSY or now > deadline:
                    raise
            time.sleep(pause)
            pause = min(1.5 * pause, 0.01)


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary code; errors of Python's own adapter have none."""
    return int(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)) & 0xFF


def _roll_back(connection: sqlite3.Connection) -> None:
    """End a transaction that is still open; SQLite ends some itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _text_or_bytes(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def _unwritable() -> FormatError:
    return FormatError("a document holds a text with a lone surrogate or a number beyond 64 bits")


def database_path(path: object) -> str:
    """Return `path` as an absolute one, so that a later change of folder changes nothing; `IN_MEMORY` is taken, too.

    A connection, as programs from LangGraph pass one, stands for the file that it was opened with.
    """
    if isinstance(path, sqlite3.Connection):
        path = _file_of(path)
    if path == IN_MEMORY:
        return IN_MEMORY
    text: object = os.fspath(cast("str | os.PathLike[str]", path)) if isinstance(path, str | os.PathLike) else None
    if type(text) is not str or not text or text.startswith(":") or "\0" in text:
        raise UsageError(
            "the path is not that of a file",
            hint="use an InMemorySaver, InMemoryStore or InMemoryCache for what need not outlive the process",
        )
    return str(Path(text).absolute())


def _file_of(connection: sqlite3.Connection) -> str:
    try:
        file: str = connection.execute("PRAGMA database_list").fetchone()[2]
    except sqlite3.Error:
        raise UsageError(
            "the connection is closed, or another thread's", hint="pass the path of the file, or an open connection"
        ) from None
    return file or IN_MEMORY


def check_options(synchronous: object, busy_timeout: object) -> None:
    """Refuse options that do not exist."""
    if type(synchronous) is not str or synchronous not in _SYNCHRONOUS:
        raise UsageError("synchronous is none of FULL, NORMAL and OFF", hint='write synchronous="FULL"')
    if not is_number(busy_timeout, most=_LONGEST_WAIT):
        raise UsageError(
            "busy_timeout is not a number of seconds", hint=f"pass a number from 0 to {_LONGEST_WAIT}, such as 5.0"
        )


def _statements(script: Path) -> Iterator[str]:
    pending = ""
    for line in script.read_text("utf-8").splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


_open_databases: Final = weakref.WeakSet[Database]()
_forking: Final[list[Database]] = []


def _before_fork() -> None:
    for database in list(_open_databases):
        database.lock.acquire()
        _forking.append(database)
        if database.path != IN_MEMORY:
            database.disconnect()


def _after_fork_in_parent() -> None:
    while _forking:
        _forking.pop().lock.release()


def _after_fork_in_child() -> None:
    while _forking:
        _forking.pop().after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
