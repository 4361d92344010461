"""A namespace as a text: who compares texts as SQLite does finds what begins with a prefix, and nothing else."""

from __future__ import annotations

import sqlite3

from hypothesis import given, settings
from hypothesis import strategies as st

from taskpoint.stores import _sqlite_text

SEGMENTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"])
    | st.sampled_from(['"', "\\", ",", "]", "[", "-", "+", "\ue000", "\U00010000"]),
    min_size=1,
    max_size=4,
)
NAMESPACES = st.lists(SEGMENTS, min_size=1, max_size=3).map(tuple)


@st.composite
def pairs(draw):
    """A namespace and a prefix that often is one of it, or nearly."""
    namespace = draw(NAMESPACES)
    cut = draw(st.integers(0, len(namespace)))
    last = namespace[cut - 1] if cut else "a"
    near = (*namespace[: max(cut - 1, 0)], last[: draw(st.integers(1, len(last)))])
    return namespace, draw(st.sampled_from([namespace[:cut], near]) | NAMESPACES)


@settings(max_examples=400, deadline=None)
@given(pairs())
def test_a_range_of_texts_is_what_lies_below(pair):
    namespace, prefix = pair
    query = "SELECT :text = :same OR (:text >= :first AND :text < :behind)"
    same, first, behind = _sqlite_text.bounds(prefix)
    texts = {"text": _sqlite_text.write(namespace), "same": same, "first": first, "behind": behind}
    connection = sqlite3.connect(":memory:")
    try:
        (found,) = connection.execute(query, texts).fetchone()
    finally:
        connection.close()
    assert bool(found) == (namespace[: len(prefix)] == prefix)


@given(NAMESPACES)
def test_a_text_is_read_back(namespace):
    assert _sqlite_text.read(_sqlite_text.write(namespace)) == namespace
