"""An entrypoint that is called inside a run: a call in the caller's scope, like one of a task (`CMP-001`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from taskpoint import codec
from taskpoint.errors import UsageError
from taskpoint.runtime.definitions.config import merged, read_config
from taskpoint.runtime.execution.executed import Executed
from taskpoint.runtime.execution.host import Host, elsewhere, running_host
from taskpoint.runtime.execution.loop_host import LoopHost
from taskpoint.runtime.execution.surroundings import Inside, surroundings_of
from taskpoint.runtime.select import gather
from taskpoint.runtime.streams.parts import StreamOptions, parts_of_value
from taskpoint.runtime.values.commands import Command, EntrypointFinal

if TYPE_CHECKING:
    from taskpoint.runtime.entrypoint import Entrypoint
    from taskpoint.runtime.runs.requests import Request

__all__ = ("acall", "astream", "call", "call_all", "caller_of", "stream")


class Nested(Executed):
    """One call of an entrypoint, as its host sees it."""

    is_entrypoint = True

    def __init__(self, entrypoint: Entrypoint[Any, Any], text: str, inside: Inside) -> None:
        self.name = entrypoint.name
        self.is_async = entrypoint.is_async
        self.identity = entrypoint.identity, "entrypoint"  # never that of a task (TSK-007)
        self.policies = entrypoint.policies
        self.form = entrypoint.forms.value
        self.find_exception = entrypoint.find_exception
        self.body = _body(entrypoint, inside)
        self._text = text

    def digest(self, args: tuple[Any, ...], kwargs: Mapping[str, object], skip: int) -> str:  # noqa: ARG002 - a task's
        """Return the input digest: the input is the one argument (`CMP-002`)."""
        return codec.digest_arguments([codec.decode(self._text)])


def _body(entrypoint: Entrypoint[Any, Any], inside: Inside) -> Callable[..., Any]:
    if entrypoint.is_async:

        async def wait(*args: Any) -> Any:
            inside.enter()
            return _value(await entrypoint.body(*args))

        return wait

    def run(*args: Any) -> Any:
        inside.enter()
        return _value(entrypoint.body(*args))

    return run


def _value(returned: Any) -> Any:
    """Return the value alone: what was to be saved is the thread's, and this is not its run (`CMP-006`)."""
    return (
        cast("EntrypointFinal[object, object]", returned).value if isinstance(returned, EntrypointFinal) else returned
    )


def caller_of(entrypoint: Entrypoint[Any, Any], request: Request) -> Host | None:
    """Return the host of the scope that calls the entrypoint; None where this is a run of its own (`CMP-011`)."""
    host = running_host()
    if host is None:
        return None
    thread = request.config.thread_id
    of_its_own = entrypoint.checkpointer is not None and thread is not None
    return None if of_its_own and thread != host.run.config.thread_id else host


def _make(entrypoint: Entrypoint[Any, Any], host: Host, request: Request) -> Any:
    """Make the call and return its future."""
    if request.input is None or isinstance(request.input, Command):
        raise UsageError(
            f"{entrypoint.name!r} is called inside a run, and has no run of its own to continue",
            code="run.nothing_to_resume",
            hint="continue the outer run: its answers reach what asks inside",
        )
    if request.is_special:
        raise UsageError(
            f"{entrypoint.name!r} is called inside a run: options of runs belong to that run",
            hint="pass take_over=, once=, retry=, durability=, watch= where it begins, or name a thread of its own",
        )
    text, input = entrypoint.forms.input.write(request.input, entrypoint.name)
    around = surroundings_of(host)
    config = read_config(merged(around.config.raw, request.config.raw))
    store = entrypoint.options.store
    inside = Inside(
        run=host.run,
        config=replace(config, thread_id=host.run.config.thread_id),
        store=around.store if store is None else store,
        context=around.context if request.context is None else request.context,
    )
    arguments = (input,) if entrypoint.parameters.takes_input else ()
    return host.call(Nested(entrypoint, text, inside), arguments, {}, None, 0)


def _make_in_thread(entrypoint: Entrypoint[Any, Any], host: Host, request: Request) -> Any:
    """Make the call from a sync scope."""
    if isinstance(host, LoopHost):
        if asyncio._get_running_loop() is None:  # noqa: SLF001 - the public one raises where there is none
            raise elsewhere(entrypoint.name)
        raise UsageError(
            f"{entrypoint.name}.invoke() would block the event loop that its caller runs on",
            code="usage.blocking_wait",
            hint="await .ainvoke(...) instead",
        )
    return _make(entrypoint, host, request)


def call(entrypoint: Entrypoint[Any, Any], host: Host, request: Request) -> Any:
    """Call an entrypoint from a sync scope, and wait for its value."""
    return _make_in_thread(entrypoint, host, request).result()


def call_all(
    entrypoint: Entrypoint[Any, Any], host: Host, requests: Sequence[Request], *, return_exceptions: bool
) -> list[Any]:
    """Call an entrypoint once for each request, all at the same time, and wait for their values."""
    calls = [_make_in_thread(entrypoint, host, request) for request in requests]
    return gather(*calls, return_exceptions=return_exceptions)


async def acall(entrypoint: Entrypoint[Any, Any], host: Host, request: Request) -> Any:
    """Call an entrypoint from an async scope, and wait for its value."""
    if not isinstance(host, LoopHost):
        raise UsageError(
            f"{entrypoint.name}.ainvoke() was called by a sync function",
            code="usage.blocking_wait",
            hint="use .invoke(...), or make the function async",
        )
    return await _make(entrypoint, host, request)


def stream(entrypoint: Entrypoint[Any, Any], host: Host, request: Request, options: StreamOptions) -> Iterator[Any]:
    """Call an entrypoint from a sync scope, and show its value: what happens inside belongs to the run (`STM-006`)."""
    yield from parts_of_value(options, entrypoint.name, call(entrypoint, host, request))


async def astream(
    entrypoint: Entrypoint[Any, Any], host: Host, request: Request, options: StreamOptions
) -> AsyncIterator[Any]:
    """Do what `stream` does, in an async scope."""
    for part in parts_of_value(options, entrypoint.name, await acall(entrypoint, host, request)):
        yield part
