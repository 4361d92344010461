"""How a program goes on: its variables, its control flow, its calls and its errors.

It is written once, with `async`. In sync mode nothing that it awaits ever waits: waiting is then `.result()`, so one
step runs a coroutine to its end.
"""

from __future__ import annotations

import asyncio
import inspect
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import Future
from functools import partial
from inspect import Parameter, Signature
from keyword import iskeyword
from typing import Any, Final

from ir.expressions import evaluate, is_array

__all__ = ("STATEMENTS", "Broken", "Document", "Program", "Return", "Scope", "members_of", "run_now", "statement")

Document = dict[str, Any]
Statement = Callable[..., Awaitable[Any]]
_NOTHING: Final = object()
_CALL: Final = ("key", "retry", "timeout", "cache")
"""The options of a call."""

STATEMENTS: Final[dict[str, Statement]] = {}
"""What each statement does. Profiles and drivers add theirs."""
_MEMBERS: Final[dict[str, frozenset[str] | None]] = {}


def statement(function: Statement, more: Iterable[str] = ()) -> Statement:
    """Let a function be the statement of its name: it takes the scope and the members, and returns what `as` keeps.

    Behind a member that Python has taken stands an underscore. `more` are the members behind its `**`. A function that
    has a second parameter by position takes an expression instead of members.
    """
    kind = function.__name__.strip("_")
    _, *parameters = inspect.signature(function).parameters.values()
    takes_expression = any(each.kind is each.POSITIONAL_OR_KEYWORD for each in parameters)
    named = [each.name.rstrip("_") for each in parameters if each.kind is each.KEYWORD_ONLY]
    STATEMENTS[kind] = function
    _MEMBERS[kind] = None if takes_expression else frozenset((*named, *more, "as"))
    return function


def members_of(kind: str) -> frozenset[str] | None:
    """Return the members that a statement may have, None where it has an expression."""
    return _MEMBERS[kind]


class Broken(BaseException):
    """The request is not of the protocol: no program can catch it."""


class Return:
    """A body ended with a value."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Program(ABC):
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

    @abstractmethod
    def describe(self, error: BaseException) -> Document:
        """Return what a program sees of an error; it is caught by its `type`."""

    def seen(self, value: Any) -> Any:
        """Return what a program sees of a value that a statement gave."""
        return value

    @abstractmethod
    def begin(self, scope: Scope, name: str, args: list[Any], kwargs: Document, options: Document) -> Any:
        """Call a task, and return its future; the options are as the program says them."""

    @abstractmethod
    def as_completed(self, handles: list[Any]) -> Iterable[Any]:
        """Yield futures in the order in which they end; they are those of threads."""

    def error_class(self, name: str) -> type[Exception]:
        """Return the program's error class of a name (CNF-022)."""
        return self.errors.setdefault(name, type(name, (Exception,), {}))

    def error(self, name: str, message: str, **attributes: Any) -> Exception:
        """Return an error of the program that carries something."""
        error = self.error_class(name)(message)
        vars(error).update(attributes)
        return error

    async def effect(self, name: str, args: list[Any]) -> Any:
        """Do something in the runner's world (CNF-009)."""
        future = self._effect(name=name, args=[self.encode(arg) for arg in args], **self.place())
        ok = (await asyncio.wrap_future(future) if self.is_async else future.result())["ok"]
        if "error" in ok:
            error = ok["error"]
            data = {"data": self.decode(error["data"])} if "data" in error else {}
            raise self.error(error["type"], error["message"], **data)
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


class Scope:
    """One execution of a body: its variables, and the errors that some of them describe."""

    def __init__(self, program: Program, variables: Document, errors: dict[str, BaseException] | None = None) -> None:
        self.program = program
        self.variables = variables
        self.errors = errors or {}

    async def run(self, body: list[Document]) -> Any:
        """Execute a body and return its value."""
        end = await self.block(body)
        return end.value if end else None

    async def block(self, body: list[Document]) -> Return | None:
        """Execute statements until one returns."""
        for each in body:
            ((kind, members),) = each.items()
            if members_of(kind) is None:
                result = await STATEMENTS[kind](self, members)
            else:
                named = {name + "_" * iskeyword(name): member for name, member in members.items() if name != "as"}
                result = await STATEMENTS[kind](self, **named)
                if "as" in members:
                    self.variables[members["as"]] = self.program.seen(result)
            if isinstance(result, Return):
                return result
        return None

    def value(self, expression: Any) -> Any:
        """Return the value of an expression."""
        return evaluate(expression, self.variables)

    def handle(self, expression: Any) -> Any:
        """Return the future that a variable, or an expression, holds."""
        return self.value({"$var": expression} if isinstance(expression, str) else expression)

    def handles(self, expression: Any) -> list[Any]:
        """Return several."""
        if is_array(expression):
            return [self.handle(each) for each in expression]
        return list(self.value(expression))

    async def wait(self, future: Any) -> Any:
        """Return what a future comes to."""
        return await future if self.program.is_async else future.result()

    def fits(self, wanted: str, error: BaseException) -> bool:
        """Tell whether a clause catches an error."""
        if isinstance(error, Broken | GeneratorExit):
            return False
        if wanted == "*":
            return isinstance(error, Exception)
        return wanted in {"$everything", self.program.describe(error)["type"]}


@statement
async def _let(scope: Scope, expressions: Document) -> None:
    scope.variables |= {name: scope.value(each) for name, each in expressions.items()}


@statement
async def _if(scope: Scope, *, cond: Any, then: Any, else_: Any = ()) -> Return | None:
    return await scope.block(then if scope.value(cond) else else_)


@statement
async def _for(scope: Scope, *, each: str, in_: Any, do: Any) -> Return | None:
    for item in scope.value(in_):
        scope.variables[each] = item
        end = await scope.block(do)
        if end is not None:
            return end
    return None


@statement
async def _return(scope: Scope, expression: Any) -> Return:
    return Return(scope.value(expression))


@statement
async def _effect(scope: Scope, *, name: str, args: Any = ()) -> Any:
    return await scope.program.effect(name, [scope.value(each) for each in args])


@partial(statement, more=_CALL)
async def _start(scope: Scope, *, task: str, args: Any = (), kwargs: Document | None = None, **options: Any) -> Any:
    named = {name: scope.value(each) for name, each in (kwargs or {}).items()}
    return scope.program.begin(scope, task, [scope.value(each) for each in args], named, options)


@partial(statement, more=_CALL)
async def _call(scope: Scope, *, task: str, args: Any = (), kwargs: Document | None = None, **options: Any) -> Any:
    return await scope.wait(await _start(scope, task=task, args=args, kwargs=kwargs, **options))


@statement
async def _try(scope: Scope, *, body: Any, catch: Any = (), finally_: Any = ()) -> Return | None:
    # As Python's own: a `return` in `finally` wins over whatever was under way.
    try:
        end = await _guarded(scope, body, catch)
    except BaseException:
        override = await scope.block(finally_)
        if override is None:
            raise
        return override
    return await scope.block(finally_) or end


async def _guarded(scope: Scope, body: Any, catch: Any) -> Return | None:
    try:
        return await scope.block(body)
    except BaseException as error:
        clause = next((each for each in catch if scope.fits(each["type"], error)), None)
        if clause is None:
            raise
        if "as" in clause:
            scope.variables[clause["as"]] = scope.program.describe(error)
            scope.errors[clause["as"]] = error
        return await scope.block(clause["body"])


@statement
async def _raise(
    scope: Scope, *, type: str, message: Any, data: Any = _NOTHING, cause: str | None = None, retryable: Any = _NOTHING
) -> None:
    said = {"data": data if data is _NOTHING else scope.value(data), "retryable": retryable}
    carried = {name: each for name, each in said.items() if each is not _NOTHING}
    error = scope.program.error(type, scope.value(message), **carried)
    if cause is not None:
        raise error from scope.errors[cause]
    raise error


@statement
async def _rethrow(scope: Scope, *, error: str) -> None:
    raise scope.errors[error]
