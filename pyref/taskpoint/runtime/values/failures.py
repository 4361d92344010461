"""Exceptions <-> error documents: the same exception on the first run as on a replay (`ERR-004`, `ERR-005`).

The class is found by its plain name among those that the task declares, those that its function, or that of the
entrypoint, can name itself, and the built-in ones. Rebuilding calls no constructor and imports nothing, whatever the
stored data says (`ERR-006`).
"""

from __future__ import annotations

import builtins
import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from types import CodeType, GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any, cast

from taskpoint import codec
from taskpoint._core.journal import ErrorDocument
from taskpoint._core.matching import Divergence
from taskpoint.errors import (
    CODES,
    ConcurrentRunError,
    FormatError,
    ReplayDivergenceError,
    SaverError,
    StoreError,
    TaskError,
    TaskpointError,
    TaskTimeoutError,
    UsageError,
    ValueEncodingError,
)
from taskpoint.runtime.values.functions import free_names
from taskpoint.watching.events import Failure

__all__ = (
    "Resolver",
    "deliver",
    "describe",
    "divergence_error",
    "failure_in",
    "failure_of",
    "links",
    "nothing_found",
    "resolver",
)

Resolver = Callable[[str], "type[Exception] | None"]

_EXT = "python.exception"
_BY_AREA: dict[str, type[TaskpointError]] = {
    "value": ValueEncodingError,
    "usage": UsageError,
    "interrupt": UsageError,
    "replay": ReplayDivergenceError,
    "format": FormatError,
    "saver": SaverError,
    "store": StoreError,
    "run": ConcurrentRunError,
}
_BY_CODE: dict[str, type[TaskpointError]] = {"task.timeout": TaskTimeoutError, "run.timeout": TaskTimeoutError}
_NEVER = (TaskpointError, ExceptionGroup, StopIteration, StopAsyncIteration)
"""Never rebuilt by name: a group needs its constructor, and the last two mean something to coroutines."""
_CODED = (ConcurrentRunError, ReplayDivergenceError)


def _plain_function(func: Callable[..., object]) -> Any:
    while isinstance(func, functools.partial):
        func = func.func
    func = getattr(func, "__func__", func)
    if not hasattr(func, "__globals__"):
        func = getattr(type(func).__call__, "__func__", type(func).__call__)
    return func


def _names_in(code: CodeType) -> set[str]:
    """Return the global names and the attributes that code mentions, also inside of what is defined in it."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(code.co_freevars, *map(_names_in, inner))


def _dotted(func: Any, name: str) -> Iterator[object]:
    """Yield what a name stands for behind a dot in a function's code: in ``except errors.Refused``, say."""
    code = getattr(func, "__code__", None)
    names = _names_in(code) if isinstance(code, CodeType) else set[str]()
    if name not in names:
        return
    known: dict[str, object] = {**getattr(func, "__globals__", {}), **free_names(func)}
    found = [known[each] for each in sorted(names) if each in known]
    modules = [each for each in found if isinstance(each, ModuleType)]
    for module in modules:  # which grows while it is read: by the modules in a module that are named, too
        members = vars(module)  # not an attribute: asking a module for one may import another (ERR-006)
        inside = (members.get(each) for each in sorted(names))
        modules.extend(each for each in inside if isinstance(each, ModuleType) and each not in modules)
        yield members.get(name)


def resolver(func: Callable[..., object], raises: Sequence[type[Exception]]) -> Resolver:
    """Return what finds a task's exception classes by their plain names."""
    declared = {cls.__name__: cls for cls in raises}
    plain = _plain_function(func)

    def find(name: str) -> type[Exception] | None:
        if name in declared:
            return None if issubclass(declared[name], _NEVER) else declared[name]
        own: dict[str, object] = getattr(plain, "__globals__", {})
        plainly = (free_names(plain).get(name), own.get(name), getattr(builtins, name, None))
        for candidate in chain(plainly, _dotted(plain, name)):
            if isinstance(candidate, type) and issubclass(candidate, Exception) and candidate.__name__ == name:
                return None if issubclass(candidate, _NEVER) else candidate
        return None

    return find


def nothing_found(_: str) -> None:
    """Find no class: where a run has no code of its own."""


def _native_attributes(exc: BaseException) -> Iterator[tuple[str, object]]:
    """Yield what built-in classes keep outside `__dict__`, such as `OSError.errno`."""
    for cls in type(exc).__mro__:
        if cls in {BaseException, Exception, object}:
            continue
        for name, slot in vars(cls).items():
            if isinstance(slot, MemberDescriptorType | GetSetDescriptorType) and not name.startswith("_"):
                value = getattr(exc, name, None)
                if value is not None:
                    yield name, value


def _encodable(value: object) -> bool:
    try:
        codec.encode(value)
    except ValueEncodingError:
        return False
    return True


def _is_own(name: str) -> bool:
    """Tell whether an attribute belongs to what the exception carries; what it says of trying again has its place."""
    return not name.startswith("__") and name != "retryable"


def _said(exc: BaseException) -> bool | None:
    """Return what the exception says about trying again (`ERR-003`)."""
    said = getattr(exc, "retryable", None)
    return said if isinstance(said, bool) else None


def _data_of(exc: BaseException, message: str) -> str | None:
    """Encode what the exception carries beside its message; what has no encoding stays behind."""
    own = {name: value for name, value in vars(exc).items() if _is_own(name) and _encodable(value)}
    native = {name: value for name, value in _native_attributes(exc) if _encodable(value)}
    plain_args = exc.args in {(), (message,)} if all(isinstance(arg, str) for arg in exc.args) else False
    if plain_args and not native and set(own) <= {"data"}:
        return codec.encode(own["data"]) if own else None
    carried: dict[str, object] = {}
    if not plain_args and _encodable(list(exc.args)):
        carried["args"] = list(exc.args)
    if own or native:
        carried["attributes"] = {**native, **own}
    return codec.encode(codec.Ext(_EXT, 1, carried)) if carried else None


def _clean(text: object) -> str:
    """Return a text without what no encoding has: a lone surrogate is replaced, the failure is kept."""
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in str(text))


def _text(exc: BaseException) -> str:
    try:
        return _clean(exc)
    except Exception:  # noqa: BLE001 - a broken __str__ must not hide the failure itself
        return ""


def describe(exc: BaseException, path: str | None) -> ErrorDocument:
    """Write an exception as an error document (`ERR-003`); one that raises when it is read says nothing more."""
    try:
        return _described(exc, path)
    except Exception:  # noqa: BLE001 - a broken error must not hide that there was a failure
        return ErrorDocument("Error", "an error that cannot be read was raised", None, path)


def _described(exc: BaseException, path: str | None) -> ErrorDocument:
    """Write an exception as it is; a library error's type is its code."""
    if isinstance(exc, TaskError):
        data = codec.encode(exc.data) if exc.data is not None and _encodable(exc.data) else None
        return ErrorDocument(_clean(exc.type) or "Error", _clean(exc.message), data, exc.path or path, _said(exc))
    if isinstance(exc, TaskpointError):
        return ErrorDocument(exc.code, exc.message, None, path)
    message = _text(exc)
    return ErrorDocument(type(exc).__name__ or "Error", message, _data_of(exc, message), path, _said(exc))


def failure_in(document: ErrorDocument, original: BaseException | None) -> Failure:
    """Return what watchers are told of a recorded error (`WCH-010`)."""
    code = document.type if document.type in CODES else None
    return Failure.of(document.type, code, original)


def failure_of(error: BaseException) -> Failure:
    """Return what watchers are told of an error that leaves a run, or an execution."""
    if isinstance(error, TaskError):
        return Failure.of(_clean(error.type) or "Error", error.code, error)
    code = error.code if isinstance(error, TaskpointError) else None
    return Failure.of(code or type(error).__name__, code, error)


def _rebuild(cls: type[Exception], document: ErrorDocument) -> Exception:
    base: type[Exception] = next(base for base in cls.__mro__ if base.__module__ == "builtins")
    exc: Exception = base.__new__(cls)  # ERR-006: nothing that user code defines is called
    data = None if document.data is None else codec.decode(document.data)
    args: object = (document.message,) if document.message else ()
    attributes: object = {}
    carried: object = data.data if isinstance(data, codec.Ext) and data.name == _EXT else None
    if isinstance(carried, dict):
        parts = cast("Mapping[object, object]", carried)
        args = parts.get("args", args)
        attributes = parts.get("attributes", {})
    elif document.data is not None:
        attributes = {"data": data}
    if isinstance(args, list | tuple):
        exc.args = tuple(cast("Sequence[object]", args))
    if isinstance(attributes, dict):
        for name, value in cast("Mapping[object, object]", attributes).items():
            if str(name).startswith("__") or callable(getattr(cls, str(name), None)):
                continue  # data hides no method
            with contextlib.suppress(AttributeError, TypeError):
                setattr(exc, str(name), value)
    return exc


def deliver(document: ErrorDocument, find: Resolver, path: str, original: BaseException | None) -> Exception:
    """Make the exception that the caller of the failed call sees: a fresh one for each delivery."""
    cls = find(document.type)
    area = _BY_CODE.get(document.type)
    if area is None and document.type in CODES:  # ERR-002
        area = _BY_AREA.get(document.type.partition(".")[0])
    exc: Exception | None = None
    if cls is not None:
        with contextlib.suppress(TypeError):  # a class that cannot be made like this is one that has no class here
            exc = _rebuild(cls, document)
    if exc is not None:
        pass
    elif area is not None:
        exc = area(document.message) if issubclass(area, _CODED) else area(document.message, code=document.type)
    else:
        data = None if document.data is None else codec.decode(document.data)
        hopeless = cls is not None or any(document.type == each.__name__ for each in _NEVER)
        hint = "its class cannot be made again from a record: catch TaskError, and look at its type"
        where = document.path or path
        exc = TaskError(document.message, type=document.type, path=where, data=data, hint=hint if hopeless else None)
        exc.__cause__ = original
    if document.retryable is not None:
        with contextlib.suppress(AttributeError, TypeError):
            exc.retryable = document.retryable  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue] - Python's errors have room
    if isinstance(exc, TaskError):
        return exc
    if original is not None:
        exc.__cause__ = original.__cause__
        exc.__suppress_context__ = original.__suppress_context__
        exc.__traceback__ = original.__traceback__
    return exc


def links(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, its causes, its contexts and the members of groups (`RPL-041`)."""
    seen: set[int] = set()
    stack: list[BaseException | None] = [error]
    while stack:
        exc = stack.pop()
        if exc is None or id(exc) in seen:
            continue
        seen.add(id(exc))
        yield exc
        stack.extend((exc.__context__, exc.__cause__))
        if isinstance(exc, BaseExceptionGroup):
            stack.extend(cast("BaseExceptionGroup[BaseException]", exc).exceptions)


def divergence_error(divergence: Divergence) -> ReplayDivergenceError:
    """Say what does not fit, by name, path and digest (`RPL-021`)."""
    record, attempted = divergence.record, divergence.attempted_digest
    recorded = f"input {(record.digest or 'unknown')[:12]}"
    tried = f"input {(attempted or 'unknown')[:12]}"
    return ReplayDivergenceError(
        f"the call at {record.path} does not fit its journal: recorded {recorded}, attempted {tried}",
        path=record.path,
        recorded=recorded,
        attempted=tried,
        hint="if the code is the same, it uses a clock, chance or the world outside of tasks: put that in a task, or "
        "use taskpoint.durable; if it has changed, restore it, or fork the thread; calls that change places need keys",
    )
