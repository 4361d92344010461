"""The program IR made into LangGraph's tasks and an entrypoint, in either mode."""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from inspect import Signature
from typing import Any, Self

from expressions import evaluate
from flow import AnyProgram, AnyScope, Document, Return, run_now
from langgraph.config import get_store, get_stream_writer
from langgraph.errors import NodeTimeoutError
from langgraph.func import entrypoint, task
from langgraph.runtime import get_runtime
from langgraph.types import interrupt
from policies import policies
from values import from_tree, to_tree

__all__ = ("Program", "describe")

_VERBS = {"put": "put", "get": "get", "delete": "delete", "search": "search", "list": "list_namespaces"}
_OPTIONS = ("ttl", "filter", "limit", "offset", "query", "prefix", "suffix", "max_depth")


class Program(AnyProgram):
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
            return await _Scope(self, variables, {}, previous).run(document["body"])

        async def waiting(given: Any, *, previous: Any = None) -> Any:
            return await run(given, previous)

        def blocking(given: Any, *, previous: Any = None) -> Any:
            return run_now(run(given, previous))

        function: Callable[..., Any] = waiting if self.is_async else blocking
        function.__name__ = name
        return entrypoint(**options)(function)

    def _task(self, signature: Signature, body: list[Document], name: str) -> Callable[..., Any]:
        async def run(arguments: Document) -> Any:
            return await _Scope(self, arguments, {}, None).run(body)

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


def _type_of(error: BaseException) -> str:
    """Return a class's name; a program calls the library's error of a timeout by the name that all ports have."""
    return "task.timeout" if isinstance(error, NodeTimeoutError) else type(error).__name__


def describe(error: BaseException) -> Document:
    """Return what a program sees of an error."""
    seen: Document = {"type": _type_of(error), "message": str(error)}
    data = getattr(error, "data", None)
    return seen if data is None else {**seen, "data": data}


class _Scope(AnyScope[Program]):
    """One execution of a body, by the statements that ask something of LangGraph."""

    def __init__(self, program: Program, variables: Document, errors: dict[str, BaseException], previous: Any) -> None:
        super().__init__(program, variables, errors)
        self.saved = previous

    def branch(self) -> Self:
        return type(self)(self.program, dict(self.variables), dict(self.errors), self.saved)

    def value(self, expression: Any) -> Any:
        return evaluate(expression, self.variables)

    def as_completed(self, handles: list[Any]) -> Iterable[Any]:
        return concurrent.futures.as_completed(handles)

    def type_of(self, error: BaseException) -> str:
        return _type_of(error)

    def describe(self, error: BaseException) -> Document:
        return describe(error)

    async def do_final(self, members: Document) -> Return:
        return Return(entrypoint.final(value=self.value(members["value"]), save=self.value(members["save"])))

    async def do_previous(self, members: Document) -> None:
        self.keep(members, self.saved)

    async def do_interrupt(self, members: Document) -> None:
        self.keep(members, interrupt(self.value(members["value"])))

    async def do_heartbeat(self, _: bool) -> None:  # noqa: FBT001 - a member of the statement
        get_runtime().heartbeat()

    async def do_write(self, members: Document) -> None:
        get_stream_writer()(self.value(members["value"]))

    async def do_store(self, members: Document) -> None:
        arguments = [self.value(members[name]) for name in ("namespace", "key", "value") if name in members]
        if arguments and isinstance(arguments[0], list):
            arguments[0] = tuple(arguments[0])
        options = {name: self.value(members[name]) for name in _OPTIONS if name in members}
        options |= {name: tuple(options[name]) for name in ("prefix", "suffix") if options.get(name) is not None}
        if "refresh" in members:
            options["refresh_ttl"] = self.value(members["refresh"])
        verb = _VERBS[members["op"]]
        if self.program.is_async:
            self.keep(members, _shown(await getattr(get_store(), f"a{verb}")(*arguments, **options)))
        else:
            self.keep(members, _shown(getattr(get_store(), verb)(*arguments, **options)))

    # Calls

    def begin(self, members: Document) -> Any:
        args, kwargs = self.arguments(members)
        return self.program.tasks[members["task"]](*args, **kwargs)

    async def do_invoke(self, members: Document) -> None:
        workflow = self.program.entrypoints[members["entrypoint"]]
        config: Document = {}
        if "thread" in members:
            config = {"configurable": {"thread_id": self.value(members["thread"])}}
        value = self.value(members["input"])
        if self.program.is_async:
            self.keep(members, await workflow.ainvoke(value, config))
        else:
            self.keep(members, workflow.invoke(value, config))

    async def do_first(self, members: Document) -> None:
        handles = self.handles(members["handles"])
        if self.program.is_async:
            futures = [asyncio.ensure_future(each) for each in handles]
            done, _ = await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        else:
            futures = handles
            done, _ = concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_COMPLETED)
        place = next(place for place, each in enumerate(futures) if each in done)
        self.keep(members, place, "index")
        self.keep(members, futures[place].result())


def _shown(result: Any) -> Any:
    if isinstance(result, list):
        return [_shown(each) for each in result]
    if isinstance(result, tuple):
        return list(result)
    if hasattr(result, "namespace"):
        return {"namespace": list(result.namespace), "key": result.key, "value": result.value}
    return result
