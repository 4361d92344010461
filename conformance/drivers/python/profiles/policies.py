"""Policies of definitions and of calls, and the cache that they need."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

from ir.expressions import evaluate, is_object
from ir.statements import Broken, Document, Scope, statement
from program import OPTIONS, Program
from runs import ACTIONS, GIVEN, Run

import taskpoint
from taskpoint import BaseCache, CachePolicy, InMemoryCache, RetryPolicy, SqliteCache, TimeoutPolicy

_CACHES: Final[dict[str, InMemoryCache]] = {}
"""The caches in memory, by the names that the runner gives them."""


def _retry(program: Program, policies: list[Document], _: Callable[..., Any]) -> Document:
    def policy(members: Document) -> RetryPolicy:
        if "retry_on" in members:
            members = {**members, "retry_on": [program.error_class(each) for each in members["retry_on"]]}
        return RetryPolicy(**members)

    return {"retry_policy": [policy(each) for each in policies]}


def _timeout(_: Program, timeout: Any, __: Callable[..., Any]) -> Document:
    return {"timeout": TimeoutPolicy(**timeout) if is_object(timeout) else timeout}


def _cached(_: Program, policy: Document, function: Callable[..., Any]) -> Document:
    def key(*args: Any, **kwargs: Any) -> Any:
        bound = inspect.signature(function).bind(*args, **kwargs)
        bound.apply_defaults()
        return evaluate(policy["key"], bound.arguments)

    return {"cache_policy": CachePolicy(key_func=key if "key" in policy else None, ttl=policy.get("ttl"))}


def _cache(run: Run) -> BaseCache:
    asked = run.message["cache"]
    if asked["kind"] != "sqlite":
        return _CACHES.setdefault(asked["name"], InMemoryCache())
    cache = SqliteCache(asked["path"])
    run.opened.callback(cache.close)
    return cache


def _clear(run: Run) -> Document:
    """Clear what is kept of the entrypoint, or of one of its tasks."""
    name = run.message.get("task")
    if name is None:
        run.use(run.workflow, "clear_cache")
    elif "cache" not in run.given:
        raise Broken("there is no cache to clear")
    else:
        run.use(run.program.tasks[name], "clear_cache", run.given["cache"])
    return {"outcome": "cleared"}


@statement
async def _heartbeat(_: Scope, __: Any) -> None:
    taskpoint.heartbeat()


OPTIONS["retry"] = _retry
OPTIONS["timeout"] = _timeout
OPTIONS["cache"] = _cached
GIVEN["cache"] = _cache
ACTIONS["clear_cache"] = _clear
