"""Options as programs and definitions write them, made into those of the library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from typing import Any

from computing import is_object
from expressions import evaluate

from taskpoint import CachePolicy, RetryPolicy, TimeoutPolicy

__all__ = ("policies",)

Document = dict[str, Any]


def policies(
    document: Document, error_class: Callable[[str], type[Exception]], parameters: Sequence[Parameter] = ()
) -> Document:
    """Return the options that the policies of a task, an entrypoint or a call come to; it has these parameters."""
    options: Document = {}
    if "retry" in document:
        options["retry_policy"] = [_retry(each, error_class) for each in document["retry"]]
    if "timeout" in document:
        timeout = document["timeout"]
        options["timeout"] = TimeoutPolicy(**timeout) if is_object(timeout) else timeout
    if "cache" in document:
        options["cache_policy"] = _cache(document["cache"], Signature(parameters))
    return options


def _cache(document: Document, signature: Signature) -> CachePolicy:
    def key(*args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return evaluate(document["key"], bound.arguments)

    return CachePolicy(key_func=key if "key" in document else None, ttl=document.get("ttl"))


def _retry(document: Document, error_class: Callable[[str], type[Exception]]) -> RetryPolicy:
    members = dict(document)
    if "retry_on" in document:
        members["retry_on"] = [error_class(each) for each in document["retry_on"]]
    return RetryPolicy(**members)
