"""The program IR made into tasks and an entrypoint of the library, in either form and either mode."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from inspect import Parameter, Signature
from typing import Any

from checks import Broken
from expressions import evaluate
from flow import AnyProgram, AnyScope, Document, Return
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

__all__ = ("Program", "describe")

_PREVIOUS = "previous"


class Program(AnyProgram):
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
        super().__init__(document, effect, is_async=is_async)
        self.form = form
        self.tasks: dict[str, TaskFunction[..., Any]] = {}
        self.entrypoints: dict[str, Entrypoint[Any, Any]] = {}
        for name, definition in document.get("tasks", {}).items():
            parameters = [self.parameter(each) for each in definition["params"]]
            function = self._body(parameters, definition["body"])
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
        parameters = [self.parameter(each) for each in document["params"]]
        options = options | policies(document, self.error_class, parameters)
        if "previous" in document:
            default = codec.from_tree(document["previous"]["default"])
            parameters.append(Parameter(_PREVIOUS, Parameter.KEYWORD_ONLY, default=default))
        function = self._body(parameters, document["body"], enters=True)
        if self.form == "named":
            return entrypoint(name, function, **options)
        return entrypoint(name=name, **options)(function)

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

    def _body(self, parameters: list[Parameter], body: list[Document], *, enters: bool = False) -> Callable[..., Any]:
        async def run(arguments: Document) -> Any:
            self.entered = self.entered or enters
            return await _Scope(self, arguments, {}).run(body)

        return self.function(Signature(parameters), run)


def _migration(expression: Any) -> Callable[[Recorded], Any]:
    def migrate(recorded: Recorded) -> Any:
        known = {"kind": recorded.kind, "value": recorded.value, "version": recorded.version}
        return evaluate(expression, known)

    return migrate


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


class _Scope(AnyScope[Program]):
    """One execution of a body, by the statements that ask something of the library."""

    def value(self, expression: Any) -> Any:
        try:
            return evaluate(expression, self.variables)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise Broken(f"an expression makes no sense: {error!r}") from error

    def keep(self, members: Document, value: Any, name: str = "as") -> None:
        super().keep(members, plain(value), name)

    def as_completed(self, handles: list[Any]) -> Iterable[Any]:
        return as_completed(handles)

    def type_of(self, error: BaseException) -> str:
        return _type_of(error)

    def describe(self, error: BaseException) -> Document:
        return describe(error)

    async def do_final(self, members: Document) -> Return:
        return Return(entrypoint.final(value=self.value(members["value"]), save=self.value(members["save"])))

    async def do_previous(self, members: Document) -> None:
        self.keep(members, self.variables[_PREVIOUS] if _PREVIOUS in self.variables else get_previous_state())

    async def do_interrupt(self, members: Document) -> None:
        self.keep(members, interrupt(self.value(members["value"])))

    async def do_heartbeat(self, _: bool) -> None:  # noqa: FBT001 - a member of the statement
        heartbeat()

    async def do_now(self, members: Document) -> None:
        self.keep(members, durable.now())

    async def do_random(self, members: Document) -> None:
        self.keep(members, durable.random())

    async def do_uuid(self, members: Document) -> None:
        self.keep(members, str(durable.uuid4()))

    async def do_sleep(self, members: Document) -> None:
        slept = durable.sleep(self.value(members["seconds"]))
        if self.program.is_async:
            await slept

    async def do_write(self, members: Document) -> None:
        get_stream_writer()(self.value(members["value"]))

    async def do_store(self, members: Document) -> None:
        self.keep(members, await operate(members, self.value, is_async=self.program.is_async))

    # Calls

    def begin(self, members: Document) -> Any:
        function = self.program.tasks[members["task"]]
        definition = self.program.document["tasks"][members["task"]]
        parameters = [self.program.parameter(each) for each in definition["params"]]
        options = policies(members, self.program.error_class, parameters)
        if "key" in members:
            options["key"] = self.value(members["key"])
        if options:
            function = function.with_options(**options)
        args, kwargs = self.arguments(members)
        return function(*args, **kwargs)

    async def do_invoke(self, members: Document) -> None:
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

    async def do_first(self, members: Document) -> None:
        handles = self.handles(members["handles"])
        futures = as_completed(handles)
        future = await anext(aiter(futures)) if self.program.is_async else next(iter(futures))
        self.keep(members, next(place for place, each in enumerate(handles) if each is future), "index")
        self.keep(members, await self.wait(future))
