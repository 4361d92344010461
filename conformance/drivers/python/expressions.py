"""Expressions of the program IR, as the reference reads them."""

from __future__ import annotations

from typing import Any

from computing import Evaluator
from records import plain

from taskpoint import codec, get_idempotency_key, get_runtime

__all__ = ("evaluate",)


def _asked(form: str, body: Any) -> Any:
    """Return what the port tells the code that runs."""
    runtime = get_runtime()
    if form == "$key":
        return get_idempotency_key()
    if form == "$context":
        return plain(runtime.context)
    return getattr(runtime.execution_info, "attempt" if form == "$attempt" else body)


evaluate = Evaluator(codec.from_tree, _asked)
