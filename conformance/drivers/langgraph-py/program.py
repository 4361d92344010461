"""The program IR made into LangGraph's tasks and an entrypoint, in either mode."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from functools import partial
from inspect import Signature
from typing import Any

import ir.concurrency
import ir.statements
from ir.expressions import FORMS
from ir.statements import Document, Return, Scope, run_now, statement
from langgraph.config import get_store, get_stream_writer
from langgraph.errors import NodeTimeoutError
from langgraph.func import entrypoint, task
from langgraph.runtime import get_runtime
from langgraph.types import interrupt
from policies import policies
from values import from_tree, to_tree

__all__ = ("OPTIONS", "Program", "describe")

OPTIONS = ("raises", "retry", "timeout", "cache", "saver", "context", "returns")
"""What a definition may say beside its name, its parameters and its body."""
_PREVIOUS = "$previous"
"""The name of a variable that no program can have."""
_POSITIONAL = ("namespace", "key", "value")
_OPTIONS = ("ttl", "filter", "limit", "offset", "query", "prefix", "suffix", "max_depth")


class Program(ir.statements.Program):
    """One program for one request.

    Args:
        document: The program.
        is_async: Whether all functions are.
        effect: Asks the runner for an effect.
    """

    def __init__(self, document: Document, effect: Callable[..., Future[Document]], *, is_async: bool) -> None:
        super().__init__(document, effect, is_async=is_async)
        self.tasks: dict[str, Any] = {}
        self.entrypoints: dict[str, Any] = {}
        for name, definition in document.get("tasks", {}).items():
            signature = Signature([self.parameter(each) for each in definition["params"]])
            options = policies(definition, self.error_class, signature)
            self.tasks[name] = task(name=name, **options)(self._task(signature, definition["body"], name))

    def entrypoint(self, saver: Any, store: Any, cache: Any) -> Any:
        """Return the entrypoint, with what it is given."""
        for name, definition in self.document.get("entrypoints", {}).items():
            kept = {"checkpointer": saver} if definition.get("saver") else {}
            self.entrypoints[name] = self._entrypoint(name, definition, kept)
        given = {"checkpointer": saver, "store": store, "cache": cache}
        name = self.document["entrypoint"]
        made = self._entrypoint(name, self.document, {key: each for key, each in given.items() if each is not None})
        self.entrypoints[name] = made
        return made

    def _entrypoint(self, name: str, document: Document, options: Document) -> Any:
        parameters = [self.parameter(each) for each in document["params"]]
        default = from_tree(document["previous"]["default"]) if "previous" in document else None
        options = options | policies(document, self.error_class, Signature(parameters))

        async def run(given: Any, saved: Any) -> Any:
            previous = default if saved is None else saved  # on a first run LangGraph gives None
            self.entered = True
            variables = {parameters[0].name: given} if parameters else {}
            return await Scope(self, {**variables, _PREVIOUS: previous}).run(document["body"])

        async def waiting(given: Any, *, previous: Any = None) -> Any:
            return await run(given, previous)

        def blocking(given: Any, *, previous: Any = None) -> Any:
            return run_now(run(given, previous))

        function: Callable[..., Any] = waiting if self.is_async else blocking
        function.__name__ = name
        return entrypoint(**options)(function)

    def _task(self, signature: Signature, body: list[Document], name: str) -> Callable[..., Any]:
        async def run(arguments: Document) -> Any:
            return await Scope(self, {**arguments, _PREVIOUS: None}).run(body)

        function = self.function(signature, run)
        function.__name__ = name
        return function

    def encode(self, value: Any) -> Any:
        return to_tree(value)

    def decode(self, tree: Any) -> Any:
        return from_tree(tree)

    def place(self) -> Document:
        """Return the call that LangGraph says this is."""
        info = get_runtime().execution_info
        path = "/".join(info.checkpoint_ns.split("|")[1:])
        return {"path": path, "attempt": info.node_attempt if path else None, "idempotency_key": None}

    def describe(self, error: BaseException) -> Document:
        return describe(error)

    def begin(self, scope: Scope, name: str, args: list[Any], kwargs: Document, options: Document) -> Any:
        assert not options, scope  # it was refused before
        return self.tasks[name](*args, **kwargs)

    def as_completed(self, handles: list[Any]) -> Iterable[Any]:
        return concurrent.futures.as_completed(handles)


def _type_of(error: BaseException) -> str:
    """Return a class's name; a program calls the library's error of a timeout by the name that all ports have."""
    return "task.timeout" if isinstance(error, NodeTimeoutError) else type(error).__name__


def describe(error: BaseException) -> Document:
    """Return what a program sees of an error."""
    seen: Document = {"type": _type_of(error), "message": str(error)}
    data = getattr(error, "data", None)
    return seen if data is None else {**seen, "data": data}


@statement
async def _final(scope: Scope, *, value: Any, save: Any) -> Return:
    return Return(entrypoint.final(value=scope.value(value), save=scope.value(save)))


@statement
async def _previous(scope: Scope) -> Any:
    return scope.variables[_PREVIOUS]


@statement
async def _interrupt(scope: Scope, *, value: Any) -> Any:
    return interrupt(scope.value(value))


@statement
async def _heartbeat(_: Scope, __: Any) -> None:
    get_runtime().heartbeat()


@statement
async def _write(scope: Scope, *, value: Any) -> None:
    get_stream_writer()(scope.value(value))


@partial(statement, more=(*_POSITIONAL, *_OPTIONS, "refresh"))
async def _store(scope: Scope, *, op: str, **members: Any) -> Any:
    arguments = [scope.value(members[name]) for name in _POSITIONAL if name in members]
    if arguments and isinstance(arguments[0], list):
        arguments[0] = tuple(arguments[0])
    options = {name: scope.value(members[name]) for name in _OPTIONS if name in members}
    options |= {name: tuple(options[name]) for name in ("prefix", "suffix") if options.get(name) is not None}
    if "refresh" in members:
        options["refresh_ttl"] = scope.value(members["refresh"])
    verb = "list_namespaces" if op == "list" else op
    if scope.program.is_async:
        return _shown(await getattr(get_store(), f"a{verb}")(*arguments, **options))
    return _shown(getattr(get_store(), verb)(*arguments, **options))


@statement
async def _invoke(
    scope: Scope, *, entrypoint: str, input: Any, thread: Any = None, options: Document | None = None
) -> Any:
    program = scope.program
    assert isinstance(program, Program), options  # the options are passed over
    config = {} if thread is None else {"configurable": {"thread_id": scope.value(thread)}}
    workflow, value = program.entrypoints[entrypoint], scope.value(input)
    return await workflow.ainvoke(value, config) if program.is_async else workflow.invoke(value, config)


@statement
async def _first(scope: Scope, *, handles: Any, index: str | None = None) -> Any:
    futures = scope.handles(handles)
    if scope.program.is_async:
        futures = [asyncio.ensure_future(each) for each in futures]
        done, _ = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
    else:
        done, _ = concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_COMPLETED)
    place = next(place for place, each in enumerate(futures) if each in done)
    if index is not None:
        scope.variables[index] = place
    return futures[place].result()


def _shown(result: Any) -> Any:
    if isinstance(result, list):
        return [_shown(each) for each in result]
    if isinstance(result, tuple):
        return list(result)
    if hasattr(result, "namespace"):
        return {"namespace": list(result.namespace), "key": result.key, "value": result.value}
    return result


FORMS["$lit"] = lambda tree, _: from_tree(tree)
FORMS["$attempt"] = lambda _, __: get_runtime().execution_info.node_attempt
