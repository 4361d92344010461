"""The config of a run: LangGraph's dict at the door, a small frozen object inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypedDict, TypeGuard, cast
from uuid import UUID

from taskpoint import codec
from taskpoint._ids import MAX_ID, is_id
from taskpoint.errors import UsageError, ValueEncodingError

__all__ = ("RunConfig", "RunnableConfig", "check_id", "merged", "read_config", "with_thread")


class RunnableConfig(TypedDict, total=False):
    """The config of a run: the annotation with which code asks for it, too (`CTX-001`).

    Attributes:
        configurable: ``thread_id``, ``checkpoint_id``, and whatever the code wants to read; it is never stored.
        metadata: Stored with the run's checkpoints.
        max_concurrency: How many tasks run at the same time, at most.
        run_id: Becomes the id of the run.
        tags: For who watches.
        run_name: For who watches.
        recursion_limit: Taken, since programs pass it; nothing here counts steps.

    Example:
        >>> from taskpoint import RunnableConfig, entrypoint
        >>> @entrypoint
        ... def main(n: int, config: RunnableConfig) -> str:
        ...     return f"{n} for {config['configurable']['user']}"
        >>> main.invoke(1, {"configurable": {"user": "Ann"}})
        '1 for Ann'
    """

    configurable: Mapping[str, Any]
    metadata: Mapping[str, Any]
    max_concurrency: int | None
    run_id: str | UUID | None
    tags: Sequence[str]
    run_name: str | None
    recursion_limit: int


_KNOWN: Final = frozenset(RunnableConfig.__annotations__)
_MISPLACED: Final = {
    "callbacks": "leave them out, and pass watch= with who is to be told what happens (taskpoint.watching)",
    "thread_id": "pass thread_id='...' beside the config, or {'configurable': {'thread_id': '...'}}",
}


@dataclass(slots=True)  # nobody changes one: to have that checked would take as long as a task
class RunConfig:
    """What one run was asked for."""

    thread_id: str | None = None
    checkpoint_id: str | None = None
    run_id: str | None = None
    max_concurrency: int | None = None
    metadata: str = "{}"
    raw: dict[str, Any] = field(default_factory=dict[str, Any])
    """The config as the caller gave it; nothing of its `configurable` is ever stored."""

    def shown(self) -> dict[str, Any]:
        """Return the config as code reads it: what it may count on is there, also where the caller gave nothing."""
        return {"configurable": {}, "metadata": {}, "tags": [], **self.raw}


def check_id(value: object, what: str) -> str:
    """Return an id if it is one (`SEC-001`): 1 to 255 Unicode scalar values without control characters.

    Raises:
        UsageError: Code ``usage.id_invalid``. Nothing is coerced: an int or an empty string is no id.
    """
    if is_id(value):
        return value
    if type(value) is not str:
        problem = f"is of type {type(value).__name__}, not a string"
    elif not value:
        problem = "is empty"
    elif len(value) > MAX_ID:
        problem = f"has {len(value)} characters, more than {MAX_ID}"
    elif any(char < " " or "\x7f" <= char <= "\x9f" for char in value):
        problem = "has a control character"
    else:
        problem = "has a lone surrogate"
    raise UsageError(
        f"the {what} {problem}", code="usage.id_invalid", hint="pass a string of 1 to 255 printable characters"
    )


def _refuse(text: str, hint: str) -> UsageError:
    return UsageError(text, code="usage.config_invalid", hint=hint)


def _is_mapping(value: object) -> TypeGuard[Mapping[str, Any]]:
    return isinstance(value, Mapping)


def read_config(config: Mapping[str, Any] | None, thread_id: object = None) -> RunConfig:
    """Read LangGraph's config dict and the `thread_id=` shortcut.

    Raises:
        UsageError: A member is unknown or of the wrong type, or the two thread ids differ.
    """
    if config is None:
        config = {}
    if not _is_mapping(config):
        raise _refuse("the config is not a dict", "pass {'configurable': {'thread_id': '...'}}")
    if not _KNOWN.issuperset(config):
        unknown = min(str(name) for name in config if name not in _KNOWN)
        hint = _MISPLACED.get(unknown, f"known are {', '.join(sorted(_KNOWN))}")
        raise _refuse(f"the config has the unknown member {unknown!r}", hint)
    configurable: object = config.get("configurable") or {}
    if not _is_mapping(configurable):
        raise _refuse("'configurable' in the config is not a dict", "pass {'configurable': {'thread_id': '...'}}")
    named = "thread_id" in configurable
    if thread_id is not None and named and configurable["thread_id"] != thread_id:
        raise _refuse("the config and thread_id= name different threads", "pass the thread id once")
    given = configurable["thread_id"] if named else thread_id
    checkpoint_id = configurable.get("checkpoint_id")
    run_id = config.get("run_id")
    limit = config.get("max_concurrency")
    if limit is not None and (type(limit) is not int or limit < 1):
        raise _refuse("max_concurrency is not a positive int", "leave it out for no limit")
    return RunConfig(
        thread_id=check_id(given, "thread id") if given is not None or named else None,
        checkpoint_id=None if checkpoint_id is None else check_id(checkpoint_id, "checkpoint id"),
        run_id=None if run_id is None else check_id(str(run_id) if type(run_id) is UUID else run_id, "run id"),
        max_concurrency=limit,
        metadata=_metadata(config.get("metadata")),
        raw=dict(config) if thread_id is None else {**config, "configurable": {**configurable, "thread_id": thread_id}},
    )


def merged(base: Mapping[str, Any], over: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a config with what another one adds and replaces: member by member in what is a dict, tags added up.

    Example:
        >>> merged({"configurable": {"thread_id": "a"}, "tags": ["x"]}, {"configurable": {"user": 1}, "tags": ["y"]})
        {'configurable': {'thread_id': 'a', 'user': 1}, 'tags': ['x', 'y']}
    """
    result = dict(base)
    if over is not None and not _is_mapping(over):
        raise _refuse("the config is not a dict", "pass {'configurable': {'thread_id': '...'}}")
    for name, given in (over or {}).items():
        known = result.get(name)
        if _is_mapping(known) and _is_mapping(given):
            result[name] = {**known, **given}
        elif name == "tags" and isinstance(known, list | tuple) and isinstance(given, list | tuple):
            result[name] = list(dict.fromkeys([*cast("list[object]", known), *cast("list[object]", given)]))
        else:
            result[name] = given
    return result


def with_thread(config: Mapping[str, Any] | None, thread_id: object) -> dict[str, Any]:
    """Return a config that names the thread of the ``thread_id=`` shortcut, where it names none itself."""
    config = config or {}
    configurable: object = config.get("configurable") or {}
    if thread_id is None or not _is_mapping(configurable) or "thread_id" in configurable:
        return dict(config)
    return {**config, "configurable": {**configurable, "thread_id": thread_id}}


def _metadata(metadata: object) -> str:
    if metadata is None:
        return "{}"
    if not _is_mapping(metadata):
        raise _refuse("'metadata' in the config is not a dict", "pass a dict of values")
    try:
        return codec.encode(dict(metadata))
    except ValueEncodingError as error:
        raise _refuse(f"'metadata' cannot be stored at {error.path}: {error.code}", "store only values") from None
