"""What a store is: long-term memory across threads, reached by namespace and key."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Final, Literal, TypedDict, cast

from taskpoint._closing import Closing
from taskpoint.errors import UsageError
from taskpoint.stores import _rules
from taskpoint.stores.ops import (
    AnySegment,
    GetOp,
    Item,
    ListNamespacesOp,
    MatchCondition,
    Namespace,
    Op,
    PutOp,
    Result,
    SearchItem,
    SearchOp,
)

__all__ = ("BaseStore", "TTLConfig")


class TTLConfig(TypedDict, total=False):
    """How a store treats times to live: `default_ttl` in minutes, and `refresh_on_read`, which is true if left out."""

    default_ttl: float | None
    refresh_on_read: bool


class _Default(Enum):
    TTL = "the store's default"


_DEFAULT: Final = _Default.TTL
_Path = Sequence[str | AnySegment]


def check_ttl_config(config: TTLConfig | None) -> TTLConfig | None:
    """Refuse a configuration that does not exist."""
    if config is None:
        return None
    unknown = sorted(config.keys() - {"default_ttl", "refresh_on_read"})
    if unknown:
        raise UsageError(
            f"ttl= has an unknown member {unknown[0]!r}",
            code="usage.option_unknown",
            hint="it takes default_ttl and refresh_on_read; what has expired is removed whenever something is put",
        )
    _rules.check_ttl("default_ttl", config.get("default_ttl"))
    return config


class BaseStore(Closing, ABC):
    """Long-term memory: implement `batch` to bring your own storage.

    A batch takes effect as a whole or not at all, its operations in their order (`MEM-006`), and is safe to call from
    several threads. Operations have checked themselves. A store keeps `PutOp.text`, decodes it anew for each reader,
    and takes an item that has expired for one that is not there (`MEM-030`).

    A store works on the world: what is done to it in a task is done once that task's outcome is recorded, and what is
    done in the body of an entrypoint is done again whenever the body is run again (`MEM-040`).
    """

    ttl_config: TTLConfig | None = None
    """Whether reading renews a time to live, and what holds where `put` is given none."""

    @abstractmethod
    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do all operations in one step, and return their results in order."""

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Do as `batch` does, beside the event loop."""
        return await asyncio.to_thread(self.batch, list(ops))

    def get(self, namespace: Namespace, key: str, *, refresh_ttl: bool | None = None) -> Item | None:
        """Return the item under a key, None where there is none.

        Args:
            namespace: Its segments.
            key: Its key.
            refresh_ttl: Whether a time to live begins anew; as `ttl_config` says if left out.
        """
        return cast("Item | None", self.batch([GetOp(namespace, key, self._refresh(refresh_ttl))])[0])

    async def aget(self, namespace: Namespace, key: str, *, refresh_ttl: bool | None = None) -> Item | None:
        """Do as `get` does."""
        return cast("Item | None", (await self.abatch([GetOp(namespace, key, self._refresh(refresh_ttl))]))[0])

    def search(
        self,
        namespace_prefix: Namespace,
        /,
        *,
        query: None = None,
        filter: Mapping[str, Any] | None = None,
        limit: int = 10,
        offset: int = 0,
        refresh_ttl: bool | None = None,
    ) -> list[SearchItem]:
        """Return items at or below a namespace, the one put last first.

        Args:
            namespace_prefix: What their namespaces begin with, segment by segment; an empty one takes all.
            query: Not offered.
            filter: What their values are like: ``{"status": "open", "score": {"$gte": 4}}``. The operators are ``$eq
                $ne $gt $gte $lt $lte``; a map without operators describes members further inside.
            limit: At most so many.
            offset: After leaving out so many.
            refresh_ttl: Whether a time to live begins anew for what is returned.
        """
        op = SearchOp(namespace_prefix, filter, limit, offset, query, self._refresh(refresh_ttl))
        return cast("list[SearchItem]", self.batch([op])[0])

    async def asearch(
        self,
        namespace_prefix: Namespace,
        /,
        *,
        query: None = None,
        filter: Mapping[str, Any] | None = None,
        limit: int = 10,
        offset: int = 0,
        refresh_ttl: bool | None = None,
    ) -> list[SearchItem]:
        """Do as `search` does."""
        op = SearchOp(namespace_prefix, filter, limit, offset, query, self._refresh(refresh_ttl))
        return cast("list[SearchItem]", (await self.abatch([op]))[0])

    def put(
        self,
        namespace: Namespace,
        key: str,
        value: dict[str, Any],
        index: Literal[False] | None = None,
        *,
        ttl: float | Literal[_Default.TTL] | None = _DEFAULT,
    ) -> None:
        """Put a value under a key, in place of what is there.

        Args:
            namespace: Its segments.
            key: Its key.
            value: A dict of whatever can be recorded. A later change of it changes nothing that is kept.
            index: Not offered; None and False ask for nothing.
            ttl: For how many **minutes**; None: for ever; as `ttl_config` says if left out.

        Raises:
            UsageError: A segment or the key is no id, or the value is no dict.
            ValueEncodingError: Something in the value has no encoding; the error says where.
        """
        self.batch([self._put(namespace, key, value, index, ttl)])

    async def aput(
        self,
        namespace: Namespace,
        key: str,
        value: dict[str, Any],
        index: Literal[False] | None = None,
        *,
        ttl: float | Literal[_Default.TTL] | None = _DEFAULT,
    ) -> None:
        """Do as `put` does."""
        await self.abatch([self._put(namespace, key, value, index, ttl)])

    def delete(self, namespace: Namespace, key: str) -> None:
        """Delete the item under a key; one that is not there is no error."""
        self.batch([PutOp(namespace, key, None)])

    async def adelete(self, namespace: Namespace, key: str) -> None:
        """Do as `delete` does."""
        await self.abatch([PutOp(namespace, key, None)])

    def list_namespaces(
        self,
        *,
        prefix: _Path | None = None,
        suffix: _Path | None = None,
        max_depth: int | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Namespace]:
        """Return the namespaces that hold items, in the order of their segments.

        Args:
            prefix: What they begin with; `ANY_SEGMENT` stands for any one segment, and no text does.
            suffix: What they end with.
            max_depth: Cut them after so many segments, and show what is then the same once.
            limit: At most so many.
            offset: After leaving out so many.
        """
        op = ListNamespacesOp(_conditions(prefix, suffix), max_depth, limit, offset)
        return cast("list[Namespace]", self.batch([op])[0])

    async def alist_namespaces(
        self,
        *,
        prefix: _Path | None = None,
        suffix: _Path | None = None,
        max_depth: int | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[Namespace]:
        """Do as `list_namespaces` does."""
        op = ListNamespacesOp(_conditions(prefix, suffix), max_depth, limit, offset)
        return cast("list[Namespace]", (await self.abatch([op]))[0])

    def _refresh(self, wanted: bool | None, /) -> bool:  # noqa: FBT001 - handed on
        return (self.ttl_config or {}).get("refresh_on_read", True) if wanted is None else wanted

    def _put(self, namespace: Namespace, key: str, value: object, index: Any, ttl: Any) -> PutOp:
        _rules.check_value(value)  # None deletes in a batch, and is refused here
        if ttl is _DEFAULT:
            ttl = (self.ttl_config or {}).get("default_ttl")
        return PutOp(namespace, key, cast("dict[str, Any]", value), index, ttl)


def _conditions(prefix: _Path | None, suffix: _Path | None) -> list[MatchCondition]:
    conditions: list[MatchCondition] = []
    if prefix is not None:
        conditions.append(MatchCondition("prefix", cast("tuple[str | AnySegment, ...]", prefix)))
    if suffix is not None:
        conditions.append(MatchCondition("suffix", cast("tuple[str | AnySegment, ...]", suffix)))
    return conditions
