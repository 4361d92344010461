"""Stores: long-term memory across threads."""

from taskpoint.stores.base import BaseStore, TTLConfig
from taskpoint.stores.memory import InMemoryStore
from taskpoint.stores.ops import (
    ANY_SEGMENT,
    AnySegment,
    GetOp,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
)
from taskpoint.stores.sqlite import SqliteStore

__all__ = (
    "ANY_SEGMENT",
    "AnySegment",
    "BaseStore",
    "GetOp",
    "InMemoryStore",
    "Item",
    "ListNamespacesOp",
    "MatchCondition",
    "Op",
    "PutOp",
    "Result",
    "SearchItem",
    "SearchOp",
    "SqliteStore",
    "TTLConfig",
)
