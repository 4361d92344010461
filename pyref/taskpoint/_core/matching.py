"""Matching a call to what the journal recorded (`RPL-004`): per name, by position and digest, in one scope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from taskpoint._core.paths import interrupt_id, key_path, numbered, segment

__all__ = ("INTERRUPT", "Divergence", "Matcher", "Record")

INTERRUPT = "!"
"""The name under which interrupts are matched (`INT-004`); no task can have it unescaped."""


@dataclass(slots=True)
class Record:
    """A recorded call or interrupt of a scope."""

    path: str
    index: int | None
    digest: str | None
    alone: bool
    void: bool = False
    """A failure that is to run again: claiming it runs the call under its path (`RPL-043`)."""
    stays: bool = False
    """Only the call at its own position gets it, and none by its input: a cancellation (`RPL-048`)."""
    claimed: bool = False


class Divergence(Exception):
    """The call at a path does not fit its record."""

    def __init__(self, record: Record, attempted_digest: str | None) -> None:
        super().__init__(record.path)
        self.record = record
        self.attempted_digest = attempted_digest


def _fits(record: Record, digest: str | None) -> bool:
    return record.digest == digest or record.digest is None or digest is None


class Matcher:
    """Finds for each call of a scope its record, or the path of a new call."""

    __slots__ = ("_by_digest", "_by_name", "_counts", "_free", "_keyed", "_scope", "_used_keys")

    def __init__(self, scope: str, records: Iterable[Record] = ()) -> None:
        self._scope = scope
        self._counts: dict[str, int] = {}
        self._free: dict[str, int] = {}
        self._by_name: dict[str, dict[int, Record]] = {}
        self._by_digest: dict[str, dict[str, list[Record]]] = {}
        self._keyed: dict[str, Record] = {}
        self._used_keys: set[str] = set()
        for record in records:
            if record.index is None:
                self._keyed[record.path] = record
            else:
                name = INTERRUPT if record.path.endswith(f"!{record.index}") else segment(record.path)[0]
                self._by_name.setdefault(name, {})[record.index] = record

    def key(self, name: str, key: str, digest: str | None) -> tuple[str, Record | None, bool]:
        """Match a call with a key; the last member tells that the key was used before in the scope (`IDN-011`)."""
        path = key_path(self._scope, name, key)
        if path in self._used_keys:
            return path, None, True
        self._used_keys.add(path)
        record = self._keyed.get(path)
        if record is None:
            return path, None, False
        if not record.void and not _fits(record, digest):
            raise Divergence(record, digest)
        record.claimed = True
        return path, record, False

    def call(self, encoded: str, digest: str | None) -> tuple[str, Record | None]:
        """Match a call without a key; `encoded` is the name as it stands in paths (`RPL-004`).

        Raises:
            Divergence: The record at the call's position was alone and has another input.
        """
        position = self._counts.get(encoded, 0)
        self._counts[encoded] = position + 1
        records = self._by_name.get(encoded)
        if records is None:  # nothing of the name is recorded
            return self._path(encoded, position), None
        here = records.get(position)
        if here and not here.claimed and _fits(here, digest):
            return self._claim(here)
        if digest is not None:
            moved = self._moved(encoded, records, digest)
            if moved:
                return self._claim(moved)
        if here and not here.claimed and here.void:
            return self._claim(here)
        if here and not here.claimed and here.alone:
            self._counts[encoded] = position
            raise Divergence(here, digest)
        return self._new(encoded, records), None

    def claim_anyway(self, divergence: Divergence, encoded: str) -> tuple[str, Record]:
        """Take the record in spite of the divergence, as `on_divergence` other than ``error`` wants it (`RPL-023`)."""
        if divergence.record.index is not None:
            self._counts[encoded] = self._counts.get(encoded, 0) + 1
        path, record = self._claim(divergence.record)
        return path, record

    def orphans(self) -> list[str]:
        """Return the paths of records that no call claimed (`RPL-030`)."""
        return [record.path for record in self._unclaimed()]

    def has_unclaimed(self) -> bool:
        """Tell whether there are records that no call claimed so far."""
        return next(self._unclaimed(), None) is not None

    def _unclaimed(self) -> Iterator[Record]:
        positional = (record for records in self._by_name.values() for record in records.values())
        return (record for record in chain(positional, self._keyed.values()) if not record.claimed and not record.void)

    def _moved(self, encoded: str, records: dict[int, Record], digest: str) -> Record | None:
        """Return the unclaimed record with this input that has the lowest index."""
        by_digest = self._by_digest.get(encoded)
        if by_digest is None:
            by_digest = self._by_digest[encoded] = {}
            for index in sorted(records, reverse=True):
                known = records[index].digest
                if known is not None and not records[index].stays:
                    by_digest.setdefault(known, []).append(records[index])
        same = by_digest.get(digest)
        while same and same[-1].claimed:
            same.pop()
        return same[-1] if same else None

    @staticmethod
    def _claim(record: Record) -> tuple[str, Record]:
        record.claimed = True
        return record.path, record

    def _new(self, encoded: str, records: dict[int, Record]) -> str:
        index = self._free.get(encoded, 0)
        while index in records:
            index += 1
        self._free[encoded] = index + 1
        return self._path(encoded, index)

    def _path(self, encoded: str, index: int) -> str:
        return interrupt_id(self._scope, index) if encoded == INTERRUPT else numbered(self._scope, encoded, index)
