"""The program IR made into LangGraph's tasks and an entrypoint, in either mode.

The evaluator is written once, with `async`. In sync mode nothing that it awaits ever waits: waiting is then
`.result()`, so one step runs a coroutine to its end.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from inspect import Parameter, Signature
from typing import Any

from checks import Broken
from expressions import evaluate
from langgraph.config import get_store, get_stream_writer
from langgraph.errors import NodeTimeoutError
from langgraph.func import entrypoint, task
from langgraph.runtime import get_runtime
from langgraph.types import interrupt
from policies import policies
from values import from_tree, to_tree

__all__ = ("Program", "describe")

Document = dict[str, Any]
_VERBS = {"put": "put", "get": "get", "delete": "delete", "search": "search", "list": "list_namespaces"}
_OPTIONS = ("ttl", "filter", "limit", "offset", "query", "prefix", "suffix", "max_depth")


class _Return:
    """A body ended with a value."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Program:
    """One program for one request.

    Args:
        document: The program.
        is_async: Whether all functions are.
        effect: Asks the runner for an effect.
    """

    def __init__(self, document: Document, effect: Callable[..., Future[Document]], *, is_async: bool) -> None:
        self.document = document
        self.is_async = is_async
        self.entered = False
        """Whether the entrypoint's body was begun."""
        self._effect = effect
        self.errors: dict[str, type[Exception]] = {}
        self.tasks: dict[str, Any] = {}
        self.entrypoints: dict[str, Any] = {}
        for name, definition in document.get("tasks", {}).items():
            signature = Signature([_parameter(each) for each in definition["params"]])
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
        parameters = [_parameter(each) for each in document["params"]]
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
            return _run_now(run(given, previous))

        function: Callable[..., Any] = waiting if self.is_async else blocking
        function.__name__ = name
        return entrypoint(**options)(function)

    def _task(self, signature: Signature, body: list[Document], name: str) -> Callable[..., Any]:
        async def run(args: tuple[Any, ...], kwargs: Document) -> Any:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            return await _Scope(self, dict(bound.arguments), {}, None).run(body)

        async def waiting(*args: Any, **kwargs: Any) -> Any:
            return await run(args, kwargs)

        def blocking(*args: Any, **kwargs: Any) -> Any:
            return _run_now(run(args, kwargs))

        function: Callable[..., Any] = waiting if self.is_async else blocking
        function.__name__ = name
        vars(function)["__signature__"] = signature
        return function

    def error_class(self, name: str) -> type[Exception]:
        """Return the program's error class of a name."""
        return self.errors.setdefault(name, type(name, (Exception,), {}))

    def error(self, name: str, message: str, *data: Any) -> Exception:
        """Return an error of the program; `data` is one value or none."""
        error = self.error_class(name)(message)
        for value in data:
            error.data = value  # type: ignore[attr-defined]
        return error

    async def effect(self, name: str, args: list[Any]) -> Any:
        """Do something in the runner's world, from the call that LangGraph says this is."""
        info = get_runtime().execution_info
        path = "/".join(info.checkpoint_ns.split("|")[1:])
        future = self._effect(
            name=name,
            args=[to_tree(arg) for arg in args],
            path=path,
            attempt=info.node_attempt if path else None,
            idempotency_key=None,
        )
        ok = (await asyncio.wrap_future(future) if self.is_async else future.result())["ok"]
        if "error" in ok:
            error = ok["error"]
            data = [from_tree(error["data"])] if "data" in error else []
            raise self.error(error["type"], error["message"], *data)
        return from_tree(ok["value"])


def _parameter(definition: str | Document) -> Parameter:
    if isinstance(definition, str):
        return Parameter(definition, Parameter.POSITIONAL_OR_KEYWORD)
    default = from_tree(definition["default"])
    return Parameter(definition["name"], Parameter.POSITIONAL_OR_KEYWORD, default=default)


def _run_now(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits to its end."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise Broken("a sync program waited for an event loop")


def _type_of(error: BaseException) -> str:
    """Return a class's name; a program calls the library's error of a timeout by the name that all ports have."""
    return "task.timeout" if isinstance(error, NodeTimeoutError) else type(error).__name__


def describe(error: BaseException) -> Document:
    """Return what a program sees of an error."""
    seen: Document = {"type": _type_of(error), "message": str(error)}
    data = getattr(error, "data", None)
    return seen if data is None else {**seen, "data": data}


def _fits(wanted: str, error: BaseException) -> bool:
    if isinstance(error, Broken | GeneratorExit):
        return False
    if wanted == "*":
        return isinstance(error, Exception)
    return wanted in {"$everything", _type_of(error)}


class _Scope:
    """One execution of a body: its variables, and the errors that some of them describe."""

    def __init__(self, program: Program, variables: Document, errors: dict[str, BaseException], previous: Any) -> None:
        self.program = program
        self.variables = variables
        self.errors = errors
        self.saved = previous

    async def run(self, body: list[Document]) -> Any:
        """Execute a body and return its value."""
        end = await self.block(body)
        return end.value if end else None

    async def block(self, body: list[Document]) -> _Return | None:
        """Execute statements until one returns."""
        for statement in body:
            ((kind, members),) = statement.items()
            end = await _STATEMENTS[kind](self, members)
            if end is not None:
                return end
        return None

    def value(self, expression: Any) -> Any:
        return evaluate(expression, self.variables)

    def handle(self, expression: Any) -> Any:
        return self.value({"$var": expression} if isinstance(expression, str) else expression)

    def handles(self, expression: Any) -> list[Any]:
        if isinstance(expression, list):
            return [self.handle(each) for each in expression]
        return list(self.value(expression))

    def keep(self, members: Document, value: Any, name: str = "as") -> None:
        if name in members:
            self.variables[members[name]] = value

    async def wait(self, future: Any) -> Any:
        return await future if self.program.is_async else future.result()

    # Plain statements

    async def let(self, members: Document) -> None:
        self.variables |= {name: self.value(expression) for name, expression in members.items()}

    async def if_(self, members: Document) -> _Return | None:
        return await self.block(members["then"] if self.value(members["cond"]) else members.get("else", []))

    async def for_(self, members: Document) -> _Return | None:
        for item in self.value(members["in"]):
            self.variables[members["each"]] = item
            end = await self.block(members["do"])
            if end is not None:
                return end
        return None

    async def return_(self, expression: Any) -> _Return:
        return _Return(self.value(expression))

    async def final(self, members: Document) -> _Return:
        return _Return(entrypoint.final(value=self.value(members["value"]), save=self.value(members["save"])))

    async def previous(self, members: Document) -> None:
        self.keep(members, self.saved)

    async def interrupt(self, members: Document) -> None:
        self.keep(members, interrupt(self.value(members["value"])))

    async def heartbeat(self, _: bool) -> None:  # noqa: FBT001 - a member of the statement
        get_runtime().heartbeat()

    async def write(self, members: Document) -> None:
        get_stream_writer()(self.value(members["value"]))

    async def effect(self, members: Document) -> None:
        args = [self.value(each) for each in members.get("args", [])]
        self.keep(members, await self.program.effect(members["name"], args))

    async def store(self, members: Document) -> None:
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
        args = [self.value(each) for each in members.get("args", [])]
        kwargs = {name: self.value(each) for name, each in members.get("kwargs", {}).items()}
        return self.program.tasks[members["task"]](*args, **kwargs)

    async def invoke(self, members: Document) -> None:
        workflow = self.program.entrypoints[members["entrypoint"]]
        config: Document = {}
        if "thread" in members:
            config = {"configurable": {"thread_id": self.value(members["thread"])}}
        value = self.value(members["input"])
        if self.program.is_async:
            self.keep(members, await workflow.ainvoke(value, config))
        else:
            self.keep(members, workflow.invoke(value, config))

    async def call(self, members: Document) -> None:
        self.keep(members, await self.wait(self.begin(members)))

    async def start(self, members: Document) -> None:
        self.keep(members, self.begin(members))

    async def await_(self, members: Document) -> None:
        self.keep(members, await self.wait(self.handle(members["handle"])))

    async def cancel(self, members: Document) -> None:
        self.handle(members["handle"]).cancel()

    async def done(self, members: Document) -> None:
        self.keep(members, self.handle(members["handle"]).done())

    async def gather(self, members: Document) -> None:
        collects = members.get("return_errors", False)
        handles = self.handles(members["handles"])
        if self.program.is_async:
            results: list[Any] = await asyncio.gather(*handles, return_exceptions=collects)
        else:
            for each in () if collects else concurrent.futures.as_completed(handles):
                each.result()  # the first to fail, as `asyncio.gather` has it
            results = [_result_or_error(each) for each in handles]
        self.keep(members, [describe(each) if isinstance(each, BaseException) else each for each in results])

    async def first(self, members: Document) -> None:
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

    async def branches(self, members: Document) -> None:
        scopes = [_Scope(self.program, dict(self.variables), dict(self.errors), self.saved) for _ in members["do"]]
        bodies = [scope.run(body) for scope, body in zip(scopes, members["do"], strict=True)]
        results: list[Any] = await asyncio.gather(*bodies, return_exceptions=members.get("return_errors", False))
        self.keep(members, [describe(each) if isinstance(each, BaseException) else each for each in results])

    # Errors

    async def try_(self, members: Document) -> _Return | None:
        """Execute as Python's own `try` does; a `return` in `finally` wins over whatever was under way."""
        last = members.get("finally", [])
        try:
            end = await self.guarded(members)
        except BaseException:
            override = await self.block(last)
            if override is None:
                raise
            return override
        return await self.block(last) or end

    async def guarded(self, members: Document) -> _Return | None:
        try:
            return await self.block(members["body"])
        except BaseException as error:
            clause = next((each for each in members.get("catch", []) if _fits(each["type"], error)), None)
            if clause is None:
                raise
            if "as" in clause:
                self.variables[clause["as"]] = describe(error)
                self.errors[clause["as"]] = error
            return await self.block(clause["body"])

    async def raise_(self, members: Document) -> None:
        data = [self.value(members["data"])] if "data" in members else []
        error = self.program.error(members["type"], self.value(members["message"]), *data)
        if "cause" in members:
            raise error from self.errors[members["cause"]]
        raise error

    async def rethrow(self, members: Document) -> None:
        raise self.errors[members["error"]]


def _shown(result: Any) -> Any:
    if isinstance(result, list):
        return [_shown(each) for each in result]
    if isinstance(result, tuple):
        return list(result)
    if hasattr(result, "namespace"):
        return {"namespace": list(result.namespace), "key": result.key, "value": result.value}
    return result


def _result_or_error(future: Any) -> Any:
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - it is wanted as a value
        return error


_STATEMENTS: Mapping[str, Callable[[_Scope, Any], Coroutine[Any, Any, _Return | None]]] = {
    "let": _Scope.let,
    "if": _Scope.if_,
    "for": _Scope.for_,
    "return": _Scope.return_,
    "final": _Scope.final,
    "previous": _Scope.previous,
    "interrupt": _Scope.interrupt,
    "heartbeat": _Scope.heartbeat,
    "write": _Scope.write,
    "effect": _Scope.effect,
    "store": _Scope.store,
    "call": _Scope.call,
    "invoke": _Scope.invoke,
    "start": _Scope.start,
    "await": _Scope.await_,
    "cancel": _Scope.cancel,
    "done": _Scope.done,
    "gather": _Scope.gather,
    "first": _Scope.first,
    "branches": _Scope.branches,
    "try": _Scope.try_,
    "raise": _Scope.raise_,
    "rethrow": _Scope.rethrow,
}
