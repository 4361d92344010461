"""What `invoke` and its sisters are asked for: an input, a config, and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Final, Literal, TypedDict

from taskpoint.errors import UsageError
from taskpoint.runtime.config import RunConfig, read_config

__all__ = ("Request", "RunOptions", "read_request")


class RunOptions(TypedDict, total=False):
    """The options that every way to run a workflow takes.

    Attributes:
        thread_id: The thread, a shortcut for ``{"configurable": {"thread_id": ...}}``.
        take_over: Fence off a live holder of the thread instead of being refused.
        retry: Which recorded failures run again when continuing: ``"uncaught"`` (those the failed run named,
            the default), ``"all"``, or a list of their paths.
        durability: When what happened is written: ``"sync"`` before anybody sees it (the default), ``"async"`` in the
            background, ``"exit"`` at the end, however the run ends. What is not written when the process is killed
            runs again.
    """

    thread_id: str | None
    take_over: bool
    retry: str | Sequence[str] | None
    durability: Literal["sync", "async", "exit"] | None


DURABILITY: Final[Mapping[str, float]] = {"sync": 0, "async": 4096, "exit": inf}
"""How many entries of an attempt may be seen before they are durable."""


@dataclass(frozen=True, slots=True)
class Request:
    """One use of an entrypoint."""

    input: object
    config: RunConfig
    take_over: bool = False
    retry: str | Sequence[str] | None = None
    ahead: float = 0
    """How many entries may be seen before they are durable."""


_OPTIONS = frozenset(RunOptions.__annotations__)


def read_request(input: object, config: Mapping[str, Any] | None, options: RunOptions) -> Request:
    """Read what a workflow is asked for.

    Raises:
        UsageError: An option is unknown, or the config cannot be read; nothing was started.
    """
    if not _OPTIONS.issuperset(options):
        unknown = min(option for option in options if option not in _OPTIONS)
        raise UsageError(
            f"a run has no option {unknown!r}",
            code="usage.option_unknown",
            hint=f"its options are {', '.join(sorted(_OPTIONS))}",
        )
    read = read_config(config, options.get("thread_id"))
    ahead = _ahead(options.get("durability"))
    return Request(input, read, options.get("take_over", False), options.get("retry"), ahead)


def _ahead(durability: object) -> float:
    if durability is None:
        return 0
    if isinstance(durability, str) and durability in DURABILITY:
        return DURABILITY[durability]
    raise UsageError("durability= is unknown", hint=f"use one of {', '.join(DURABILITY)}")  # DUR-001
