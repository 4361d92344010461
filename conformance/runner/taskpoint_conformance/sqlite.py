"""A SQLite file in the layout of chapter 11, written and read by the judge itself."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any, Final

from taskpoint_conformance import data
from taskpoint_conformance.errors import Failure, HarnessError
from taskpoint_conformance.journal import check_entries
from taskpoint_conformance.schemas import document_problem
from taskpoint_conformance.shapes import is_object

__all__ = ("SqliteFile", "SqliteTable", "layout")

Document = dict[str, Any]
_COLUMNS: Final = (
    "seq",
    "kind",
    "at",
    "attempt_id",
    "path",
    "name",
    "input_digest",
    "alone",
    "attempts",
    "started_at",
    "value",
)
"""Members of an entry with a column of their own; the others stand in `detail`."""
_CHECKPOINT: Final = (
    "seq", "id", "format", "parent_id", "source", "created_at", "run_id", "entrypoint_name", "entrypoint_version",
    "input", "previous_id", "value", "saved", "metadata",
)  # fmt: skip
_ENCODED: Final = frozenset({"input", "value", "saved", "metadata"})


@cache
def layout(chapter: str = "11-storage.md", table: str = "CREATE TABLE threads") -> str:
    """Return the statements that make an empty file, out of the chapter.

    Raises:
        HarnessError: The chapter has none.
    """
    path = data.spec() / chapter
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    for block in re.findall(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if table in block:
            return str(block)
    raise HarnessError(f"{chapter} has no block of SQL that creates the tables")


class SqliteTable:
    """A table of chapter 18 in a file of the layout, alone or beside others.

    Args:
        path: The file.
        table: The name of the table.
        index: The name of its index.
    """

    def __init__(self, path: Path, table: str, index: str) -> None:
        self.path = path
        self._table = table
        self._looks = (
            "PRAGMA application_id",
            "PRAGMA user_version",
            f"PRAGMA table_info({table})",
            f"PRAGMA index_xinfo({index})",
        )

    def create(self, insert: str, rows: Iterable[tuple[Any, ...]], statements: Iterable[str]) -> None:
        """Write rows into the file, which may hold threads already, then run the given statements."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            if connection.execute("PRAGMA application_id").fetchone() == (0,):
                connection.executescript(layout())
            connection.executescript(layout("18-stores.md", self._table))
            connection.executemany(insert, rows)
            for statement in statements:
                connection.execute(statement)

    def rows(self, order: str, *, checked: bool) -> list[sqlite3.Row]:
        """Return all rows; `checked`: whether the layout is judged, too.

        Raises:
            ValueError: The file is not of the layout.
        """
        if not self.path.exists():
            return []
        with closing(sqlite3.connect(self.path, timeout=5)) as connection:
            if checked:
                self._check(connection)
            connection.row_factory = sqlite3.Row
            query = f"SELECT * FROM {self._table} ORDER BY {order}"  # noqa: S608 - our own names
            return connection.execute(query).fetchall()

    def _check(self, connection: sqlite3.Connection) -> None:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as right:
            right.executescript(layout() + layout("18-stores.md", self._table))
            for look in self._looks:
                if connection.execute(look).fetchall() != right.execute(look).fetchall():
                    raise ValueError(f"{look} gives something else than in the chapters")


class SqliteFile:
    """One file; every look opens it anew, since a driver works on it too."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self, threads: Iterable[Document], statements: Iterable[str]) -> None:
        """Write the file with the given threads, then run the given statements on it."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(layout())
            connection.execute("BEGIN IMMEDIATE")
            for number, thread in enumerate(threads, start=1):
                _write_thread(connection, number, thread)
            connection.execute("COMMIT")
            for statement in statements:
                connection.execute(statement)

    def threads(self) -> dict[str, list[tuple[Document, list[Document]]]]:
        """Return every thread as checkpoints with their journals.

        Raises:
            Failure: The file is no longer of the layout.
        """
        if not self.path.exists():
            return {}
        try:
            with closing(sqlite3.connect(self.path, timeout=5)) as connection:
                connection.row_factory = sqlite3.Row
                connection.execute("BEGIN")
                return {
                    row["thread_id"]: [
                        _read_checkpoint(connection, row, each)
                        for each in _rows(connection, "checkpoints", row["thread"])
                    ]
                    for row in connection.execute("SELECT * FROM threads ORDER BY thread_id").fetchall()
                }
        except (sqlite3.Error, ValueError, IndexError) as error:
            raise Failure("store.invalid", f"the SQLite file is not of the layout: {error}") from None

    def check(self) -> None:
        """Judge the layout and every document in the file.

        Raises:
            Failure: The file is not of the layout, or a document breaks its schema or an invariant.
        """
        self._check_layout()
        for name, thread in self.threads().items():
            for seq, (checkpoint, entries) in enumerate(thread):
                problem = document_problem("checkpoint", checkpoint)
                if problem or checkpoint["seq"] != seq:
                    raise Failure("store.invalid", f"thread {name!r}, checkpoint {seq}: {problem or 'another seq'}")
                check_entries([], entries)

    def _check_layout(self) -> None:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.executescript(layout())
            wanted = _made(connection)
        with closing(sqlite3.connect(self.path, timeout=5)) as connection:
            missing = wanted - _made(connection)
            if missing:
                raise Failure("store.invalid", f"the SQLite file lacks {', '.join(sorted(missing))}")
            if connection.execute("SELECT count(*) FROM entries WHERE detail = '{}'").fetchone()[0]:
                raise Failure("store.invalid", "the SQLite file has an entry with an empty object in `detail`")


def _made(connection: sqlite3.Connection) -> set[str]:
    """Return the tables, the views and the identity of a file, in words."""
    made = {
        f"the {kind} {name}" for kind, name in connection.execute("SELECT type, name FROM sqlite_master").fetchall()
    }
    for pragma in ("application_id", "user_version"):
        made.add(f"{pragma} {connection.execute(f'PRAGMA {pragma}').fetchone()[0]}")
    return made


def _write_thread(connection: sqlite3.Connection, number: int, thread: Document) -> None:
    holder = thread.get("holder")
    # A live holder is one of a host that nobody here can ask; a dead one's lease is over.
    lease = None if holder is None else "2100-01-01T00:00:00Z" if holder["live"] else "2000-01-01T00:00:00Z"
    columns = (None, None, None, None) if holder is None else (holder["attempt_id"], "elsewhere", 1, lease)
    head = thread["checkpoints"][-1]["checkpoint"]["seq"]
    connection.execute(
        "INSERT INTO threads VALUES (?, ?, ?, ?, ?, ?, ?)", (number, thread["thread_id"], head, *columns)
    )
    for item in thread["checkpoints"]:
        checkpoint = item["checkpoint"]
        flat = {
            **checkpoint,
            "entrypoint_name": checkpoint["entrypoint"]["name"],
            "entrypoint_version": checkpoint["entrypoint"]["version"],
        }
        row = [_text(flat[name]) if name in _ENCODED and name in flat else flat.get(name) for name in _CHECKPOINT]
        _insert(connection, "checkpoints", [number, *row])
        for entry in item["entries"]:
            columns_of = [
                _text(entry[name]) if name == "value" and name in entry else entry.get(name) for name in _COLUMNS
            ]
            rest = {name: each for name, each in entry.items() if name not in _COLUMNS}
            _insert(connection, "entries", [number, checkpoint["seq"], *columns_of, _text(rest) if rest else None])


def _insert(connection: sqlite3.Connection, table: str, row: list[Any]) -> None:
    connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608 - our own names


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _rows(connection: sqlite3.Connection, table: str, thread: int, checkpoint: int | None = None) -> list[sqlite3.Row]:
    where, values = ("", [thread]) if checkpoint is None else (" AND checkpoint = ?", [thread, checkpoint])
    query = f"SELECT * FROM {table} WHERE thread = ?{where} ORDER BY seq"  # noqa: S608 - our own names
    return connection.execute(query, values).fetchall()


def _read_checkpoint(
    connection: sqlite3.Connection, thread: sqlite3.Row, row: sqlite3.Row
) -> tuple[Document, list[Document]]:
    checkpoint: Document = {"kind": "checkpoint", "thread_id": thread["thread_id"]}
    checkpoint["entrypoint"] = {"name": row["entrypoint_name"], "version": row["entrypoint_version"]}
    begins = row["source"] in {"input", "fork"}
    for name in _CHECKPOINT:
        if name.startswith("entrypoint_"):
            continue
        if name in _ENCODED:
            if row[name] is not None:
                checkpoint[name] = _parsed(row[name])
        elif name != "previous_id" or begins:
            checkpoint[name] = row[name]
    return checkpoint, [_read_entry(each) for each in _rows(connection, "entries", thread["thread"], row["seq"])]


def _read_entry(row: sqlite3.Row) -> Document:
    entry: Document = {name: row[name] for name in _COLUMNS if row[name] is not None}
    if "alone" in entry:
        entry["alone"] = bool(entry["alone"])
        entry.setdefault("input_digest", None)
    if "value" in entry:
        entry["value"] = _parsed(entry["value"])
    rest: Any = _parsed(row["detail"]) if row["detail"] is not None else {}
    return entry | (rest if is_object(rest) else {"detail": rest})


def _parsed(text: str) -> Any:
    """Return what a text holds; one that is no JSON as what no document can hold, since rows may be bad on purpose."""
    try:
        return json.loads(text)
    except (ValueError, TypeError):
        return {"$malformed": text}
