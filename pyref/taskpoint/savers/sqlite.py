"""A saver in one SQLite file, which several threads, processes and languages can share."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, Literal, Self, TypeAlias

from taskpoint._core.journal import Checkpoint, Entry, Holder
from taskpoint._refusing import NO_SERDE, refusing_in
from taskpoint.errors import ConcurrentRunError, FormatError
from taskpoint.savers import _rules, rows
from taskpoint.savers._database import Database, check_options, database_path
from taskpoint.savers._group import Group, together
from taskpoint.savers.base import CheckpointSaver, Head, Loaded
from taskpoint.savers.listing import ThreadSummary, summary

__all__ = ("SqliteSaver",)

_SHORT: Final = 0.001
"""An event loop may stand still for so many seconds."""
_CHECKPOINT: Final = """c.seq, c.id, c.format, c.parent_id, c.source, c.created_at, c.run_id, c.entrypoint_name,
c.entrypoint_version, c.input, c.previous_id, c.value, c.saved, c.metadata"""
_ENTRY: Final = "seq, kind, at, attempt_id, path, name, input_digest, alone, attempts, started_at, value, detail"
_HOLDER: Final = "t.holder_attempt_id, t.holder_host, t.holder_pid, t.holder_lease_until"

_FIND: Final = f"SELECT t.thread, t.head, {_HOLDER} FROM threads AS t WHERE t.thread_id = ?"  # noqa: S608 - constants
_FIND_END: Final = f"""SELECT t.thread, t.head,
(SELECT c.id FROM checkpoints AS c WHERE c.thread = t.thread AND c.seq = t.head),
(SELECT coalesce(max(e.seq) + 1, 0) FROM entries AS e WHERE e.thread = t.thread AND e.checkpoint = t.head), {_HOLDER}
FROM threads AS t WHERE t.thread_id = ?"""  # noqa: S608 - constants
_READ_HEAD: Final = f"""SELECT {_HOLDER}, {_CHECKPOINT} FROM threads AS t
LEFT JOIN checkpoints AS c ON c.thread = t.thread AND c.seq = t.head WHERE t.thread_id = ?"""  # noqa: S608 - constants
_READ_SEQ: Final = f"SELECT {_CHECKPOINT} FROM checkpoints AS c WHERE c.thread = ? AND c.seq = ?"  # noqa: S608
_READ_ID: Final = f"SELECT {_CHECKPOINT} FROM checkpoints AS c WHERE c.thread = ? AND c.id = ?"  # noqa: S608
_READ_ENTRIES: Final = f"SELECT {_ENTRY} FROM entries WHERE thread = ? AND checkpoint = ? ORDER BY seq"  # noqa: S608
_READ_HISTORY: Final = f"""SELECT {_CHECKPOINT} FROM checkpoints AS c JOIN threads AS t ON t.thread = c.thread
WHERE t.thread_id = ?
AND (? IS NULL OR c.seq < (SELECT b.seq FROM checkpoints AS b WHERE b.thread = t.thread AND b.id = ?))
ORDER BY c.seq DESC LIMIT ?"""  # noqa: S608 - constants
_LIST: Final = f"""SELECT t.thread_id, c.entrypoint_name, c.created_at, c.input IS NOT NULL, e.kind, e.at, {_HOLDER}
FROM threads AS t JOIN checkpoints AS c ON c.thread = t.thread AND c.seq = t.head
LEFT JOIN entries AS e ON e.thread = t.thread AND e.checkpoint = t.head
AND e.seq = (SELECT max(l.seq) FROM entries AS l WHERE l.thread = t.thread AND l.checkpoint = t.head)
WHERE (? IS NULL OR t.thread_id > ?) AND (NOT ? OR (c.input IS NOT NULL AND e.kind IS NOT 'run.completed'))
ORDER BY t.thread_id LIMIT ?"""  # noqa: S608 - constants

_ADD_THREAD: Final = """INSERT INTO threads
(thread_id, head, holder_attempt_id, holder_host, holder_pid, holder_lease_until) VALUES (?, ?, ?, ?, ?, ?)"""
_SET_HEAD: Final = """UPDATE threads SET head = ?, holder_attempt_id = ?, holder_host = ?, holder_pid = ?,
holder_lease_until = ? WHERE thread = ?"""
_ADD_CHECKPOINT: Final = """INSERT INTO checkpoints (thread, seq, id, format, parent_id, source, created_at, run_id,
entrypoint_name, entrypoint_version, input, previous_id, value, saved, metadata)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_ADD_ENTRY: Final = f"""INSERT INTO entries (thread, checkpoint, {_ENTRY})
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""  # noqa: S608 - constants
_ADD_OUTCOME: Final = f"""INSERT INTO entries (thread, checkpoint, {_ENTRY})
SELECT t.thread, t.head, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
FROM threads AS t JOIN checkpoints AS c ON c.thread = t.thread AND c.seq = t.head
WHERE t.thread_id = ? AND c.id = ?
AND ? = (SELECT coalesce(max(e.seq) + 1, 0) FROM entries AS e WHERE e.thread = t.thread AND e.checkpoint = t.head)"""  # noqa: S608
_DELETE: Final = (
    "DELETE FROM entries WHERE thread = ?",
    "DELETE FROM checkpoints WHERE thread = ?",
    "DELETE FROM threads WHERE thread = ?",
)

_MOST_ROWS: Final = 2**63 - 1
_NOBODY: Final = rows.holder_to_row(None)

_Connection: TypeAlias = sqlite3.Connection


def _rows(limit: int | None) -> int:
    """Return a limit as SQLite takes one."""
    return _MOST_ROWS if limit is None else min(limit, _MOST_ROWS)


class _Write:
    """What a verb writes: `work` in a transaction, or a lone `statement` that needs none of its own."""

    __slots__ = ("count", "statement", "work")

    def __init__(self, work: Callable[[_Connection], None], *, statement: bool = False, count: int = 1) -> None:
        self.work = work
        self.statement = statement
        self.count = count


@refusing_in(serde=NO_SERDE)
class SqliteSaver(CheckpointSaver):
    """Keeps threads in a SQLite file, made when it is not there.

    Args:
        path: The file; its folder must exist. ``":memory:"`` keeps them in memory, until the saver is closed.
            A connection of `sqlite3` stands for its file, which is opened a second time.
        synchronous: ``FULL`` survives a power cut, ``NORMAL`` the end of the process, ``OFF`` only what goes well.
        busy_timeout: For how many seconds to wait while another process writes.

    Raises:
        SaverError: The file cannot be opened, or belongs to another application.
        FormatError: The file is of a newer layout (``format.newer``).

    Example:
        >>> from taskpoint import SqliteSaver
        >>> with SqliteSaver(tmp_path / "threads.db") as saver:
        ...     saver.head("nobody") is None
        True
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | sqlite3.Connection,
        *,
        synchronous: Literal["FULL", "NORMAL", "OFF"] = "FULL",
        busy_timeout: float = 5.0,
    ) -> None:
        check_options(synchronous, busy_timeout)
        self._joint: tuple[int, _Connection] | None = None
        """The thread that makes writes together now, and the connection whose transaction they are in."""
        self._group = Group(self._write_alone, self._write_together)
        self._database = Database(database_path(path), synchronous, busy_timeout, self._group.reset)
        self.synchronous: Final = synchronous

    @classmethod
    def from_conn_string(cls, conn_string: str | os.PathLike[str]) -> Self:
        """Return a saver for a file, as `SqliteSaver(path)` does: the spelling of programs that come from LangGraph.

        Example:
            >>> from taskpoint import SqliteSaver
            >>> with SqliteSaver.from_conn_string(str(tmp_path / "threads.db")) as saver:
            ...     saver.synchronous
            'FULL'
        """
        return cls(conn_string)

    @property
    def commits_on_loop(self) -> bool:
        """Whether a write takes less than a millisecond of late; where not, threads write, and runs share commits."""
        return self._database.pace < _SHORT

    @property
    def path(self) -> str:
        """The file, as an absolute path, or ``":memory:"``."""
        return self._database.path

    def together(self, writes: Sequence[Callable[[], None]]) -> Sequence[Exception | None]:
        """Make several writes in one transaction; see `CheckpointSaver.together`."""
        kind = type(self)
        if len(writes) == 1 or kind.begin is not SqliteSaver.begin or kind.append is not SqliteSaver.append:
            return super().together(writes)  # verbs of somebody else's may read, or do more once they have written

        def work(connection: _Connection) -> Sequence[Exception | None]:
            self._joint = threading.get_ident(), connection
            try:
                return [_conflict(write) for write in writes]
            finally:
                self._joint = None

        def transact(
            work: Callable[[_Connection], Sequence[Exception | None]],
        ) -> Sequence[Exception | None]:
            outcomes: list[Exception | None] = []

            def note(connection: _Connection) -> None:
                outcomes[:] = work(connection)

            self._group.submit(_Write(note, count=len(writes)))
            return outcomes

        return together(work, transact, lambda write: write(), writes)

    def _submit(self, write: _Write) -> None:
        joint = self._joint
        if joint is not None and joint[0] == threading.get_ident():
            write.work(joint[1])
        else:
            self._group.submit(write)

    def head(self, thread_id: str) -> Head | None:
        """Return the newest checkpoint of a thread, None where the thread has none."""
        _rules.check_id(thread_id)

        def read(connection: _Connection) -> rows.Row | None:
            row: rows.Row | None = connection.execute(_READ_HEAD, (thread_id,)).fetchone()
            return row

        found = self._database.read_statement(read)
        if found is None:
            return None
        holder, row = found[:4], found[4:]
        checkpoint = _checkpoint(thread_id, None if row[0] is None else row)
        return Head(checkpoint, _rules.live(_holder(thread_id, holder)))

    def load(self, thread_id: str, checkpoint_id: str | None = None) -> Loaded | None:
        """Return one checkpoint (the newest where no id is given) with its journal, None where there is none."""
        _rules.check_id(thread_id)
        if checkpoint_id is not None:
            _rules.check_id(checkpoint_id, "checkpoint id")

        def read(connection: _Connection) -> tuple[rows.Row, rows.Row | None, list[rows.Row]] | None:
            found = connection.execute(_FIND, (thread_id,)).fetchone()
            if found is None:
                return None
            by, where = (_READ_SEQ, found[1]) if checkpoint_id is None else (_READ_ID, checkpoint_id)
            row = connection.execute(by, (found[0], where)).fetchone()
            return found, row, connection.execute(_READ_ENTRIES, (found[0], row[0])).fetchall() if row else []

        thread, row, lines = self._database.read(read) or (None, None, [])
        if thread is None or (row is None and checkpoint_id is not None):
            return None
        checkpoint = _checkpoint(thread_id, row)
        is_head = checkpoint.seq == thread[1]
        holder = _rules.live(_holder(thread_id, thread[2:])) if is_head else None
        return Loaded(checkpoint, is_head, holder, _entries(checkpoint, lines))

    def begin(
        self,
        checkpoint: Checkpoint,
        expected_head: str | None,
        entries: Sequence[Entry] = (),
        holder: Holder | None = None,
        *,
        take_over: bool = False,
        leading: Sequence[Checkpoint] = (),
    ) -> None:
        """Make `checkpoint` the new head of its thread; see `CheckpointSaver.begin`."""
        _rules.check_begin(checkpoint, entries)
        lines = [rows.entry_to_row(entry) for entry in entries]
        line = [*leading, checkpoint]
        lined = [rows.checkpoint_to_row(each) for each in line]
        kept = None if _rules.releases(entries) else holder
        thread_id = checkpoint.thread_id

        def work(connection: _Connection) -> None:
            found = connection.execute(_FIND_END, (thread_id,)).fetchone()
            thread, head, head_id, _, *held = found or (None, -1, None, 0, *_NOBODY)
            current = _holder(thread_id, tuple(held))
            if head_id != expected_head:
                raise _rules.overtaken(thread_id, "the head is another checkpoint than expected", current)
            if not take_over:
                _rules.refuse_holder(thread_id, current, holder)
            _rules.check_line(line, thread_id, head + 1, lambda each: leading and _has(connection, thread, each))
            ends, is_new = (checkpoint.seq, *rows.holder_to_row(kept)), thread is None
            if thread is None:
                thread = int(connection.execute(_ADD_THREAD, (thread_id, *ends)).lastrowid or 0)
            for row in lined:
                _add_checkpoint(connection, thread, thread_id, row)
            _add_entries(connection, thread, checkpoint.seq, lines)
            if not is_new:
                connection.execute(_SET_HEAD, (*ends, thread))

        self._submit(_Write(work))

    def append(
        self,
        thread_id: str,
        checkpoint_id: str,
        expected_seq: int,
        entries: Sequence[Entry],
        closing: Checkpoint | None = None,
        holder: Holder | None = None,
        *,
        take_over: bool = False,
    ) -> None:
        """Append entries to the journal of the head; see `CheckpointSaver.append`."""
        _rules.check_id(thread_id)
        _rules.check_entries(thread_id, expected_seq, entries)
        lines = [rows.entry_to_row(entry) for entry in entries]
        releases = _rules.releases(entries)
        if len(lines) == 1 and holder is None and closing is None and not releases:
            parameters = (*lines[0], thread_id, checkpoint_id, expected_seq)
            self._submit(_Write(partial(_add_outcome, parameters), statement=True))
            return

        def work(connection: _Connection) -> None:
            thread, head, held = _check_end(connection, thread_id, checkpoint_id, expected_seq)
            if holder is not None and not take_over:
                _rules.refuse_holder(thread_id, _holder(thread_id, held), holder)
            if closing is not None:
                _rules.check_next(closing, thread_id, head + 1)
                _add_checkpoint(connection, thread, thread_id, rows.checkpoint_to_row(closing))
            _add_entries(connection, thread, head, lines)
            if closing is not None or releases or holder is not None:
                kept = held if holder is None and not releases else rows.holder_to_row(None if releases else holder)
                connection.execute(_SET_HEAD, (head + (closing is not None), *kept, thread))

        self._submit(_Write(work))

    def history(self, thread_id: str, before: str | None = None, limit: int | None = None) -> list[Checkpoint]:
        """Return a thread's checkpoints, newest first, those before the one with id `before`, at most `limit`."""
        _rules.check_id(thread_id)
        _rules.check_limit(limit)
        if before is not None:
            _rules.check_id(before, "checkpoint id")
        parameters = (thread_id, before, before, _rows(limit))
        found = self._database.read(lambda connection: connection.execute(_READ_HISTORY, parameters).fetchall())
        return [_checkpoint(thread_id, row) for row in found]

    def threads(
        self, *, unfinished: bool = False, after: str | None = None, limit: int | None = None
    ) -> list[ThreadSummary]:
        """Return how threads stand, in the order of their ids; see `CheckpointSaver.threads`."""
        _rules.check_page(after, limit)
        parameters = (after, after, unfinished, _rows(limit))
        found = self._database.read_statement(lambda connection: connection.execute(_LIST, parameters).fetchall())
        return [_summary(row) for row in found]

    def delete(self, thread_id: str) -> None:
        """Delete a thread and all that belongs to it; a thread that does not exist is no error."""
        _rules.check_id(thread_id)

        def work(connection: _Connection) -> None:
            found = connection.execute(_FIND, (thread_id,)).fetchone()
            for statement in _DELETE if found else ():
                connection.execute(statement, found[:1])

        self._submit(_Write(work))

    def close(self) -> None:
        """Close the file; a second time does nothing."""
        self._database.close()

    def _write_alone(self, write: _Write) -> None:
        if write.statement:
            self._database.write_statement(write.work)
        else:
            self._database.write(write.work, write.count)

    def _write_together(self, writes: Sequence[_Write]) -> Sequence[Exception | None]:
        """Do writes in one transaction; a conflict is found before anything is written, so it leaves nothing behind."""

        def work(connection: _Connection) -> Sequence[Exception | None]:
            return [_conflict(partial(write.work, connection)) for write in writes]

        count = sum(write.count for write in writes)
        return together(work, lambda work: self._database.write(work, count), self._write_alone, writes)


def _conflict(write: Callable[[], None]) -> Exception | None:
    """Do a write and return what keeps it from being done: found before anything is written, it leaves nothing."""
    try:
        write()
    except (ConcurrentRunError, FormatError) as error:
        return error
    return None


def _add_outcome(parameters: tuple[object, ...], connection: _Connection) -> None:
    """Add one entry: one statement that writes nothing unless the entry is the head's next one (`STO-010`)."""
    if connection.execute(_ADD_OUTCOME, parameters).rowcount != 1:
        thread_id, checkpoint_id, seq = parameters[-3:]
        _check_end(connection, str(thread_id), str(checkpoint_id), int(str(seq)))
        raise _rules.overtaken(str(thread_id), "another run was faster")


def _check_end(
    connection: _Connection, thread_id: str, checkpoint_id: str, expected_seq: int
) -> tuple[int, int, rows.Row]:
    """Return the thread, its head and who holds it, if the head's journal ends where it is thought to."""
    found = connection.execute(_FIND_END, (thread_id,)).fetchone()
    thread, head, head_id, end, *held = found or (0, 0, None, 0, *_NOBODY)
    is_head = head_id == checkpoint_id
    if is_head and end == expected_seq:
        return thread, head, tuple(held)
    holder = _holder(thread_id, tuple(held))
    raise _rules.misplaced(thread_id, checkpoint_id, expected_seq, holder, is_head=is_head)


def _has(connection: _Connection, thread: int | None, checkpoint_id: str) -> bool:
    """Say whether a thread has a checkpoint: asked before anything is written, so that nothing has to be undone."""
    return thread is not None and connection.execute(_READ_ID, (thread, checkpoint_id)).fetchone() is not None


def _add_checkpoint(connection: _Connection, thread: int, thread_id: str, row: rows.Row) -> None:
    try:
        connection.execute(_ADD_CHECKPOINT, (thread, *row))
    except sqlite3.IntegrityError:
        raise _rules.taken(thread_id, str(row[1])) from None


def _add_entries(connection: _Connection, thread: int, checkpoint: int, lines: Sequence[rows.Row]) -> None:
    if lines:
        connection.executemany(_ADD_ENTRY, [(thread, checkpoint, *line) for line in lines])


# The models are imported where a row is read: to build them takes longer than all else that `import taskpoint` does.


def _holder(thread_id: str, row: rows.Row) -> Holder | None:
    if row == _NOBODY:
        return None
    from taskpoint.models.rows import holder_from_row

    return holder_from_row(row, where=f"thread {thread_id!r}, its holder")


def _summary(row: rows.Row) -> ThreadSummary:
    thread_id, entrypoint, begun_at, is_run, kind, at, *held = row
    holder = None
    with suppress(FormatError):  # STO-038: who reads the thread is told what is wrong, and not who lists all others
        holder = _rules.live(_holder(thread_id, tuple(held)))
    ends = None if kind is None else (kind, at)
    return summary(thread_id, entrypoint, ends, begun_at, is_run=bool(is_run), is_held=holder is not None)


def _checkpoint(thread_id: str, row: rows.Row | None) -> Checkpoint:
    from taskpoint.models.rows import checkpoint_from_row

    if row is None:
        raise FormatError(f"thread {thread_id!r} has no checkpoint where its head should be")
    return checkpoint_from_row(thread_id, row, where=f"thread {thread_id!r}, checkpoint {row[0]!r}")


def _entries(checkpoint: Checkpoint, lines: Sequence[rows.Row]) -> list[Entry]:
    from taskpoint.models.rows import entries_from_rows

    return entries_from_rows(lines, where=f"thread {checkpoint.thread_id!r}, checkpoint {checkpoint.seq}")
