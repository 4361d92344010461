"""The options of tasks and entrypoints, read once: a row in a table for each (`TSK-009`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, cast

from taskpoint.errors import LEFT_OVER, UsageError
from taskpoint.runtime.definitions.caching import CachePolicy, read_cache_policy
from taskpoint.runtime.definitions.config import check_id
from taskpoint.runtime.definitions.normalising import check_name, is_label
from taskpoint.runtime.definitions.policies import Policies, RetryPolicy, TimeoutPolicy, read_retry, read_timeout
from taskpoint.runtime.values.forms import Migration
from taskpoint.savers.base import CheckpointSaver
from taskpoint.watching.base import Watcher, read_watchers

if TYPE_CHECKING:
    from taskpoint.caches.base import BaseCache
    from taskpoint.stores.base import BaseStore

__all__ = (
    "CallKeywords",
    "EntrypointKeywords",
    "EntrypointOptions",
    "TaskKeywords",
    "TaskOptions",
    "read_call_options",
    "read_entrypoint_options",
    "read_task_options",
)

_ON_DIVERGENCE = ("error", "replay", "warn")

Retry = RetryPolicy | list[RetryPolicy] | tuple[RetryPolicy, ...] | None
Timeout = float | timedelta | TimeoutPolicy | None


class TaskKeywords(TypedDict, total=False):
    """The options of a task, as they are written."""

    raises: tuple[type[Exception], ...] | list[type[Exception]]
    retry_policy: Retry
    timeout: Timeout
    cache_policy: CachePolicy | None
    version: str | None
    migrate: Migration | None


class CallKeywords(TypedDict, total=False):
    """The options of the calls made through `TaskFunction.with_options`, as they are written."""

    key: str | None
    name: str
    retry_policy: Retry
    timeout: Timeout
    cache_policy: CachePolicy | None


class EntrypointKeywords(TypedDict, total=False):
    """The options of an entrypoint, as they are written."""

    checkpointer: CheckpointSaver | str | Path | None
    version: str | None
    on_divergence: Literal["error", "replay", "warn"]
    store: BaseStore | str | Path | None
    cache: BaseCache | str | Path | None
    migrate: Migration | None
    context_schema: Any
    watch: Watcher | Sequence[Watcher] | None
    retry_policy: Retry
    timeout: Timeout
    cache_policy: CachePolicy | None


@dataclass(frozen=True, slots=True)
class TaskOptions:
    """The options of a task, read."""

    raises: tuple[type[Exception], ...] = ()
    retry_policy: tuple[RetryPolicy, ...] = ()
    timeout: TimeoutPolicy | None = None
    cache_policy: CachePolicy | None = None
    version: str | None = None
    migrate: Migration | None = None

    @property
    def policies(self) -> Policies | None:
        """What holds for each call; None for most tasks."""
        if self.retry_policy or self.timeout is not None or self.cache_policy is not None:
            return Policies(self.retry_policy, self.timeout, self.cache_policy)
        return None

    def changed(self, options: Mapping[str, Any]) -> TaskOptions:
        """Return these options with those that were given for a call; its key and name are not among them."""
        given = {name: each for name, each in options.items() if name not in ("key", "name")}
        return replace(self, **given) if given else self

    def document(self) -> dict[str, object]:
        """Return the members of the task's definition (`TSK-001`)."""
        document: dict[str, object] = {"raises": [cls.__name__ for cls in self.raises]}
        if self.version is not None:
            document["version"] = self.version
        return {**document, **_policies(self.retry_policy, self.timeout, self.cache_policy)}


@dataclass(frozen=True, slots=True)
class EntrypointOptions:
    """The options of an entrypoint, read."""

    checkpointer: CheckpointSaver | None = None
    version: str | None = None
    on_divergence: str = "error"
    store: BaseStore | None = None
    cache: BaseCache | None = None
    migrate: Migration | None = None
    context_schema: Any = None
    watch: tuple[Watcher, ...] = ()
    retry_policy: tuple[RetryPolicy, ...] = ()
    timeout: TimeoutPolicy | None = None
    cache_policy: CachePolicy | None = None

    @property
    def policies(self) -> Policies | None:
        """What holds for each run; None for most entrypoints."""
        if self.retry_policy or self.timeout is not None or self.cache_policy is not None:
            return Policies(self.retry_policy, self.timeout, self.cache_policy)
        return None

    def changed(self, options: Mapping[str, object]) -> EntrypointOptions:
        """Return these options with others in place of some.

        Raises:
            UsageError: An option is unknown or invalid.
        """
        return replace(self, **_read("with_options()", _ENTRYPOINT, options))

    def document(self) -> dict[str, object]:
        """Return the members of the entrypoint's definition (`TSK-001`)."""
        own: dict[str, object] = {"version": self.version, "on_divergence": self.on_divergence}
        return own | _policies(self.retry_policy, self.timeout, self.cache_policy)


def _policies(
    retry: tuple[RetryPolicy, ...], timeout: TimeoutPolicy | None, cache: CachePolicy | None
) -> dict[str, object]:
    """Return the members that a definition has for its policies; none for those that it has not (`POL-001`)."""
    members: dict[str, object] = {}
    if retry:
        members["retry"] = [policy.document() for policy in retry]
    if timeout is not None:
        members["timeout"] = timeout.document()
    if cache is not None:
        members["cache"] = cache.document()
    return members


def _raises(given: object) -> tuple[type[Exception], ...]:
    listed = cast("Sequence[object]", given) if isinstance(given, list | tuple) else (given,)
    classes = tuple(cls for cls in listed if isinstance(cls, type) and issubclass(cls, Exception))
    if len(classes) != len(listed):
        raise UsageError("raises= is not a list of exception classes", hint="write @task(raises=[PaymentDeclined])")
    return classes


def _key(given: object) -> str | None:
    if given is None or is_label(given):
        return given
    raise UsageError(
        "a key is not a string of 1 to 255 characters",
        code="usage.key_invalid",
        hint="pass something stable that tells the calls apart, such as str(order.id)",
    )


def _task_name(given: object) -> str:
    return check_name("task", given)


def _checkpointer(given: object) -> CheckpointSaver | None:
    if given is None or isinstance(given, CheckpointSaver):
        return given
    if isinstance(given, str | Path):
        from taskpoint.savers.sqlite import SqliteSaver

        return SqliteSaver(given)
    raise UsageError(
        f"checkpointer= is of type {type(given).__name__}, which is no saver",
        hint="leave it out: an entrypoint called inside a run shares its caller's journal, and keeps no state"
        if isinstance(given, bool)
        else 'pass SqliteSaver("threads.db"), InMemorySaver() or a path',
    )


def _store(given: object) -> BaseStore | None:
    if given is None:
        return None
    from taskpoint.stores import BaseStore, SqliteStore  # not before somebody wants a store

    if isinstance(given, BaseStore):
        return given
    if isinstance(given, str | Path):
        return SqliteStore(given)
    raise UsageError(
        f"store= is of type {type(given).__name__}, which is no store",
        hint='pass SqliteStore("memory.db"), InMemoryStore() or a path',
    )


def _cache(given: object) -> BaseCache | None:
    if given is None:
        return None
    from taskpoint.caches import BaseCache, SqliteCache  # not before somebody wants a cache

    if isinstance(given, BaseCache):
        return given
    if isinstance(given, str | Path):
        return SqliteCache(given)
    raise UsageError(
        f"cache= is of type {type(given).__name__}, which is no cache",
        hint='pass SqliteCache("cache.db"), InMemoryCache() or a path',
    )


def _version(given: object) -> str | None:
    try:
        return None if given is None else check_id(given, "version")
    except UsageError as error:
        raise UsageError(error.message, hint='write version="1"') from None


def _migrate(given: object) -> Migration | None:
    if given is None or callable(given):
        return given
    raise UsageError("migrate= is not a function", hint="pass a function of one Recorded that returns its value")


def _context_schema(given: object) -> Any:
    if given is None or isinstance(given, type):
        return given
    raise UsageError("context_schema= is not a class", hint="pass a dataclass, a TypedDict or a pydantic model")


def _on_divergence(given: object) -> str:
    if isinstance(given, str) and given in _ON_DIVERGENCE:
        return given
    raise UsageError("on_divergence is unknown", hint=f"use one of {', '.join(_ON_DIVERGENCE)}")


_Readers = Mapping[str, Callable[[object], Any]]

_POLICIES: _Readers = {"retry_policy": read_retry, "timeout": read_timeout, "cache_policy": read_cache_policy}
_TASK: _Readers = {"raises": _raises, "version": _version, "migrate": _migrate, **_POLICIES}
_CALL: _Readers = {"key": _key, "name": _task_name, **_POLICIES}
_ENTRYPOINT: _Readers = {
    "checkpointer": _checkpointer,
    "version": _version,
    "on_divergence": _on_divergence,
    "store": _store,
    "cache": _cache,
    "migrate": _migrate,
    "context_schema": _context_schema,
    "watch": read_watchers,
    **_POLICIES,
}


_RENAMED: Final = {"retry": "write retry_policy=", "config_schema": "write context_schema="}


def _read(kind: str, readers: _Readers, options: Mapping[str, object]) -> dict[str, Any]:
    for option in options:
        if option not in readers:  # TSK-009: nobody would read it
            raise UsageError(
                f"{kind} has no option {option!r}",
                code="usage.option_unknown",
                hint=_RENAMED.get(option, f"its options are {', '.join(readers)}"),
            )
    return {option: _read_one(readers[option], given) for option, given in options.items()}


def _read_one(reader: Callable[[Any], Any], given: object) -> Any:
    try:
        return reader(given)
    except UsageError as error:
        parts = cast("list[object]", given) if isinstance(given, list) else [given]
        if not any(type(part).__module__.startswith("langgraph.") for part in parts):
            raise
        refused = UsageError(error.message, code=error.code, hint=LEFT_OVER)
    raise refused


def read_task_options(options: Mapping[str, object]) -> TaskOptions:
    """Read the options of `task`, all but the name.

    Raises:
        UsageError: An option is unknown or invalid.
    """
    return TaskOptions(**_read("task()", _TASK, options))


def read_call_options(options: Mapping[str, object]) -> dict[str, Any]:
    """Read the options of `with_options`; those that are not given are not in the result.

    Raises:
        UsageError: An option is unknown or invalid.
    """
    return _read("with_options()", _CALL, options)


def read_entrypoint_options(options: Mapping[str, object]) -> EntrypointOptions:
    """Read the options of `entrypoint`, all but the name.

    Raises:
        UsageError: An option is unknown or invalid.
    """
    return EntrypointOptions(**_read("entrypoint()", _ENTRYPOINT, options))
