"""How a program goes on: its control flow, its calls and its errors, without any library, for drivers of several.

It is written once, with `async`. In sync mode nothing that it awaits ever waits: waiting is then `.result()`, so one
step runs a coroutine to its end.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from inspect import Parameter, Signature
from typing import Any, Generic, Self, TypeVar

from checks import Broken
from computing import is_array

__all__ = ("AnyProgram", "AnyScope", "Document", "Return", "run_now")

Document = dict[str, Any]
P = TypeVar("P", bound="AnyProgram")


class Return:
    """A body ended with a value."""

    def __init__(self, value: Any) -> None:
        self.value = value


class AnyProgram(ABC):
    """One program for one request.

    Args:
        document: The program.
        effect: Asks the runner for an effect.
        is_async: Whether all functions are.
    """

    def __init__(self, document: Document, effect: Callable[..., Future[Document]], *, is_async: bool) -> None:
        self.document = document
        self.is_async = is_async
        self.entered = False
        """Whether the entrypoint's body was begun."""
        self.errors: dict[str, type[Exception]] = {}
        self._effect = effect

    @abstractmethod
    def encode(self, value: Any) -> Any:
        """Return a value as messages have it."""

    @abstractmethod
    def decode(self, tree: Any) -> Any:
        """Return the value that a message has."""

    @abstractmethod
    def place(self) -> Document:
        """Return what an effect tells of the call that it is made in."""

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
        future = self._effect(name=name, args=[self.encode(arg) for arg in args], **self.place())
        ok = (await asyncio.wrap_future(future) if self.is_async else future.result())["ok"]
        if "error" in ok:
            error = ok["error"]
            data = [self.decode(error["data"])] if "data" in error else []
            raise self.error(error["type"], error["message"], *data)
        return self.decode(ok["value"])

    def parameter(self, definition: str | Document) -> Parameter:
        """Return a parameter as a program defines it."""
        if isinstance(definition, str):
            return Parameter(definition, Parameter.POSITIONAL_OR_KEYWORD)
        default = self.decode(definition["default"])
        return Parameter(definition["name"], Parameter.POSITIONAL_OR_KEYWORD, default=default)

    def function(self, signature: Signature, run: Callable[[Document], Coroutine[Any, Any, Any]]) -> Callable[..., Any]:
        """Return a function of the program's mode that runs with its arguments by name."""

        def bound(args: tuple[Any, ...], kwargs: Document) -> Coroutine[Any, Any, Any]:
            arguments = signature.bind(*args, **kwargs)
            arguments.apply_defaults()
            return run(dict(arguments.arguments))

        async def waiting(*args: Any, **kwargs: Any) -> Any:
            return await bound(args, kwargs)

        def blocking(*args: Any, **kwargs: Any) -> Any:
            return run_now(bound(args, kwargs))

        function: Callable[..., Any] = waiting if self.is_async else blocking
        vars(function)["__signature__"] = signature
        return function


def run_now(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine that never waits to its end."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise Broken("a sync program waited for an event loop")


class AnyScope(ABC, Generic[P]):
    """One execution of a body: its variables, and the errors that some of them describe.

    The statement `x` is what the method `do_x` does.
    """

    def __init__(self, program: P, variables: Document, errors: dict[str, BaseException]) -> None:
        self.program = program
        self.variables = variables
        self.errors = errors

    def branch(self) -> Self:
        """Return a scope that begins with what this one has."""
        return type(self)(self.program, dict(self.variables), dict(self.errors))

    @abstractmethod
    def value(self, expression: Any) -> Any:
        """Return the value of an expression."""

    @abstractmethod
    def begin(self, members: Document) -> Any:
        """Call a task, and return its future."""

    @abstractmethod
    def as_completed(self, handles: list[Any]) -> Iterable[Any]:
        """Yield futures in the order in which they end; they are those of threads."""

    @abstractmethod
    def type_of(self, error: BaseException) -> str:
        """Return the name by which a program catches an error."""

    @abstractmethod
    def describe(self, error: BaseException) -> Document:
        """Return what a program sees of an error."""

    async def run(self, body: list[Document]) -> Any:
        """Execute a body and return its value."""
        end = await self.block(body)
        return end.value if end else None

    async def block(self, body: list[Document]) -> Return | None:
        """Execute statements until one returns."""
        for statement in body:
            ((kind, members),) = statement.items()
            end: Return | None = await getattr(self, f"do_{kind}")(members)
            if end is not None:
                return end
        return None

    def handle(self, expression: Any) -> Any:
        return self.value({"$var": expression} if isinstance(expression, str) else expression)

    def handles(self, expression: Any) -> list[Any]:
        if is_array(expression):
            return [self.handle(each) for each in expression]
        return list(self.value(expression))

    def keep(self, members: Document, value: Any, name: str = "as") -> None:
        if name in members:
            self.variables[members[name]] = value

    async def wait(self, future: Any) -> Any:
        return await future if self.program.is_async else future.result()

    # Plain statements

    async def do_let(self, members: Document) -> None:
        self.variables |= {name: self.value(expression) for name, expression in members.items()}

    async def do_if(self, members: Document) -> Return | None:
        return await self.block(members["then"] if self.value(members["cond"]) else members.get("else", []))

    async def do_for(self, members: Document) -> Return | None:
        for item in self.value(members["in"]):
            self.variables[members["each"]] = item
            end = await self.block(members["do"])
            if end is not None:
                return end
        return None

    async def do_return(self, expression: Any) -> Return:
        return Return(self.value(expression))

    async def do_effect(self, members: Document) -> None:
        args = [self.value(each) for each in members.get("args", [])]
        self.keep(members, await self.program.effect(members["name"], args))

    # Calls

    def arguments(self, members: Document) -> tuple[list[Any], Document]:
        """Return what a task is called with."""
        kwargs = {name: self.value(each) for name, each in members.get("kwargs", {}).items()}
        return [self.value(each) for each in members.get("args", [])], kwargs

    async def do_call(self, members: Document) -> None:
        self.keep(members, await self.wait(self.begin(members)))

    async def do_start(self, members: Document) -> None:
        self.keep(members, self.begin(members))

    async def do_await(self, members: Document) -> None:
        self.keep(members, await self.wait(self.handle(members["handle"])))

    async def do_cancel(self, members: Document) -> None:
        self.handle(members["handle"]).cancel()

    async def do_done(self, members: Document) -> None:
        self.keep(members, self.handle(members["handle"]).done())

    async def do_gather(self, members: Document) -> None:
        collects = members.get("return_errors", False)
        handles = self.handles(members["handles"])
        if self.program.is_async:
            self.collect(members, await asyncio.gather(*handles, return_exceptions=collects))
            return
        for each in () if collects else self.as_completed(handles):
            each.result()  # the first failure delivered, not the first in the list
        self.collect(members, [_result_or_error(each) for each in handles])

    async def do_branches(self, members: Document) -> None:
        bodies = [self.branch().run(body) for body in members["do"]]
        self.collect(members, await asyncio.gather(*bodies, return_exceptions=members.get("return_errors", False)))

    def collect(self, members: Document, results: list[Any]) -> None:
        """Keep results, and of errors what a program sees of them."""
        self.keep(members, [self.describe(each) if isinstance(each, BaseException) else each for each in results])

    # Errors

    async def do_try(self, members: Document) -> Return | None:
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

    async def guarded(self, members: Document) -> Return | None:
        try:
            return await self.block(members["body"])
        except BaseException as error:
            clause = next((each for each in members.get("catch", []) if self.fits(each["type"], error)), None)
            if clause is None:
                raise
            if "as" in clause:
                self.variables[clause["as"]] = self.describe(error)
                self.errors[clause["as"]] = error
            return await self.block(clause["body"])

    def fits(self, wanted: str, error: BaseException) -> bool:
        """Tell whether a clause catches an error."""
        if isinstance(error, Broken | GeneratorExit):
            return False
        if wanted == "*":
            return isinstance(error, Exception)
        return wanted in {"$everything", self.type_of(error)}

    async def do_raise(self, members: Document) -> None:
        data = [self.value(members["data"])] if "data" in members else []
        error = self.program.error(members["type"], self.value(members["message"]), *data)
        if "retryable" in members:
            vars(error)["retryable"] = members["retryable"]
        if "cause" in members:
            raise error from self.errors[members["cause"]]
        raise error

    async def do_rethrow(self, members: Document) -> None:
        raise self.errors[members["error"]]


def _result_or_error(future: Any) -> Any:
    try:
        return future.result()
    except Exception as error:  # noqa: BLE001 - it is wanted as a value
        return error
