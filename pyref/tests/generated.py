"""Values and changed documents for property-based tests."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings

from taskpoint.models import scalars, values

PAYLOADS = [tag.removeprefix("$") for tag in values.TAGS]

quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

HOSTILE = [
    "", "a", "a\n", "\n", "\0", "\x7f", "\x85", "\u2028", "__proto__", "x" * 255, "x" * 256, "e\u0301", "fetch#0",
    "\U0001f600" * 255,
    "fetch#0\n", "a#00", "a@b", "$now#0", "a#0/b@c%2F", "a%2f#0", "!0", "a#0!1", "!00", "1.0", "1.1", "0" * 64,
    "F" * 64,
    "2026-02-29T09:00:00Z", "2024-02-29T09:00:00.5Z", "2026-11-21T09:00:00+00:00", "NaN", "-0", "AA==", "AB==", "PT1S",
    "9007199254740992", "9007199254740991", "input", "loop", "run.started", "task.completed", "checkpoint", "\u0661",
]  # fmt: skip
KEYS = [f"${tag}" for tag in PAYLOADS] + [
    "$",
    "$$",
    "$$int",
    "$nope",
    "a",
    "",
    "__proto__",
    "kind",
    "value",
    "data",
    "path",
]

scalar = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, 2, -1, 1.0, 2.0, 0.5, -0.0, 1e20, 2**53 - 1, 2**53, 2.0**53, -(2**53), 2**64, 2**70]),
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
)
encoded = st.recursive(
    scalar,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=2),
        st.builds(lambda tag, payload: {tag: payload}, st.sampled_from(KEYS[: len(PAYLOADS)]), inner),
    ),
    max_leaves=6,
)
patterned = st.sampled_from(sorted(scalars.PATTERNS.values())).flatmap(st.from_regex)


def places(node: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place, *(found for step, child in inner for found in places(child, (*place, step)))]


def at(document: Any, place: tuple[Any, ...]) -> Any:
    for step in place:
        document = document[step]
    return document


JUNK = (
    None,
    True,
    0,
    1,
    2.0,
    -1,
    0.5,
    2**53,
    "",
    "a",
    "a\n",
    [],
    {},
    [1, 1],
    {"a": 1},
    {"$nope": 1},
    {"$float": "NaN"},
)


def neighbours(document: Any) -> Iterator[Any]:
    """Yield the document with each single change: a member removed, added, replaced, repeated."""
    for place in places([document])[1:]:
        root = [copy.deepcopy(document)]
        parent, step, node = at(root, place[:-1]), place[-1], at(root, place)
        changes = list(JUNK)
        if isinstance(node, str):
            changes += [node + "\n", node.upper(), node * 5]
        elif isinstance(node, list):
            changes += [node + node]
        elif isinstance(node, dict):
            changes += [{**node, "__proto__": 1}]
        for change in changes:
            parent[step] = change
            yield root[0]
        if len(place) > 1:
            del parent[step]
            yield root[0]
