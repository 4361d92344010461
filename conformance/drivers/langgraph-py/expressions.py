"""Expressions of the program IR, as far as LangGraph has what they ask for."""

from __future__ import annotations

from typing import Any

from computing import Evaluator
from langgraph.runtime import get_runtime
from values import from_tree

__all__ = ("evaluate",)


def _asked(form: str, _body: Any) -> Any:
    """Return what LangGraph tells the code that runs; everything but `$attempt` was refused before."""
    if form != "$attempt":
        raise AssertionError(form)
    return get_runtime().execution_info.node_attempt


evaluate = Evaluator(from_tree, _asked)
