"""The fast paths answer as the exact walks do, or not at all."""

import enum
import math
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taskpoint.codec import _fast, _json, _walk, decode

TRICKY = st.sampled_from(
    [
        "$",
        "$a",
        '$"',
        "$" + "x" * 70,
        '"$',
        '\\"$a":',
        "-0.0",
        "null",
        "1.0",
        "1e5",
        "[",
        "]",
        "{}",
        "\\",
        "é",
        "😀",
        "\ue000",
    ]
)
NUMBERS = st.integers(-(2**64), 2**65) | st.floats() | st.sampled_from([0.0, -0.0, -0.05, 1.0, 1e16, 2**53, 2**53 - 1])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TRICKY,
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner) | st.dictionaries(TRICKY, inner, max_size=4),
    max_leaves=30,
)


def nested(depth: int, leaf: object = 0, *, wide: bool = False) -> object:
    value = leaf
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return [value, *([[]] * 300)] if wide else value


@given(VALUES)
@example([math.nan, None])
@example({"a": -0.0})
@example((1, (None,)))
def test_a_fast_encoding_is_the_exact_one(value: Any) -> None:
    fast = _fast.plain_bytes(value)
    tree = _walk.to_tree(value)
    if fast is not None:
        assert fast == orjson.dumps(tree)
    canonical = _fast.canonical_bytes(value)
    if canonical is not None:
        assert canonical.decode() == _json.canonical_json(tree)


@given(VALUES, st.sampled_from([None, 1]))
@example([[]] * 200, None)
def test_a_fast_tree_is_the_exact_one(value: Any, indent: int | None) -> None:
    text = orjson.dumps(_walk.to_tree(value), option=orjson.OPT_INDENT_2 if indent else 0)
    fast = _fast.plain_tree(text)
    assert repr(_walk.from_tree(_json.read_json(text))) == repr(decode(text))
    if fast is not None:
        tree, tagged = fast
        assert repr(tree) == repr(_json.read_json(text))
        assert tagged or repr(_walk.from_tree(tree)) == repr(tree)


@pytest.mark.parametrize(
    "text", ["[9007199254740992]", '{"a":1,"a":1}', "[-0.0]", "1e400", '{ "a":1}', "[18446744073709551616]"]
)
def test_a_text_that_is_not_orjsons_own_takes_the_exact_reader(text: str) -> None:
    assert _fast.plain_tree(text.encode()) is None


@pytest.mark.parametrize("wide", [False, True])
def test_the_fast_paths_know_the_depth(wide: bool) -> None:
    room = 127 if wide else 128
    assert _fast.plain_bytes(nested(room, wide=wide)) is not None
    assert _fast.plain_bytes(nested(room + 1, wide=wide)) is None
    assert _fast.plain_tree(orjson.dumps(nested(room, wide=wide))) is not None
    assert _fast.plain_tree(orjson.dumps(nested(room + 1, wide=wide))) is None


def test_plain_data_does_take_the_fast_path() -> None:
    for value in (
        {"id": 7, "price": "$5", "n": None, "x": [1.5, True, -0.05]},
        [],
        "$",
        0,
        [[1]] * 500,
    ):
        text = _fast.plain_bytes(value)
        assert text is not None
        assert _fast.plain_tree(text) == (value, False)
    assert _fast.plain_bytes({"a": ["-0.0"]}) == b'{"a":["-0.0"]}'


class Number(enum.IntEnum):
    ONE = 1


class Word(enum.StrEnum):
    YES = "yes"


class Trap:
    """Claims to equal everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class Tricky(enum.Enum):
    A = 1

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


@pytest.mark.parametrize(
    "value",
    [Number.ONE, Word.YES, Trap(), Tricky.A, orjson.Fragment(b"1"), b"x", {1}, bytearray(), 1j, ..., range(1).__iter__],
)
def test_what_orjson_alone_would_take_is_left_to_the_walk(value: object) -> None:
    for wrapped in (value, [value], {"a": value}, (None, value)):
        assert _fast.faithful(wrapped) is None


def test_deep_tuples_never_reach_orjson(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs: Any = None
    for number in range(1500):
        pairs = (number, pairs)
    loop: list[Any] = []
    loop.extend([loop, (loop, loop)])
    monkeypatch.setattr(_fast.orjson, "dumps", lambda *_, **__: pytest.fail("it would write beyond its buffer"))
    assert _fast.faithful(pairs) is None
    assert _fast.faithful([loop] * 100) is None


def test_small_loops_end() -> None:
    loop: list[Any] = []
    loop.append((loop, loop))
    assert _fast.faithful(loop) is None
