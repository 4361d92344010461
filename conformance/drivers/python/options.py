"""Options as programs and definitions write them, made into those of the library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from expressions import is_object

from taskpoint import RetryPolicy, TimeoutPolicy

__all__ = ("policies",)

Document = dict[str, Any]


def policies(document: Document, error_class: Callable[[str], type[Exception]]) -> Document:
    """Return the options that the policies of a task, an entrypoint or a call come to."""
    options: Document = {}
    if "retry" in document:
        options["retry_policy"] = [_retry(each, error_class) for each in document["retry"]]
    if "timeout" in document:
        timeout = document["timeout"]
        options["timeout"] = TimeoutPolicy(**timeout) if is_object(timeout) else timeout
    return options


def _retry(document: Document, error_class: Callable[[str], type[Exception]]) -> RetryPolicy:
    members = dict(document)
    if "retry_on" in document:
        members["retry_on"] = [error_class(each) for each in document["retry_on"]]
    return RetryPolicy(**members)
