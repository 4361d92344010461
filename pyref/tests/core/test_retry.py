"""The arithmetic of waiting, on the vectors that every language has to come to."""

import json
from pathlib import Path

import pytest

from taskpoint._core.execution import Execution
from taskpoint._core.retry import wait_seconds

VECTORS = json.loads((Path(__file__).parents[3] / "conformance/vectors/retry.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", VECTORS["cases"], ids=str)
def test_the_vectors(case):
    assert wait_seconds(case["failed"], **case["policy"], random=case["random"]) == case["seconds"]


def test_an_execution_is_over_with_the_one_around_it():
    outer = Execution()
    inner = Execution(Execution(outer))
    assert not inner.is_over
    outer.over = True
    assert inner.is_over


def test_what_is_kept_is_kept_once_for_all_that_may_be_repeated():
    outer = Execution(keeps=True)
    assert Execution(outer, keeps=True).kept is outer.kept
    assert Execution(Execution(outer)).kept is outer.kept
    assert Execution().kept is None


def test_progress_is_noted_in_all_executions_around_but_not_where_only_heartbeats_count():
    now = [0.0]
    outer = Execution(clock=lambda: now[0], auto=False)
    inner = Execution(Execution(outer), clock=lambda: now[0])
    now[0] = 1.0
    inner.touch()
    assert (inner.touched, outer.touched) == (1.0, 0.0)
    now[0] = 2.0
    inner.touch(beat=True)
    assert (inner.touched, outer.touched) == (2.0, 2.0)
