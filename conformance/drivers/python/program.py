"""A program made into tasks and entrypoints of the library, as a user would write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from inspect import Parameter, Signature
from typing import Any, Final

import ir.statements
from ir.expressions import FORMS
from ir.statements import Document, Return, Scope, statement
from records import plain

from taskpoint import (
    Entrypoint,
    TaskError,
    TaskFunction,
    TaskpointError,
    as_completed,
    codec,
    entrypoint,
    get_idempotency_key,
    get_previous_state,
    get_runtime,
    task,
)

__all__ = ("OPTIONS", "Program", "describe")

_PREVIOUS: Final = "previous"

Option = Callable[["Program", Any, Callable[..., Any]], Document]


def _raises(program: Program, names: list[str], _: Callable[..., Any]) -> Document:
    return {"raises": [program.error_class(each) for each in names]}


def _same(name: str) -> Option:
    def hand_on(_: Program, value: Any, __: Callable[..., Any]) -> Document:
        return {name: value}

    return hand_on


OPTIONS: Final[dict[str, Option]] = {
    "raises": _raises,
    **{name: _same(name) for name in ("version", "on_divergence", "key")},
}
"""What a member of a definition, or of a call, comes to as options of the library; profiles add theirs."""

FORMS["$lit"] = lambda tree, _: codec.from_tree(tree)
FORMS["$key"] = lambda _, __: get_idempotency_key()


class Program(ir.statements.Program):
    """One program for one request.

    Args:
        document: The program.
        form: How tasks and entrypoints are defined (CNF-023).
        effect: Asks the runner for an effect.
        is_async: Whether all functions are.
    """

    def __init__(
        self, document: Document, form: str, effect: Callable[..., Future[Document]], *, is_async: bool
    ) -> None:
        super().__init__(document, effect, is_async=is_async)
        self._form = form
        self.functions: dict[str, Callable[..., Any]] = {}
        self.tasks: dict[str, TaskFunction[..., Any]] = {}
        self.entrypoints: dict[str, Entrypoint[Any, Any]] = {}
        self.given: Document = {}
        """What the request gives the entrypoint, such as a checkpointer."""
        for name, definition in document.get("tasks", {}).items():
            self.functions[name] = self._function(definition)
            self.tasks[name] = self._define(task, name, self.options(definition, self.functions[name]))

    def entrypoint(self, given: Document) -> Entrypoint[Any, Any]:
        """Return the program's own entrypoint, with what it is given; further ones are made beside it."""
        self.given = given
        name = self.document["entrypoint"]
        for each, definition in {**self.document.get("entrypoints", {}), name: self.document}.items():
            self.functions[each] = self._function(definition, enters=True)
            options = self.options(definition, self.functions[each]) | (given if definition is self.document else {})
            self.entrypoints[each] = self._define(entrypoint, each, options)
        return self.entrypoints[name]

    def _define(self, make: Callable[..., Any], name: str, options: Document) -> Any:
        function = self.functions[name]
        return make(name, function, **options) if self._form == "named" else make(name=name, **options)(function)

    def options(self, members: Document, function: Callable[..., Any]) -> Document:
        """Return the options that the members of a definition, or of a call, of a function come to."""
        options: Document = {}
        for member in OPTIONS.keys() & members:
            options |= OPTIONS[member](self, members[member], function)
        return options

    def _function(self, definition: Document, *, enters: bool = False) -> Callable[..., Any]:
        parameters = [self.parameter(each) for each in definition["params"]]
        if _PREVIOUS in definition:
            default = codec.from_tree(definition[_PREVIOUS]["default"])
            parameters.append(Parameter(_PREVIOUS, Parameter.KEYWORD_ONLY, default=default))

        async def run(arguments: Document) -> Any:
            self.entered = self.entered or enters
            return await Scope(self, arguments).run(definition["body"])

        return self.function(Signature(parameters), run)

    def encode(self, value: Any) -> Any:
        return codec.to_tree(value)

    def decode(self, tree: Any) -> Any:
        return codec.from_tree(tree)

    def place(self) -> Document:
        call = get_runtime().execution_info
        return {
            "path": call.path,
            "attempt": call.attempt if call.path else None,
            "idempotency_key": call.idempotency_key if call.path else None,
        }

    def describe(self, error: BaseException) -> Document:
        return describe(error)

    def begin(self, scope: Scope, name: str, args: list[Any], kwargs: Document, options: Document) -> Any:
        if "key" in options:
            options["key"] = scope.value(options["key"])
        chosen = self.options(options, self.functions[name])
        function = self.tasks[name].with_options(**chosen) if chosen else self.tasks[name]
        return function(*args, **kwargs)

    def seen(self, value: Any) -> Any:
        return plain(value)

    def as_completed(self, handles: list[Any]) -> Iterable[Any]:
        return as_completed(handles)


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


@statement
async def _final(scope: Scope, *, value: Any, save: Any) -> Return:
    return Return(entrypoint.final(value=scope.value(value), save=scope.value(save)))


@statement
async def _previous(scope: Scope) -> Any:
    return scope.variables[_PREVIOUS] if _PREVIOUS in scope.variables else get_previous_state()
