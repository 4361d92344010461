"""Memory beyond threads."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from ir.expressions import is_array
from ir.statements import Scope, statement
from runs import GIVEN, Run

from taskpoint import BaseStore, InMemoryStore, Item, SqliteStore, get_store

_POSITIONAL: Final = ("namespace", "key", "value")
_OPTIONS: Final = {
    **{name: name for name in ("ttl", "filter", "limit", "offset", "query", "prefix", "suffix", "max_depth")},
    "refresh": "refresh_ttl",
}


def _given(run: Run) -> BaseStore:
    asked = run.message["store"]
    made = SqliteStore(asked["path"]) if asked["kind"] == "sqlite" else InMemoryStore()
    run.opened.callback(made.close)
    return made


GIVEN["store"] = _given


@partial(statement, more=(*_POSITIONAL, *_OPTIONS))
async def _store(scope: Scope, *, op: str, **members: Any) -> Any:
    verb = "list_namespaces" if op == "list" else op
    arguments = [scope.value(members[name]) for name in _POSITIONAL if name in members]
    options = {_OPTIONS[name]: scope.value(members[name]) for name in _OPTIONS if name in members}
    if scope.program.is_async:
        return _shown(await getattr(get_store(), f"a{verb}")(*arguments, **options))
    return _shown(getattr(get_store(), verb)(*arguments, **options))


def _shown(result: Any) -> Any:
    if is_array(result):
        return [_shown(each) for each in result]
    if isinstance(result, Item):
        return {"namespace": list(result.namespace), "key": result.key, "value": result.value}
    return result  # a namespace is a tuple, and a value
