"""Paths name calls: readable, unique, and the same for every process."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskpoint._core.paths import (
    call_path,
    encode_name,
    interrupt_id,
    key_path,
    scope_of,
    scope_of_interrupt,
    segment,
)

CONTROL = "".join(map(chr, (*range(0x20), *range(0x7F, 0xA0))))
RESERVED = "%/#@!$"
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
tricky = st.text(st.sampled_from(RESERVED + "a0é\x85\n🚀 ?&+"), min_size=1, max_size=6)
any_name = names | tricky


@pytest.mark.parametrize(
    ("name", "encoded"),
    [
        ("fetch", "fetch"),
        ("a/b", "a%2Fb"),
        ("50%", "50%25"),
        ("$now", "%24now"),
        ("\n", "%0A"),
        ("\x85", "%C2%85"),
        ("größe 🚀 ?&+", "größe 🚀 ?&+"),
        ("__proto__", "__proto__"),
        ("!", "%21"),
        ("a@b#0", "a%40b%230"),
        ("\x7f", "%7F"),
        ("\xa0", "\xa0"),
    ],
)
def test_a_name_is_encoded_as_the_table_says(name, encoded):
    assert encode_name(name) == encoded


@given(any_name)
def test_an_encoded_name_decodes_to_itself(name):
    assert unquote(encode_name(name), errors="strict") == name


@given(any_name)
def test_only_what_has_a_meaning_is_encoded(name):
    expected = "".join(
        "".join(f"%{byte:02X}" for byte in char.encode()) if char in RESERVED + CONTROL else char for char in name
    )
    assert encode_name(name) == expected


@given(any_name, any_name)
def test_two_names_never_meet(one, other):
    assert (encode_name(one) == encode_name(other)) == (one == other)


segments = st.tuples(any_name, st.integers(0, 10**6) | any_name)


def path_of(steps):
    path = ""
    for name, last in steps:
        path = call_path(path, name, last) if isinstance(last, int) else key_path(path, name, last)
    return path


@given(st.lists(segments, max_size=4), st.lists(segments, max_size=4))
def test_two_calls_never_share_a_path(one, other):
    assert (path_of(one) == path_of(other)) == (one == other)


@given(st.lists(segments, min_size=1, max_size=4))
def test_a_path_tells_its_scope_and_its_last_segment(steps):
    path = path_of(steps)
    assert scope_of(path) == path_of(steps[:-1])
    name, last = steps[-1]
    if isinstance(last, int):
        assert segment(path) == (encode_name(name), last)
    else:
        assert segment(path) == (f"{encode_name(name)}@{encode_name(last)}", None)


@given(st.lists(segments, max_size=3), st.integers(0, 99))
def test_an_interrupt_tells_its_scope(steps, number):
    scope = path_of(steps)
    assert scope_of_interrupt(interrupt_id(scope, number)) == scope


def test_a_call_of_the_entrypoint_has_no_leading_slash():
    assert call_path("", "fetch", 0) == "fetch#0"
    assert key_path("", "fetch", "eu") == "fetch@eu"
    assert interrupt_id("", 0) == "!0"


def test_a_key_that_looks_like_a_position_stays_a_key():
    path = key_path("a#0", "fetch", "7#1")
    assert path == "a#0/fetch@7%231"
    assert segment(path) == ("fetch@7%231", None)


@given(any_name)
def test_a_path_has_no_control_character(name):
    assert not re.search("[\x00-\x1f\x7f-\x9f]", call_path("", name, 0))
