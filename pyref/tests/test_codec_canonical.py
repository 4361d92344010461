"""Canonical bytes are RFC 8785: against another implementation, and against the table that ports use."""

import hashlib
import json
import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from taskpoint.codec import canonical, canonical_text, decode, encode

NUMBERS = json.loads((Path(__file__).parents[2] / "conformance/vectors/numbers.json").read_text(encoding="utf-8"))
SAFE = st.integers(-(2**53) + 1, 2**53 - 1)
FINITE = st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: x != 0 or math.copysign(1, x) > 0)
# Astral characters and those above the surrogates, so that the two orders of keys differ often.
WORDS = st.text(st.sampled_from('a"\\\x00\x1f\x7f\u2028\ud7ff\ue000\uffff\U00010000\U0001f600\U0010ffff'), max_size=3)
TREES = st.recursive(
    st.none() | st.booleans() | SAFE | FINITE | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


@given(TREES)
@example({"\ufb01": 1, "\U0001f600": 2.0})
@example([1.0, 1e16, 1e20, 1e21, 1e-6, 1e-7, 5e-324, -1.5e-6, {"e+1": ".0"}])
def test_canonical_bytes_are_those_of_another_implementation(tree: Any) -> None:
    assert canonical(tree) == rfc8785.dumps(tree)
    assert canonical_text(json.dumps(tree, indent=1)) == canonical(tree)


@given(FINITE)
def test_each_double_is_written_as_ecmascript_does(value: float) -> None:
    assert canonical(value) == canonical([value])[1:-1] == rfc8785.dumps(value)
    assert decode(encode(value)) == value


def test_the_table_of_numbers() -> None:
    for row in NUMBERS["canonical"]:
        (value,) = struct.unpack(">d", bytes.fromhex(row["bits"]))
        assert canonical(value).decode() == row["text"]


def digests(count: int) -> Iterator[bytes]:
    for number in range(count):
        yield hashlib.sha256(b"taskpoint/number/%d" % number).digest()


@pytest.mark.parametrize("row", NUMBERS["hashes"][:2], ids=lambda row: str(row["count"]))
def test_the_hashes_over_many_numbers(row: dict[str, Any]) -> None:
    doubles, texts = hashlib.sha256(), hashlib.sha256()
    for digest in digests(row["count"]):
        (value,) = struct.unpack(">d", digest[:8])
        if math.isfinite(value) and value != 0:
            doubles.update(b"%s,%s\n" % (digest[:8].hex().encode(), canonical(value)))
        text = f"{int.from_bytes(digest[:4], 'big')}e{digest[4] % 40 - 28}"
        texts.update(b"%s,%s\n" % (text.encode(), canonical(decode(text))))
    assert doubles.hexdigest() == row["doubles"]
    assert texts.hexdigest() == row["texts"]


def test_a_large_double_is_read_back_from_its_encoding() -> None:
    for value in (2.0**53, 1e16, 1e17, 1e20, -1e20, 123456789012345680000.0):
        assert "." in encode(value) or "e" in encode(value)
        assert decode(encode(value)) == value
        assert orjson.loads(canonical(value)) == value
