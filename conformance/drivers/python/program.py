"""The program IR made into tasks and an entrypoint of the library, in either form and either mode.

The evaluator is written once, with `async`. In sync mode nothing that it awaits ever waits: waiting is then
`.result()`, so one step runs a coroutine to its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from inspect import Parameter, Signature
from typing import Any

from checks import Broken
from computing import is_array
from expressions import evaluate
from options import policies
from records import plain, record
from store import operate

from taskpoint import (
    BaseCache,
    BaseStore,
    CheckpointSaver,
    Entrypoint,
    Recorded,
    TaskError,
    TaskFunction,
    TaskpointError,
    as_completed,
    codec,
    durable,
    entrypoint,
    get_previous_state,
    get_runtime,
    get_stream_writer,
    heartbeat,
    interrupt,
    task,
)

__all__ = ("Program", "describe", "run_now")

Document = dict[str, Any]
_PREVIOUS = "previous"


class _Return:
    """A body ended with a value."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Program:
    """One program for one request.

    Args:
        document: The program.
        form: How tasks and the entrypoint are defined.
        is_async: Whether all functions are.
        effect: Asks the runner for an effect.
    """

    def __init__(
        self, document: Document, form: str, effect: Callable[..., Future[Document]], *, is_async: bool
    ) -> None:
        self.document = document
        self.form = form
        self.is_async = is_async
        self.entered = False
        """Whether the entrypoint's body was begun."""
        self._effect = effect
        self.errors: dict[str, type[Exception]] = {}
        self.tasks: dict[str, TaskFunction[..., Any]] = {}
        self.entrypoints: dict[str, Entrypoint[Any, Any]] = {}
        for name, definition in document.get("tasks", {}).items():
            parameters = [_parameter(each) for each in definition["params"]]
            function = self._function(parameters, definition["body"])
            options: dict[str, Any] = {"raises": [self.error_class(error) for error in definition.get("raises", [])]}
            options |= policies(definition, self.error_class, parameters)
            if "version" in definition:
                options["version"] = definition["version"]
            if "migrate" in definition:
                options["migrate"] = _migration(definition["migrate"])
            if "returns" in definition:
                function.__annotations__["return"] = record(f"{name} result", definition["returns"])
            if form == "named":
                self.tasks[name] = task(name, function, **options)
            else:
                self.tasks[name] = task(name=name, **options)(function)

    def entrypoint(
        self, saver: CheckpointSaver | None, store: BaseStore | None, cache: BaseCache | None
    ) -> Entrypoint[Any, Any]:
        """Return the entrypoint, with what it is given; the others of the program share its saver or have none."""
        document = self.document
        for name, definition in document.get("entrypoints", {}).items():
            kept = {"checkpointer": saver} if definition.get("saver") and saver is not None else {}
            self.entrypoints[name] = self._entrypoint(name, definition, kept)
        options: dict[str, Any] = {name: document[name] for name in ("version", "on_divergence") if name in document}
        if "migrate" in document:
            options["migrate"] = _migration(document["migrate"])
        if "context" in document:
            options["context_schema"] = record("Context", document["context"])
        if saver is not None:
            options["checkpointer"] = saver
        if store is not None:
            options["store"] = store
        if cache is not None:
            options["cache"] = cache
        made = self._entrypoint(document["entrypoint"], document, options)
        self.entrypoints[made.name] = made
        return made

    def _entrypoint(self, name: str, document: Document, options: dict[str, Any]) -> Entrypoint[Any, Any]:
        parameters = [_parameter(each) for each in document["params"]]
        options = options | policies(document, self.error_class, parameters)
        if "previous" in document:
            default = codec.from_tree(document["previous"]["default"])
            parameters.append(Parameter(_PREVIOUS, Parameter.KEYWORD_ONLY, default=default))
        function = self._function(parameters, document["body"], enters=True)
        if self.form == "named":
            return entrypoint(name, function, **options)
        return entrypoint(name=name, **options)(function)

    def error_class(self, name: str) -> type[Exception]:
        """Return the program's error class of a name."""
        return self.errors.setdefault(name, type(name, (Exception,), {}))

    def error(self, name: str, message: str, *data: Any) -> Exception:
        """Return an error of the program; `data` is one value or none."""
        error = self.error_class(name)(message)
        for value in data:
            error.data = value  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue] - a class made just now
        return error

    async def effect(self, name: str, args: list[Any]) -> Any:
        """Do something in the runner's world."""
        call = get_runtime().execution_info
        future = self._effect(
            name=name,
            args=[codec.to_tree(arg) for arg in args],
            path=call.path,
            attempt=call.attempt if call.path else None,
            idempotency_key=call.idempotency_key if call.path else None,
        )
        ok = (await asyncio.wrap_future(future) if self.is_async else future.result())["ok"]
        if "error" in ok:
            error = ok["error"]
            data = [codec.from_tree(error["data"])] if "data" in error else []
            raise self.error(error["type"], error["message"], *data)
        return codec.from_tree(ok["value"])

    def _function(
        self, parameters: list[Parameter], body: list[Document], *, enters: bool = False
    ) -> Callable[..., Any]:
        signature = Signature(parameters)

        async def run(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
            self.entered = self.entered or enters
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            return await _Scope(self, dict(bound.arguments), {}).run(body)

        async def waiting(*args: Any, **kwargs: Any) -> Any:
            return await run(args, kwargs)

        def blocking(*args: Any, **kwargs: Any) -> Any:
            return run_now(run(args, kwargs))

        function: Callable[..., Any] = waiting if self.is_async else blocking
        vars(function)["__signature__"] = signature
        return function


def _migration(expression: Any) -> Callable[[Recorded], Any]:
    def migrate(recorded: Recorded) -> Any:
        known = {"kind": recorded.kind, "value": recorded.value, "version": recorded.version}
        return evaluate(expression, known)

    return migrate


def _parameter(definition: str | Document) -> Parameter:
    if isinstance(definition, str):
        return Parameter(definition, Parameter.POSITIONAL_OR_KEYWORD)
    default = codec.from_tree(definition["default"])
    return Parameter(definition["name"], Parameter.POSITIONAL_OR_KEYWORD, default=default)


def run_now(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits to its end."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise Broken("a sync program waited for an event loop")


def _type_of(error: BaseException) -> str:
    if isinstance(error, TaskError):
        return error.type
    return error.code if isinstance(error, TaskpointError) else type(error).__name__


def describe(error: BaseException) -> Document:
    """Return what a program sees of an error."""
    message = error.message if isinstance(error, TaskpointError) else str(error)
    seen: Document = {"type": _type_of(error), "message": message}
    data = getattr(error, "data", None)
    if data is not None:
        seen["data"] = data
    if isinstance(error, TaskError) and error.path:
        seen["path"] = error.path
    return seen


def _fits(wanted: str, error: BaseException) -> bool:
    if isinstance(error, Broken | GeneratorExit):
        return False
    if wanted == "*":
        return isinstance(error, Exception)
    return wanted in {"$everything", _type_of(error)}


class _Scope:
    """One execution of a body: its variables, and the errors that some of them describe."""

    def __init__(self, program: Program, variables: dict[str, Any], errors: dict[str, BaseException]) -> None:
        self.program = program
        self.variables = variables
        self.errors = errors

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
        try:
            return evaluate(expression, self.variables)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise Broken(f"an expression makes no sense: {error!r}") from error

    def handle(self, expression: Any) -> Any:
        return self.value({"$var": expression} if isinstance(expression, str) else expression)

    def handles(self, expression: Any) -> list[Any]:
        if is_array(expression):
            return [self.handle(each) for each in expression]
        handles: list[Any] = self.value(expression)
        return handles

    def keep(self, members: Document, value: Any, name: str = "as") -> None:
        if name in members:
            self.variables[members[name]] = plain(value)

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
        self.keep(members, self.variables[_PREVIOUS] if _PREVIOUS in self.variables else get_previous_state())

    async def interrupt(self, members: Document) -> None:
        self.keep(members, interrupt(self.value(members["value"])))

    async def heartbeat(self, _: bool) -> None:  # noqa: FBT001 - a member of the statement
        heartbeat()

    async def now(self, members: Document) -> None:
        self.keep(members, durable.now())

    async def random(self, members: Document) -> None:
        self.keep(members, durable.random())

    async def uuid(self, members: Document) -> None:
        self.keep(members, str(durable.uuid4()))

    async def sleep(self, members: Document) -> None:
        slept = durable.sleep(self.value(members["seconds"]))
        if self.program.is_async:
            await slept

    async def write(self, members: Document) -> None:
        get_stream_writer()(self.value(members["value"]))

    async def effect(self, members: Document) -> None:
        args = [self.value(each) for each in members.get("args", [])]
        self.keep(members, await self.program.effect(members["name"], args))

    async def store(self, members: Document) -> None:
        self.keep(members, await operate(members, self.value, is_async=self.program.is_async))

    # Calls

    def begin(self, members: Document) -> Any:
        function = self.program.tasks[members["task"]]
        definition = self.program.document["tasks"][members["task"]]
        parameters = [_parameter(each) for each in definition["params"]]
        options = policies(members, self.program.error_class, parameters)
        if "key" in members:
            options["key"] = self.value(members["key"])
        if options:
            function = function.with_options(**options)
        args = [self.value(each) for each in members.get("args", [])]
        return function(*args, **{name: self.value(each) for name, each in members.get("kwargs", {}).items()})

    async def invoke(self, members: Document) -> None:
        workflow = self.program.entrypoints[members["entrypoint"]]
        options: dict[str, Any] = dict(members.get("options", {}))
        if "context" in options:
            options["context"] = self.value(options["context"])
        if "thread" in members:
            options["thread_id"] = self.value(members["thread"])
        value = self.value(members["input"])
        if self.program.is_async:
            self.keep(members, await workflow.ainvoke(value, **options))
        else:
            self.keep(members, workflow.invoke(value, **options))

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
            for each in () if collects else as_completed(handles):
                each.result()  # the first failure delivered, not the first in the list
            if not collects:
                for future in as_completed(handles):  # the failure delivered first is the one to be raised
                    future.result()
            results = [_result_or_error(each) for each in handles]
        self.keep(members, [describe(each) if isinstance(each, BaseException) else each for each in results])

    async def first(self, members: Document) -> None:
        handles = self.handles(members["handles"])
        futures = as_completed(handles)
        future = await anext(aiter(futures)) if self.program.is_async else next(iter(futures))
        self.keep(members, next(place for place, each in enumerate(handles) if each is future), "index")
        self.keep(members, await self.wait(future))

    async def branches(self, members: Document) -> None:
        scopes = [_Scope(self.program, dict(self.variables), dict(self.errors)) for _ in members["do"]]
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
        if "retryable" in members:
            vars(error)["retryable"] = members["retryable"]
        if "cause" in members:
            raise error from self.errors[members["cause"]]
        raise error

    async def rethrow(self, members: Document) -> None:
        raise self.errors[members["error"]]


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
    "now": _Scope.now,
    "random": _Scope.random,
    "uuid": _Scope.uuid,
    "sleep": _Scope.sleep,
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
