"""`task`: a function whose results are recorded."""

from __future__ import annotations

import copy
import functools
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, Unpack, overload

from taskpoint.runtime.definitions.caching import namespace_of
from taskpoint.runtime.definitions.normalising import check_function, check_name, function_name, split_forms
from taskpoint.runtime.definitions.options import (
    CallKeywords,
    TaskKeywords,
    TaskOptions,
    read_call_options,
    read_task_options,
)
from taskpoint.runtime.execution.executed import Executed
from taskpoint.runtime.execution.host import current_host
from taskpoint.runtime.injection import Parameters
from taskpoint.runtime.values.arguments import ArgumentNames
from taskpoint.runtime.values.failures import resolver
from taskpoint.runtime.values.forms import Form
from taskpoint.runtime.values.functions import base_function, is_async
from taskpoint.runtime.values.shapes import annotation_of, hints_of, shape_of

if TYPE_CHECKING:
    from taskpoint.caches.base import BaseCache

__all__ = ("BoundTask", "TaskFunction", "TaskFuture", "task")

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)
S = TypeVar("S")
# Of a method that is bound: what its parameters are without the first.
Q = ParamSpec("Q")
T = TypeVar("T")


class TaskFuture(Protocol[R_co]):
    """The result of a call that is under way: ``await`` it, or wait with `result()` in a sync function.

    It is not the value: arithmetic, indexing, iterating, comparing by size, f-strings and truth are refused with
    ``usage.no_value``. Two calls are equal where they are the same call.
    """

    def result(self, timeout: float | None = None) -> R_co:
        """Return the value, or raise the call's error."""
        ...

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Return the call's error, None where it has none."""
        ...

    def done(self) -> bool:
        """Tell whether the outcome was delivered."""
        ...

    def running(self) -> bool:
        """Tell whether the outcome was not delivered yet."""
        ...

    def cancel(self) -> bool:
        """Cancel the call."""
        ...

    def cancelled(self) -> bool:
        """Tell whether the call was cancelled."""
        ...

    def __await__(self) -> Generator[Any, None, R_co]: ...


class TaskFunction(Executed, Generic[P, R]):
    """A function that is a task; calling it inside a run returns a `TaskFuture` at once."""

    def __init__(self, func: Callable[P, Any], name: str, options: TaskOptions, key: str | None = None) -> None:
        functools.update_wrapper(self, func)
        self.func = func
        self.name = name
        self.options = options
        self.parameters = Parameters(func)
        self.body = self.parameters.injecting(func)
        self.is_async = is_async(func)
        self.key = key
        self.policies = options.policies
        self._form: Form | None = None
        base = base_function(func)
        self.identity = getattr(base, "__code__", func)
        self.find_exception = resolver(func, options.raises)
        self._names = ArgumentNames(func, given=self.parameters.injected)
        self._names_after_self = ArgumentNames(func, skip_self=True)

    def __repr__(self) -> str:
        return f"<task {self.name}>"

    @property
    def definition(self) -> dict[str, object]:
        """The normalised definition, the same whichever form made it (`TSK-001`)."""
        return {"kind": "task-definition", "name": self.name, **self.options.document()}

    @property
    def form(self) -> Form:
        """How results are written and read, by the function's return annotation (`TYP-001`)."""
        form = self._form
        if form is None:  # not when the task is defined: the annotation may name what is defined below it
            hints = hints_of(self.func)
            shape, annotation = shape_of(hints.get("return")), annotation_of(self.func, "return", hints)
            form = self._form = Form("result", shape, self.options.version, self.options.migrate, annotation)
        return form

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> TaskFuture[R]:
        """Call the task: its recorded result where there is one, else it runs.

        Raises:
            UsageError: This is not inside a run (code ``usage.outside_run``).
            ReplayDivergenceError: The call does not fit the journal (it leaves the run, whatever catches it).
        """
        future: TaskFuture[R] = current_host("the task", self.name).call(self, args, kwargs, self.key, 0)
        return future

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> TaskFunction[P, R]: ...
    @overload
    def __get__(
        self: TaskFunction[Concatenate[S, Q], T], instance: S, owner: type | None = None
    ) -> BoundTask[Q, T]: ...
    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else BoundTask(self, instance)

    def with_options(self, **options: Unpack[CallKeywords]) -> TaskFunction[P, R]:
        """Return the same task with options for the calls made through it.

        Args:
            **options: ``key`` names the call instead of its position: for calls whose order may change. A key is
                used once for each task and scope. ``name`` is what the calls are recorded under. ``retry_policy`` and
                ``timeout`` stand in place of the task's own; None takes them away.

        Raises:
            UsageError: An option is unknown, or the key is not a string of 1 to 255 characters.

        Example:
            >>> from taskpoint import entrypoint, task
            >>> @task
            ... def double(n: int) -> int:
            ...     return 2 * n
            >>> @entrypoint
            ... def main(n: int) -> int:
            ...     return double.with_options(key="first")(n).result()
            >>> main.invoke(4)
            8
        """
        read = read_call_options(options)
        made = copy.copy(self)
        made.key = read.get("key", self.key)
        made.name = read.get("name", self.name)
        made.options = self.options.changed(read)
        made.policies = made.options.policies
        return made

    def map(
        self: TaskFunction[Concatenate[S, Q], T], items: Iterable[S], *, key: Callable[[S], str] | None = None
    ) -> list[TaskFuture[T]]:
        """Call the task once for each item, with the item as its one argument, and return the calls.

        Args:
            items: The items.
            key: Makes of an item the key of its call, where the order of the items may change.

        Example:
            >>> from taskpoint import entrypoint, gather, task
            >>> @task
            ... def shout(word: str) -> str:
            ...     return word.upper()
            >>> @entrypoint
            ... def main(words: list[str]) -> list[str]:
            ...     return gather(*shout.map(words, key=lambda word: word))
            >>> main.invoke(["hi", "ho"])
            ['HI', 'HO']
        """
        task: TaskFunction[..., T] = self
        if key is None:
            return [task(item) for item in items]
        return [task.with_options(key=key(item))(item) for item in items]

    def clear_cache(self, cache: BaseCache) -> None:
        """Forget what a cache keeps of this task's results, in this version of it (`POL-045`)."""
        cache.clear([namespace_of("tasks", self.name, self.options.version)])

    async def aclear_cache(self, cache: BaseCache) -> None:
        """Do as `clear_cache` does, beside the event loop."""
        await cache.aclear([namespace_of("tasks", self.name, self.options.version)])

    # What the hosts ask

    def digest(self, args: tuple[Any, ...], kwargs: Mapping[str, object], skip: int) -> str:
        """Return the input digest of a call, if its arguments fit; `skip` leaves a method's self out."""
        self._names.check(self.name, args, kwargs)
        return self._names_after_self.digest(args[skip:], kwargs) if skip else self._names.digest(args, kwargs)


class BoundTask(Generic[P, R]):
    """A task that is a method, bound to its object; the object is not part of the input (`IDN-043`)."""

    def __init__(self, task: TaskFunction[..., R], instance: object) -> None:
        self._task = task
        self._instance = instance

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> TaskFuture[R]:
        """Call the task with its object."""
        host = current_host("the task", self._task.name)
        future: TaskFuture[R] = host.call(self._task, (self._instance, *args), kwargs, self._task.key, 1)
        return future

    def map(
        self: BoundTask[Concatenate[S, Q], T], items: Iterable[S], *, key: Callable[[S], str] | None = None
    ) -> list[TaskFuture[T]]:
        """Call the method once for each item, as `TaskFunction.map` does."""
        task: BoundTask[..., T] = self
        if key is None:
            return [task(item) for item in items]
        return [task.with_options(key=key(item))(item) for item in items]

    def with_options(self, **options: Unpack[CallKeywords]) -> BoundTask[P, R]:
        """Return the same method with options for the calls made through it."""
        return BoundTask(self._task.with_options(**options), self._instance)


class _TaskDecorator(Protocol):
    @overload
    def __call__(self, func: Callable[P, Awaitable[R]], /) -> TaskFunction[P, R]: ...
    @overload
    def __call__(self, func: Callable[P, R], /) -> TaskFunction[P, R]: ...


@overload
def task(func: Callable[P, Awaitable[R]], /) -> TaskFunction[P, R]: ...
@overload
def task(func: Callable[P, R], /) -> TaskFunction[P, R]: ...
@overload
def task(*, name: str | None = None, **options: Unpack[TaskKeywords]) -> _TaskDecorator: ...
@overload
def task(
    name: str | Mapping[str, Any], func: Callable[P, Awaitable[R]], /, **options: Unpack[TaskKeywords]
) -> TaskFunction[P, R]: ...
@overload
def task(
    name: str | Mapping[str, Any], func: Callable[P, R], /, **options: Unpack[TaskKeywords]
) -> TaskFunction[P, R]: ...
def task(first: Any = None, second: Any = None, /, **options: Any) -> Any:
    """Make a function a task: a unit of work whose result is recorded.

    Forms: ``@task``, ``@task()``, ``@task(name=..., raises=[...])``, ``task("name", fn, **options)`` and
    ``task({"name": ..., **options}, fn)``. All are one definition (`TSK-001`); the function itself is never changed.

    Args:
        first: The function; in the named forms the name, or a dict of options.
        second: The function in the named forms.
        **options: ``name``: what the calls are recorded under, the function's own name if left out.
            ``raises``: exception classes that a replay rebuilds by their own type, beside those that the
            function can name. ``retry_policy``: a `RetryPolicy`, or a list of them of which the first that covers
            an error counts. ``timeout``: seconds, a `timedelta` or a `TimeoutPolicy`, for each execution.
            ``cache_policy``: a `CachePolicy`, for entrypoints with ``cache=``.

    Raises:
        UsageError: An option is unknown, the function is missing, is a generator or has no name.

    Example:
        >>> from taskpoint import entrypoint, task
        >>> @task
        ... def shout(word: str) -> str:
        ...     return word.upper()
        >>> whisper = task("whisper", lambda word: word.lower())
        >>> @entrypoint
        ... def main(word: str) -> list[str]:
        ...     return [shout(word).result(), whisper(word).result()]
        >>> main.invoke("Hi")
        ['HI', 'hi']
    """
    name, func, options = split_forms("task", first, second, options)
    read = read_task_options(options)
    if name is not None:
        check_name("task", name)

    def decorate(target: object) -> TaskFunction[..., Any]:
        checked = check_function("task", target)
        return TaskFunction(checked, name if name is not None else function_name("task", checked), read)

    return decorate if func is None else decorate(func)
