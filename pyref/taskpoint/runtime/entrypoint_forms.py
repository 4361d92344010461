"""`entrypoint`: all ways to make a function a workflow."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol, TypeAlias, TypeVar, Unpack, overload

from taskpoint.runtime.definitions.normalising import check_function, check_name, function_name, split_forms
from taskpoint.runtime.definitions.options import EntrypointKeywords, read_entrypoint_options
from taskpoint.runtime.entrypoint import Entrypoint
from taskpoint.runtime.values.commands import EntrypointFinal
from taskpoint.savers.base import CheckpointSaver

__all__ = ("entrypoint",)

I = TypeVar("I")  # noqa: E741 - input
R = TypeVar("R")

_Name: TypeAlias = str | Mapping[str, Any]
_Kept: TypeAlias = EntrypointFinal[R, Any]

# A function of the input alone keeps the input's type; one that also asks for `previous` or `config` without a default
# does not. What is saved is no part of the result.


class _EntrypointDecorator(Protocol):
    @overload
    def __call__(self, func: Callable[[I], Awaitable[_Kept[R]]], /) -> Entrypoint[I, R]: ...
    @overload
    def __call__(self, func: Callable[[I], _Kept[R]], /) -> Entrypoint[I, R]: ...
    @overload
    def __call__(self, func: Callable[[I], Awaitable[R]], /) -> Entrypoint[I, R]: ...
    @overload
    def __call__(self, func: Callable[[I], R], /) -> Entrypoint[I, R]: ...
    @overload
    def __call__(self, func: Callable[..., Awaitable[_Kept[R]]], /) -> Entrypoint[Any, R]: ...
    @overload
    def __call__(self, func: Callable[..., _Kept[R]], /) -> Entrypoint[Any, R]: ...
    @overload
    def __call__(self, func: Callable[..., Awaitable[R]], /) -> Entrypoint[Any, R]: ...
    @overload
    def __call__(self, func: Callable[..., R], /) -> Entrypoint[Any, R]: ...


class _EntrypointForms:
    """Make a function a workflow.

    Forms: ``@entrypoint``, ``@entrypoint()``, ``@entrypoint(name=..., checkpointer=...)``,
    ``entrypoint("name", fn, **options)`` and ``entrypoint({"name": ..., **options}, fn)``. All are one definition
    (`TSK-001`); the function itself is never changed.

    The function takes the input, and by name, if it wants to, ``previous`` (what the thread's last run saved) and
    ``config``. ``entrypoint.final(value=..., save=...)`` returns one value and saves another; annotate it as
    `EntrypointFinal`.

    Args:
        name: What runs are recorded under; the function's own name if left out.
        checkpointer: A saver, or a path: the SQLite file that keeps the threads. Without one, nothing is kept.
        version: Stored with each run, for whoever reads the thread.
        on_divergence: What to do when a call does not fit the journal: ``"error"`` stops, ``"replay"``
            returns the recorded result all the same, ``"warn"`` does too and logs it.
        retry_policy: A `RetryPolicy`, or a list of them: a run that fails goes on with another attempt, which runs
            nothing again that had finished. Tasks do not inherit it.
        cache: Where results of tasks with a `CachePolicy` are kept: a cache, or a path: the SQLite file that keeps it.
        timeout: Seconds, a `timedelta` or a `TimeoutPolicy`, for each attempt.
        store: Long-term memory for `get_store`: a store, or a path: the SQLite file that keeps it.

    Raises:
        UsageError: An option is unknown or invalid, the function is missing, is a generator or has no name.

    Example:
        >>> from taskpoint import EntrypointFinal, InMemorySaver, entrypoint, task
        >>> @task
        ... def double(n: int) -> int:
        ...     return 2 * n
        >>> @entrypoint(checkpointer=InMemorySaver())
        ... def main(n: int, *, previous: int | None = None) -> EntrypointFinal[int, int]:
        ...     value = double(n).result() + (previous or 0)
        ...     return entrypoint.final(value=value, save=-value)
        >>> main.invoke(4, thread_id="t")
        8
        >>> main.invoke(5, thread_id="t")
        2
    """

    final: Final = EntrypointFinal

    @overload
    def __call__(self, func: Callable[[I], Awaitable[_Kept[R]]], /) -> Entrypoint[I, R]: ...
    @overload
    def __call__(self, func: Callable[[I], _Kept[R]], /) -> Entrypoint[I, R]: ...
    @overload
    def __call__(self, func: Callable[[I], Awaitable[R]], /) -> Entrypoint[I, R]: ...
    @overload
    def __call__(self, func: Callable[[I], R], /) -> Entrypoint[I, R]: ...
    @overload
    def __call__(self, func: Callable[..., Awaitable[_Kept[R]]], /) -> Entrypoint[Any, R]: ...
    @overload
    def __call__(self, func: Callable[..., _Kept[R]], /) -> Entrypoint[Any, R]: ...
    @overload
    def __call__(self, func: Callable[..., Awaitable[R]], /) -> Entrypoint[Any, R]: ...
    @overload
    def __call__(self, func: Callable[..., R], /) -> Entrypoint[Any, R]: ...
    @overload
    def __call__(
        self, /, *, name: str | None = None, **options: Unpack[EntrypointKeywords]
    ) -> _EntrypointDecorator: ...
    @overload
    def __call__(
        self, checkpointer: CheckpointSaver, /, **options: Unpack[EntrypointKeywords]
    ) -> _EntrypointDecorator: ...
    @overload
    def __call__(
        self, name: _Name, func: Callable[[I], Awaitable[_Kept[R]]], /, **options: Unpack[EntrypointKeywords]
    ) -> Entrypoint[I, R]: ...
    @overload
    def __call__(
        self, name: _Name, func: Callable[[I], _Kept[R]], /, **options: Unpack[EntrypointKeywords]
    ) -> Entrypoint[I, R]: ...
    @overload
    def __call__(
        self, name: _Name, func: Callable[[I], Awaitable[R]], /, **options: Unpack[EntrypointKeywords]
    ) -> Entrypoint[I, R]: ...
    @overload
    def __call__(
        self, name: _Name, func: Callable[[I], R], /, **options: Unpack[EntrypointKeywords]
    ) -> Entrypoint[I, R]: ...
    @overload
    def __call__(
        self, name: _Name, func: Callable[..., Awaitable[_Kept[R]]], /, **options: Unpack[EntrypointKeywords]
    ) -> Entrypoint[Any, R]: ...
    @overload
    def __call__(
        self, name: _Name, func: Callable[..., _Kept[R]], /, **options: Unpack[EntrypointKeywords]
    ) -> Entrypoint[Any, R]: ...
    @overload
    def __call__(
        self, name: _Name, func: Callable[..., Awaitable[R]], /, **options: Unpack[EntrypointKeywords]
    ) -> Entrypoint[Any, R]: ...
    @overload
    def __call__(
        self, name: _Name, func: Callable[..., R], /, **options: Unpack[EntrypointKeywords]
    ) -> Entrypoint[Any, R]: ...
    def __call__(self, first: Any = None, second: Any = None, /, **options: Any) -> Any:
        """Make a function a workflow; the forms and options are those of `entrypoint`."""
        if isinstance(first, CheckpointSaver) and "checkpointer" not in options:  # LangGraph's first parameter
            first, options = None, {"checkpointer": first, **options}
        name, func, options = split_forms("entrypoint", first, second, options)
        read = read_entrypoint_options(options)
        if name is not None:
            check_name("entrypoint", name)

        def decorate(target: object) -> Entrypoint[Any, Any]:
            checked = check_function("entrypoint", target)
            own = name if name is not None else function_name("entrypoint", checked)
            return Entrypoint(checked, own, read)

        return decorate if func is None else decorate(func)


entrypoint: Final = _EntrypointForms()
