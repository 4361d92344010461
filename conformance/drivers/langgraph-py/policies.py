"""Policies as programs write them, made into LangGraph's."""

from __future__ import annotations

import json
from collections.abc import Callable
from inspect import Signature
from typing import Any

from ir.expressions import evaluate
from langgraph.types import CachePolicy, RetryPolicy, TimeoutPolicy
from values import to_tree

__all__ = ("policies",)

Document = dict[str, Any]


def policies(document: Document, error_class: Callable[[str], type[Exception]], signature: Signature) -> Document:
    """Return the options of a task or an entrypoint with this signature."""
    options: Document = {}
    if "retry" in document:
        options["retry_policy"] = [_retry(each, error_class) for each in document["retry"]]
    if "timeout" in document:
        timeout = document["timeout"]
        options["timeout"] = TimeoutPolicy(**timeout) if isinstance(timeout, dict) else timeout
    if "cache" in document:
        options["cache_policy"] = _cache(document["cache"], signature)
    return options


def _cache(document: Document, signature: Signature) -> CachePolicy:
    if "key" not in document:
        return CachePolicy(ttl=document.get("ttl"))

    def key(*args: Any, **kwargs: Any) -> str:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return json.dumps(to_tree(evaluate(document["key"], bound.arguments)), sort_keys=True)

    return CachePolicy(key_func=key, ttl=document.get("ttl"))


def _retry(document: Document, error_class: Callable[[str], type[Exception]]) -> RetryPolicy:
    members = dict(document)
    if "retry_on" in document:
        members["retry_on"] = tuple(error_class(each) for each in document["retry_on"])
    return RetryPolicy(**members)
