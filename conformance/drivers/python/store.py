"""The `store` statement: one operation of the library's store, in either mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from computing import is_array

from taskpoint import Item, get_store

__all__ = ("operate",)

Document = dict[str, Any]
_VERBS: Final[Mapping[str, str]] = {
    "put": "put",
    "get": "get",
    "delete": "delete",
    "search": "search",
    "list": "list_namespaces",
}
_POSITIONAL: Final = ("namespace", "key", "value")
_OPTIONS: Final = ("ttl", "filter", "limit", "offset", "query", "prefix", "suffix", "max_depth")


async def operate(members: Document, value: Callable[[Any], Any], *, is_async: bool) -> Any:
    """Do what a statement says and return what it gives, as values of the program."""
    verb = _VERBS[members["op"]]
    arguments = [value(members[name]) for name in _POSITIONAL if name in members]
    options: Document = {name: value(members[name]) for name in _OPTIONS if name in members}
    if "refresh" in members:
        options["refresh_ttl"] = members["refresh"]
    store = get_store()
    if is_async:
        return _shown(await getattr(store, f"a{verb}")(*arguments, **options))
    return _shown(getattr(store, verb)(*arguments, **options))


def _shown(result: Any) -> Any:
    if is_array(result):
        return [_shown(each) for each in result]
    if isinstance(result, Item):
        return {"namespace": list(result.namespace), "key": result.key, "value": result.value}
    return result  # a namespace is a tuple, and a value
