"""Options that do not exist are refused in the library's own words, also where Python would refuse them (`TSK-009`)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Final, ParamSpec, TypeVar

from taskpoint.errors import UsageError

__all__ = ("NO_MEANING", "NO_SERDE", "refusing", "refusing_in")

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

NO_MEANING: Final = "a search by meaning is not offered; search with filter= and rank what comes back in a task"
NO_SERDE: Final = "values have one encoding, in every language; annotate results, or register_extension() for a class"


def refusing(**hints: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function refuse arguments that it does not have by name.

    Args:
        **hints: What to do instead of those that programs bring along from elsewhere.
    """

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        return _checked(function, function.__name__, hints)

    return wrap


def refusing_in(**hints: str) -> Callable[[type[T]], type[T]]:
    """Make a class refuse arguments that its constructor does not have, as `refusing` does.

    Example:
        >>> from taskpoint import Command
        >>> Command(goto="node")
        Traceback (most recent call last):
        ...
        taskpoint.errors.UsageError: [usage.option_unknown] Command() has no option 'goto'
        Hint: there are no nodes to go to: call functions, and change what is saved with update_state()
    """

    def wrap(cls: type[T]) -> type[T]:
        made: Callable[..., None] = cls.__init__
        setattr(cls, "__init__", _checked(made, cls.__name__, hints))  # noqa: B010 - the checkers take it for a method
        return cls

    return wrap


def _checked(function: Callable[P, R], name: str, hints: Mapping[str, str]) -> Callable[P, R]:
    names = [each for each in inspect.signature(function).parameters if each != "self"]
    known = frozenset(names)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if not known.issuperset(kwargs):
            option = next(each for each in kwargs if each not in known)
            options = f"its options are {', '.join(names)}" if names else "it has none"
            raise UsageError(
                f"{name}() has no option {option!r}", code="usage.option_unknown", hint=hints.get(option, options)
            )
        return function(*args, **kwargs)

    return checked
