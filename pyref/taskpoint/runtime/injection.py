"""What a function asks its run for by the names of its parameters (`CTX-001` ff.)."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from taskpoint.runtime.context import get_config, get_runtime, get_stream_writer
from taskpoint.runtime.execution.host import current_host
from taskpoint.runtime.execution.surroundings import surroundings_of

__all__ = ("Parameters",)

_ABSENT: Final = object()


def _previous() -> object:
    return surroundings_of(current_host("previous")).previous(_ABSENT)


def _store() -> object:
    store = surroundings_of(current_host("store")).store
    return _ABSENT if store is None else store


_PROVIDERS: Final[Mapping[str, Callable[[], object]]] = {
    "config": get_config,
    "previous": _previous,
    "runtime": get_runtime,
    "store": _store,
    "writer": get_stream_writer,
}
"""Who gives what; `_ABSENT` where there is nothing to give."""

_ANNOTATIONS: Final = {
    "config": ("RunnableConfig",),
    "runtime": ("Runtime", "Any"),
    "store": ("BaseStore", "InMemoryStore", "SqliteStore"),
    "writer": ("StreamWriter", "Callable"),
}
"""The names of the types with which something is asked for; `previous` may be of any type."""
_VAGUE: Final = ("Any", "dict")
"""Types that say it as well of something of the program's own: one with a default is that."""
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


def _annotation(parameter: inspect.Parameter) -> str:
    """Return the plain name of an annotation, without its module, its arguments and ``| None``."""
    raw = parameter.annotation
    if raw is inspect.Parameter.empty:
        return ""
    text = raw if isinstance(raw, str) else getattr(raw, "__name__", None) or str(raw)
    if not isinstance(raw, str) and "[" in str(raw):
        text = str(raw)
    text = text.strip("'\"")
    wrapped = re.fullmatch(r"(?:[a-zA-Z_.]*\.)?Optional\[(.*)\]", text)
    match = _NAME.match(wrapped[1] if wrapped else text)
    return match[0].rpartition(".")[2] if match else ""


def _is_asked(parameter: inspect.Parameter) -> bool:
    if parameter.name not in _PROVIDERS or parameter.kind not in {
        parameter.POSITIONAL_OR_KEYWORD,
        parameter.KEYWORD_ONLY,
    }:
        return False
    types = _ANNOTATIONS.get(parameter.name)
    annotation = _annotation(parameter)
    if types is None or annotation in ("", *types):
        return True
    if annotation == "dict" and (parameter.name != "config" or parameter.kind is not parameter.KEYWORD_ONLY):
        return False  # it is more likely an argument
    return annotation in _VAGUE and parameter.default is parameter.empty


class Parameters:
    """The parameters of an entrypoint's or a task's function, looked at once.

    Attributes:
        injected: The names that the run fills where the caller does not.
        takes_input: Whether there is a parameter besides them.
    """

    __slots__ = ("_defaults", "injected", "takes_input")

    def __init__(self, func: Callable[..., Any]) -> None:
        try:
            parameters = list(inspect.signature(func).parameters.values())
        except (TypeError, ValueError):  # some built-in functions do not tell
            parameters = []
        asked = [parameter for parameter in parameters if _is_asked(parameter)]
        self.injected = tuple(parameter.name for parameter in asked)
        self._defaults = {p.name for p in asked if p.default is not p.empty}
        self.takes_input = len(parameters) > len(asked)

    def provide(self, given: Mapping[str, object] = {}) -> dict[str, object]:
        """Return what the running scope gives to the parameters that the caller did not fill."""
        provided: dict[str, object] = {}
        for name in self.injected:
            if name not in given:
                value = _PROVIDERS[name]()
                if value is not _ABSENT:
                    provided[name] = value
                elif name not in self._defaults:  # a default stands in for what is not there (CTX-004)
                    provided[name] = None
        return provided

    def injecting(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as a run calls it."""
        if not self.injected:
            return func
        signature = inspect.signature(func)

        def body(*args: Any, **kwargs: Any) -> Any:
            filled = signature.bind_partial(*args, **kwargs).arguments
            return func(*args, **kwargs, **self.provide(filled))

        return body
