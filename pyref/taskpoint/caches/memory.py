"""A cache in memory, gone with its process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from taskpoint._refusing import NO_SERDE, refusing_in
from taskpoint.caches.base import BaseCache, FullKey, check_entry, check_full_key, check_namespaces
from taskpoint.errors import StoreError
from taskpoint.stores._clock import system_time
from taskpoint.stores._engine import is_live
from taskpoint.stores._expiry import Expiry

__all__ = ("InMemoryCache",)


@refusing_in(serde=NO_SERDE)
class InMemoryCache(BaseCache):
    """Keeps texts in this process's memory.

    Args:
        clock: The time in seconds since 1970, for tests.

    Example:
        >>> from taskpoint import InMemoryCache
        >>> cache = InMemoryCache()
        >>> cache.set((("fetch",), "k1"), "[1,2]", ttl=60)
        >>> cache.get((("fetch",), "k1"))
        '[1,2]'
    """

    def __init__(self, *, clock: Callable[[], float] = system_time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: dict[FullKey, tuple[str, float | None]] | None = {}
        self._expiry = Expiry()

    def get(self, key: FullKey) -> str | None:
        """Return the text under a key, None where there is none or it has expired."""
        key = check_full_key(key)
        with self._lock:
            found = self._open().get(key)
            return found[0] if found is not None and is_live(found[1], self._clock()) else None

    def set(self, key: FullKey, text: str, ttl: float | None = None) -> None:
        """Put a text under a key, in place of what is there."""
        key = check_entry(key, text, ttl)
        with self._lock:
            entries = self._open()
            now = self._clock()
            for each in self._expiry.expired(now, lambda place: entries.get(place, (None, None))[1]):
                del entries[each]
            entries[key] = (text, None if ttl is None else now + ttl)
            if ttl is not None:
                self._expiry.watch(key, now + ttl)

    def clear(self, namespaces: Sequence[tuple[str, ...]] | None = None) -> None:
        """Forget what stands in these namespaces, not below them; everything where None is given."""
        chosen = check_namespaces(namespaces)
        with self._lock:
            entries = self._open()
            for key in [key for key in entries if chosen is None or key[0] in chosen]:
                del entries[key]

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries = None

    async def aget(self, key: FullKey) -> str | None:
        """Do as `get` does; it is over at once."""
        return self.get(key)

    async def aset(self, key: FullKey, text: str, ttl: float | None = None) -> None:
        """Do as `set` does; it is over at once."""
        self.set(key, text, ttl)

    def _open(self) -> dict[FullKey, tuple[str, float | None]]:
        if self._entries is None:
            raise StoreError("the cache is closed", code="store.closed", committed=False, hint="open a new one")
        return self._entries
