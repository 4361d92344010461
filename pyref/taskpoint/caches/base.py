"""What a cache is: texts under a namespace and a key, which may go at any time."""

from __future__ import annotations

import asyncio
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypeAlias

from taskpoint._closing import Closing
from taskpoint.errors import UsageError
from taskpoint.stores import _rules

__all__ = ("BaseCache", "FullKey", "check_entry", "check_full_key", "check_namespaces")

FullKey: TypeAlias = tuple[tuple[str, ...], str]
"""A namespace and a key in it."""


class BaseCache(Closing, ABC):
    """Keeps encoded values for tasks with a cache policy: implement these three verbs to bring your own storage.

    A cache knows nothing of tasks, and decodes nothing. Each verb is one step and safe to call from several threads.
    What it forgets costs time, never a result (`CCH-001`).
    """

    @abstractmethod
    def get(self, key: FullKey) -> str | None:
        """Return the text under a key, None where there is none or it has expired."""

    @abstractmethod
    def set(self, key: FullKey, text: str, ttl: float | None = None) -> None:
        """Put a text under a key, in place of what is there.

        Args:
            key: A namespace and a key.
            text: The encoding of a value.
            ttl: For how many **seconds**, as cache policies count; None: for ever.
        """

    @abstractmethod
    def clear(self, namespaces: Sequence[tuple[str, ...]] | None = None) -> None:
        """Forget what stands in these namespaces, not below them; everything where None is given."""

    async def aget(self, key: FullKey) -> str | None:
        """Do as `get` does, beside the event loop."""
        return await asyncio.to_thread(self.get, key)

    async def aset(self, key: FullKey, text: str, ttl: float | None = None) -> None:
        """Do as `set` does, beside the event loop."""
        await asyncio.to_thread(self.set, key, text, ttl)

    async def aclear(self, namespaces: Sequence[tuple[str, ...]] | None = None) -> None:
        """Do as `clear` does, beside the event loop."""
        await asyncio.to_thread(self.clear, namespaces)


def check_full_key(key: FullKey) -> FullKey:
    """Return a key that is one (`CCH-002`)."""
    if type(key) is not tuple or len(key) != 2:
        raise UsageError("a cache key is not a pair of a namespace and a key", code="usage.id_invalid")
    _rules.check_key(key[1])
    return _rules.check_namespace(key[0]), key[1]


def check_entry(key: FullKey, text: str, ttl: float | None) -> FullKey:
    """Return the key of what is to be kept, if it can be."""
    if type(text) is not str:
        raise UsageError("a cache keeps texts", hint="encode the value: codec.encode(value)")
    _rules.check_ttl("ttl", ttl, sys.float_info.max)
    return check_full_key(key)


def check_namespaces(namespaces: Sequence[tuple[str, ...]] | None) -> list[tuple[str, ...]] | None:
    """Return namespaces that are some."""
    if namespaces is None:
        return None
    if type(namespaces) not in (list, tuple):
        raise UsageError("namespaces= is no list of namespaces", hint='write cache.clear([("a", "b")])')
    return [_rules.check_namespace(each) for each in namespaces]
