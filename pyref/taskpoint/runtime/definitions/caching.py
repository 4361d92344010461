"""Results that may come from a cache: under which key they stand there, and what is believed of what comes back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from taskpoint import codec
from taskpoint._numbers import is_number, seconds_in
from taskpoint._refusing import refusing_in
from taskpoint.errors import TaskpointError, UsageError, ValueEncodingError

if TYPE_CHECKING:
    from taskpoint.caches.base import BaseCache, FullKey
    from taskpoint.runtime.values.forms import Form

__all__ = ("CachePolicy", "CachedResult", "namespace_of", "read_cache_policy")

_LOGGER = logging.getLogger("taskpoint")


@refusing_in()
@dataclass(frozen=True, slots=True)
class CachePolicy:
    """Which results of a task, or of an entrypoint, are equal, and for how long they are kept in the run's cache.

    Only results are kept, never errors or interrupts (`POL-042`).

    Attributes:
        key_func: Makes the key from the arguments; without it the key is the digest of the input, and a call with an
            argument that has no encoding is not kept.
        ttl: For how many seconds, or as a `timedelta`; None for ever.

    Example:
        >>> from taskpoint import CachePolicy, InMemoryCache, entrypoint, task
        >>> made = []
        >>> @task(cache_policy=CachePolicy(ttl=60))
        ... def load(n: int) -> int:
        ...     made.append(n)
        ...     return 2 * n
        >>> @entrypoint(cache=InMemoryCache())
        ... def main(n: int) -> int:
        ...     return load(n).result()
        >>> main.invoke(4), main.invoke(4), made
        (8, 8, [4])
    """

    key_func: Callable[..., str | bytes] | None = None
    ttl: float | timedelta | None = None

    def __post_init__(self) -> None:
        if self.key_func is not None and not callable(self.key_func):
            raise UsageError("key_func is no function", hint="write key_func=lambda url, **options: url")
        seconds: object = seconds_in(self.ttl)
        if seconds is not None and (not is_number(seconds) or seconds == 0):
            raise UsageError("ttl is not a number above 0", hint="ttl counts seconds; None keeps a result for ever")

    @property
    def seconds(self) -> float | None:
        """How long a result is kept."""
        return self.ttl.total_seconds() if isinstance(self.ttl, timedelta) else self.ttl

    def document(self) -> dict[str, object]:
        """Return the policy as definitions have it."""
        return {"key": "input" if self.key_func is None else "custom", "ttl": self.seconds}

    def key(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], digest: str | None) -> str | None:
        """Return the key of a call, None where the result is not to be kept (`POL-041`)."""
        if self.key_func is not None:
            own = self._own_key(args, kwargs)
            if not isinstance(own, str | bytes):
                raise UsageError("key_func returned neither a string nor bytes", hint="return a stable string")
            return codec.digest_arguments([own])
        try:
            codec.encode([list(args), dict(kwargs)])
        except ValueEncodingError:  # its digest does not tell it from another
            return None
        return digest

    def _own_key(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> object:
        assert self.key_func is not None
        try:
            return self.key_func(*args, **kwargs)
        except Exception as error:
            raise UsageError(
                f"key_func failed with {type(error).__name__}", hint="the cause is in __cause__"
            ) from error


def read_cache_policy(given: object) -> CachePolicy | None:
    """Read `cache_policy=`.

    Raises:
        UsageError: It is no policy.
    """
    if given is None or isinstance(given, CachePolicy):
        return given
    raise UsageError("cache_policy= is no CachePolicy", hint="write cache_policy=CachePolicy(ttl=60)")


def namespace_of(kind: str, name: str, version: str | None) -> tuple[str, ...]:
    """Return where the results of a definition stand in a cache (`POL-041`)."""
    return (kind, codec.digest_arguments([name, version]))


class CachedResult:
    """The place of one call's result in a cache. What goes wrong with the cache costs time, never a result.

    A cache is anybody's code, so it may fail with anything.
    """

    __slots__ = ("_cache", "_form", "_key", "_ttl")

    def __init__(self, cache: BaseCache, key: FullKey, policy: CachePolicy, form: Form) -> None:
        self._cache = cache
        self._key = key
        self._ttl = policy.seconds
        self._form = form

    def get(self) -> str | None:
        """Return the text that is kept, if it is one that fits (`POL-044`)."""
        try:
            text = self._cache.get(self._key)
            if type(text) is not str:  # nothing; or bytes, which would stand in the journal
                return None
            self._form.read(text, self._form.version, "a cached result")
        except Exception as error:  # noqa: BLE001
            _LOGGER.warning("a cached result could not be used: %s", _said_by(error))
            return None
        return text

    def set(self, text: str) -> None:
        """Keep a text."""
        try:
            self._cache.set(self._key, text, self._ttl)
        except Exception as error:  # noqa: BLE001
            _LOGGER.warning("a result could not be cached: %s", _said_by(error))


def _said_by(error: Exception) -> str:
    return error.code if isinstance(error, TaskpointError) else type(error).__name__
