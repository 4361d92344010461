"""What `invoke` and its sisters are asked for: an input, a config, and options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, cast

from taskpoint._elsewhere import OPTIONS_OF_RUNS
from taskpoint.errors import UsageError
from taskpoint.runtime.definitions.config import RunConfig, read_config
from taskpoint.runtime.values.shapes import Misfit, fitting
from taskpoint.watching.base import Watcher, read_watchers

if TYPE_CHECKING:
    from taskpoint.runtime.runs.attempt import Attempt

__all__ = ("Request", "RunOptions", "read_request")


class RunOptions(TypedDict, total=False):
    """The options that every way to run a workflow takes.

    Attributes:
        thread_id: The thread, a shortcut for ``{"configurable": {"thread_id": ...}}``.
        take_over: Fence off a live holder of the thread instead of being refused.
        once: Begin one run of the thread with this input at most. Where the thread's newest run began with it, that run
            goes on as with None, or its value is returned where it has completed; another input is refused
            (code ``run.other_input``). For what may be asked for twice, such as a message of a queue.
        retry: Which recorded failures run again when continuing: ``"uncaught"`` (those the failed run named,
            the default), ``"all"``, or a list of their paths.
        durability: When what happened is written: ``"sync"`` before anybody sees it (the default), ``"async"`` in the
            background, ``"exit"`` at the end, however the run ends. What is not written when the process is killed
            runs again.
        context: What the code may need and nobody stores, such as a user's name or a connection: `Runtime.context`.
        watch: Who is told what happens in the run, one or several: see `taskpoint.watching`.
    """

    thread_id: str | None
    take_over: bool
    once: bool
    retry: str | Sequence[str] | None
    durability: Literal["sync", "async", "exit"] | None
    context: Any
    watch: Watcher | Sequence[Watcher] | None


DURABILITY: Final[Mapping[str, float]] = {"sync": 0, "async": 4096, "exit": inf}
"""How many entries of an attempt may be seen before they are durable."""


@dataclass(slots=True)  # nobody changes one, as with its config
class Request:
    """One use of an entrypoint."""

    input: object
    config: RunConfig
    take_over: bool = False
    once: bool = False
    """Whether its input begins one run of the thread at most (`RUN-043`)."""
    retry: str | Sequence[str] | None = None
    ahead: float = 0
    """How many entries may be seen before they are durable."""
    context: object = None
    is_special: bool = False
    """Whether it asks for something that only a run of its own can be asked for."""
    reads_saved: bool = False
    """Whether what the thread saved before is read at once: somebody is going to look at it."""
    after: Attempt | None = None
    """The failed attempt that a policy follows with this one."""
    follows: str | None = None
    """The checkpoint of the run that is to go on, and no other: who asks for it has seen it."""
    watch: Sequence[Watcher] = ()
    """Who is told of this run alone."""
    only_replays: bool = False
    """Whether the first call without a recorded outcome ends the attempt (`taskpoint.testing.replay`)."""


_OPTIONS = frozenset(RunOptions.__annotations__)
_OF_RUNS: Final = frozenset({"take_over", "once", "retry", "durability", "watch"})


def _context(given: object, schema: Any) -> object:
    """Return the context as its schema has it (`CTX-005`)."""
    if given is None or schema is None:
        return given
    try:
        return fitting(schema, given)
    except Misfit as misfit:
        raise UsageError(
            f"the context does not fit its schema at {misfit.error().path}",
            code="usage.config_invalid",
            hint=f"pass context={schema.__name__}(...), or a dict of its members",
        ) from None


def read_request(
    input: object, config: Mapping[str, Any] | None, options: RunOptions, context_schema: Any = None
) -> Request:
    """Read what a workflow is asked for.

    Raises:
        UsageError: An option is unknown, or the config cannot be read; nothing was started.
    """
    if not _OPTIONS.issuperset(options):
        unknown = min(option for option in options if option not in _OPTIONS)
        raise UsageError(
            f"a run has no option {unknown!r}",
            code="usage.option_unknown",
            hint=OPTIONS_OF_RUNS.get(unknown, f"its options are {', '.join(sorted(_OPTIONS))}"),
        )
    read = read_config(config, options.get("thread_id"))
    ahead = _ahead(options.get("durability"))
    context = _context(options.get("context"), context_schema)
    is_special = any(options.get(name) for name in _OF_RUNS.intersection(options))
    return Request(
        input,
        read,
        _flag(options, "take_over"),
        _flag(options, "once"),
        _retry(options.get("retry")),
        ahead,
        context,
        is_special,
        watch=read_watchers(options.get("watch")),
    )


def _flag(options: RunOptions, name: Literal["take_over", "once"]) -> bool:
    given: object = options.get(name, False)
    if isinstance(given, bool):
        return given
    raise UsageError(f"{name}= is neither True nor False", hint="leave it out for False")


def _retry(given: object) -> str | Sequence[str] | None:
    """Return what is to run again, if it can name something; what it names is looked for in the journal (`RPL-046`)."""
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, Sequence) and all(isinstance(path, str) for path in cast("Sequence[object]", given)):
        return cast("Sequence[str]", given)
    raise UsageError("retry= names no failures", hint='pass "uncaught", "all" or a list of paths of failed calls')


def _ahead(durability: object) -> float:
    if durability is None:
        return 0
    if isinstance(durability, str) and durability in DURABILITY:
        return DURABILITY[durability]
    raise UsageError("durability= is unknown", hint=f"use one of {', '.join(DURABILITY)}")  # DUR-001
