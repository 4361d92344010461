"""What does not exist is refused in the library's own words, also where Python would refuse it (`TSK-009`)."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Final, ParamSpec, TypeVar

from taskpoint.errors import UsageError

__all__ = ("NO_MEANING", "NO_SERDE", "missing_in", "refusing", "refusing_in")

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

NO_MEANING: Final = "a search by meaning is not offered; search with filter= and rank what comes back in a task"
NO_SERDE: Final = "values have one encoding, in every language; annotate results, or register_extension() for a class"


def refusing(**hints: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function refuse arguments that it does not have by name.

    Args:
        **hints: What to do instead of those that programs bring along from elsewhere. None and False are taken:
            they ask for nothing.
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
        for option in [each for each in kwargs if each not in known]:
            if option in hints and (kwargs[option] is None or kwargs[option] is False):
                del kwargs[option]  # the default of those who have it, which asks for nothing
                continue
            options = f"its options are {', '.join(names)}" if names else "it has none"
            raise UsageError(
                f"{name}() has no option {option!r}", code="usage.option_unknown", hint=hints.get(option, options)
            )
        return function(*args, **kwargs)

    return checked


def missing_in(**hints: str) -> Callable[[type[T]], type[T]]:
    """Make a class say what to do where a program asks for an attribute that things of its kind have elsewhere.

    Args:
        **hints: What to do instead, by attribute.

    Example:
        >>> from taskpoint import entrypoint
        >>> entrypoint("main", lambda n: n).get_graph()
        Traceback (most recent call last):
        ...
        AttributeError: 'Entrypoint' object has no attribute 'get_graph'
        Hint: there is no graph: get_state() has the calls of a run, and watchers see them as they happen
    """

    def wrap(cls: type[T]) -> type[T]:
        def lookup(self: object, name: str) -> object:
            """Say what is missing; Python asks for nothing else."""
            if name not in hints:
                return object.__getattribute__(self, name)  # raises, with what was wrong
            text = f"{type(self).__name__!r} object has no attribute {name!r}\nHint: {hints[name]}"
            raise AttributeError(text, name=name, obj=self)

        setattr(cls, "__getattr__", lookup)  # noqa: B010 - the checkers would take any name for one of ours
        return cls

    return wrap
