"""What is asked of a store, and what it answers.

Each operation checks itself when it is made, so that a store only ever meets good ones (`MEM-003`, `MEM-004`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Final, Literal, TypeAlias, cast

from taskpoint.stores import _rules
from taskpoint.stores._filters import Condition, compile_filter

__all__ = (
    "ANY_SEGMENT",
    "AnySegment",
    "GetOp",
    "Item",
    "ListNamespacesOp",
    "MatchCondition",
    "Namespace",
    "Op",
    "PutOp",
    "Result",
    "SearchItem",
    "SearchOp",
)

Namespace: TypeAlias = tuple[str, ...]


class AnySegment(Enum):
    """The type of `ANY_SEGMENT`."""

    ANY = "any segment"


ANY_SEGMENT: Final = AnySegment.ANY
"""Fits any one segment of a `prefix` or `suffix`; no text does: ``"*"`` is a segment (`MEM-005`)."""


_Value = dict[str, Any]
"""As it is read from an annotation in a class whose `dict` is a method."""


@dataclass(kw_only=True)
class Item:
    """What a store keeps under a namespace and a key.

    Attributes:
        value: A map, decoded anew for each reader.
        key: Names it in its namespace.
        namespace: Its segments, from the outermost on.
        created_at: When the key was first put, in UTC.
        updated_at: When it was last put, in UTC.
    """

    value: _Value
    key: str
    namespace: Namespace
    created_at: datetime
    updated_at: datetime

    def dict(self) -> dict[str, Any]:
        """Return the item as plain data, times as ISO texts."""
        return {
            "value": self.value,
            "key": self.key,
            "namespace": list(self.namespace),
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
        }


@dataclass(kw_only=True)
class SearchItem(Item):
    """An item that a search found.

    Attributes:
        score: None: a search by meaning is not offered, so nothing is ranked.
    """

    score: float | None = None


@dataclass(frozen=True, slots=True)
class GetOp:
    """Read one item; the result is an `Item` or None."""

    namespace: Namespace
    key: str
    refresh_ttl: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "namespace", _rules.check_namespace(self.namespace))
        _rules.check_key(self.key)


@dataclass(frozen=True, slots=True)
class SearchOp:
    """Find items at or below a namespace, the one put last first; the result is a list of `SearchItem`."""

    namespace_prefix: Namespace
    filter: Mapping[str, Any] | None = None
    limit: int = 10
    offset: int = 0
    query: str | None = None
    refresh_ttl: bool = True
    fits: Condition | None = field(init=False, default=None, repr=False, compare=False)
    """The filter, checked and made ready."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "namespace_prefix", _rules.check_namespace(self.namespace_prefix, empty=True))
        _rules.check_count("limit", self.limit)
        _rules.check_count("offset", self.offset)
        _rules.refuse_query(self.query)
        if self.filter is not None:
            object.__setattr__(self, "fits", compile_filter(self.filter))


@dataclass(frozen=True, slots=True)
class PutOp:
    """Put a value under a key, or delete what is there where `value` is None; the result is None.

    Attributes:
        ttl: For how many minutes; None: for ever.
        text: The encoding of the value when the operation was made: what a store keeps.
    """

    namespace: Namespace
    key: str
    value: dict[str, Any] | None
    index: Literal[False] | None = None
    ttl: float | None = None
    text: str = field(init=False, default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "namespace", _rules.check_namespace(self.namespace))
        _rules.check_key(self.key)
        _rules.check_ttl("ttl", self.ttl)
        _rules.refuse_index(self.index)
        if self.value is not None:
            object.__setattr__(self, "text", _rules.encode_value(self.value))


@dataclass(frozen=True, slots=True)
class MatchCondition:
    """What a namespace has to begin or end with, compared segment by segment."""

    match_type: Literal["prefix", "suffix"]
    path: tuple[str | AnySegment, ...]

    def __post_init__(self) -> None:
        _rules.check_choice("match_type", self.match_type, ("prefix", "suffix"))
        path: Any = self.path
        if isinstance(path, list | tuple):
            segments = tuple(cast("Sequence[Any]", path))
            _rules.check_namespace(tuple("any" if each is ANY_SEGMENT else each for each in segments), empty=True)
            object.__setattr__(self, "path", segments)
        else:
            _rules.check_namespace(path)

    def fits(self, namespace: Namespace) -> bool:
        """Say whether a namespace begins or ends as this says."""
        count = len(self.path)
        if len(namespace) < count:
            return False
        part = namespace[:count] if self.match_type == "prefix" else namespace[len(namespace) - count :]
        return all(wanted is ANY_SEGMENT or wanted == each for wanted, each in zip(self.path, part, strict=True))


@dataclass(frozen=True, slots=True)
class ListNamespacesOp:
    """List the namespaces that hold items, in order; the result is a list of tuples."""

    match_conditions: Sequence[MatchCondition] | None = None
    max_depth: int | None = None
    limit: int = 100
    offset: int = 0

    def __post_init__(self) -> None:
        if self.max_depth is not None:
            _rules.check_count("max_depth", self.max_depth, least=1)
        _rules.check_count("limit", self.limit)
        _rules.check_count("offset", self.offset)


Op: TypeAlias = GetOp | SearchOp | PutOp | ListNamespacesOp
Result: TypeAlias = Item | list[SearchItem] | list[Namespace] | None
