"""Values go out and come back as themselves, and what is no value is refused where it is."""

import enum
import math
from collections import OrderedDict, UserDict, namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, localcontext
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from taskpoint.codec import (
    Carried,
    ErrorValue,
    Ext,
    canonical,
    canonical_text,
    decode,
    digest_arguments,
    encode,
    encode_and_decode,
    from_tree,
    to_tree,
)
from taskpoint.errors import ValueEncodingError

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(2**53 - 3, 2**53 + 3),
    st.floats(),
    TEXT,
    TEXT.map("$".__add__),
    st.binary(),
    st.datetimes(timezones=OFFSETS),
    st.dates(),
    st.times(timezones=st.none() | OFFSETS),
    st.timedeltas(),
    st.decimals(allow_nan=False),
    st.uuids(),
)
HASHABLE = st.recursive(SCALARS, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.tuples(inner, inner),
        st.dictionaries(TEXT | TEXT.map("$".__add__), inner, max_size=4),
        st.sets(HASHABLE, max_size=4),
        st.dictionaries(HASHABLE, inner, max_size=4),
        st.builds(Ext, TEXT.filter(bool), st.integers(0, 9), inner),
        st.builds(ErrorValue, TEXT, TEXT, inner, st.none() | TEXT, st.none() | st.booleans()),
    ),
    max_leaves=12,
)


def refusal(value: object) -> ValueEncodingError:
    with pytest.raises(ValueEncodingError) as caught:
        encode(value)
    with pytest.raises(ValueEncodingError):
        encode_and_decode(value)
    with pytest.raises(ValueEncodingError):
        canonical(value)
    return caught.value


@given(VALUES)
@example([1, (2, None), {"$": math.nan}])
def test_whatever_is_encoded_comes_back(value: object) -> None:
    try:
        text = encode(value)
    except ValueEncodingError:
        assert refusal(value).code == "value.not_encodable"  # twins to the encoding, e.g. two NaNs in one set
        return
    back = decode(text)
    assert encode(back) == encode(decode(encode(back)))
    assert canonical(back) == canonical(value) == canonical_text(text)
    assert encode_and_decode(value)[0] == text
    assert repr(encode_and_decode(value)[1]) == repr(back)
    assert repr(from_tree(to_tree(value))) == repr(back)


EXAMPLES = [
    (None, "null"),
    (True, "true"),
    (1.0, "1.0"),
    (2**53 - 1, "9007199254740991"),
    (2**53, '{"$int":"9007199254740992"}'),
    (-(2**53), '{"$int":"-9007199254740992"}'),
    (2**64, '{"$int":"18446744073709551616"}'),
    (-0.0, '{"$float":"-0"}'),
    ([-0.05, "-0.0"], '[-0.05,"-0.0"]'),
    (math.nan, '{"$float":"NaN"}'),
    ({"a": -math.inf, "b": None}, '{"a":{"$float":"-Infinity"},"b":null}'),
    ((1, [None]), "[1,[null]]"),
    ({"$a": 1, "$$b": "$c"}, '{"$$a":1,"$$$b":"$c"}'),
    ({"$" + "k" * 80: 1}, '{"$$' + "k" * 80 + '":1}'),
    ({'$"': 1}, '{"$$\\"":1}'),
    (b"\x00\xff", '{"$bytes":"AP8="}'),
    (datetime(2026, 11, 21, 9, 30, tzinfo=UTC), '{"$datetime":"2026-11-21T09:30:00Z"}'),
    (datetime(2026, 11, 21, 9, 30, 0, 500000, ZoneInfo("Europe/Paris")), '{"$datetime":"2026-11-21T09:30:00.5+01:00"}'),
    (date(1, 1, 1), '{"$date":"0001-01-01"}'),
    (time(9, 30), '{"$time":"09:30:00"}'),
    (timedelta(days=1, microseconds=-1), '{"$duration":"PT86399.999999S"}'),
    (timedelta(microseconds=-1), '{"$duration":"-PT0.000001S"}'),
    (timedelta.max, '{"$duration":"PT86399999999999.999999S"}'),
    (Decimal("1.10"), '{"$decimal":"1.10"}'),
    (Decimal("-1E+5"), '{"$decimal":"-1E+5"}'),
    (UUID(int=1), '{"$uuid":"00000000-0000-0000-0000-000000000001"}'),
    ({3, 1, "a"}, '{"$set":["a",1,3]}'),
    ({1: "a", "b": None}, '{"$map":[["b",null],[1,"a"]]}'),
    (Ext("com.acme/Money", 1, [5, "EUR"]), '{"$ext":{"name":"com.acme/Money","v":1,"data":[5,"EUR"]}}'),
    (ErrorValue("E", "m"), '{"$error":{"type":"E","message":"m"}}'),
]


@pytest.mark.parametrize(("value", "text"), EXAMPLES, ids=[text[:60] for _, text in EXAMPLES])
def test_each_kind_has_its_form(value: object, text: str) -> None:
    assert encode(value) == text
    assert canonical_text(encode(decode(text))) == canonical(value)


def test_decoded_values_have_the_python_types() -> None:
    for value, text in EXAMPLES:
        if not isinstance(value, tuple) and value == value:  # noqa: PLR0124 - NaN
            assert decode(text) == value
            assert type(decode(text)) is type(value)


class Colour(enum.Enum):
    RED = 1


class Number(enum.IntEnum):
    ONE = 1


class Word(enum.StrEnum):
    YES = "yes"


class Name(str):
    __slots__ = ()


class Age(int):
    pass


@dataclass
class Point:
    x: int


Pair = namedtuple("Pair", "a b")  # noqa: PYI024 - the plain kind is what is meant

NOT_VALUES = [
    Colour.RED,
    Number.ONE,
    Word.YES,
    Name("n"),
    Age(1),
    Point(1),
    Pair(1, 2),
    OrderedDict(a=1),
    UserDict(a=1),
    bytearray(b"x"),
    memoryview(b"x"),
    1j,
    range(3),
    ValueError("x"),
    ValueError,
    print,
    object(),
    ...,
    iter([]),
    [1].__iter__,
    datetime(2026, 1, 1),  # noqa: DTZ001 - that is the point
    time(1, 2, fold=1),
    time(1, 2, tzinfo=ZoneInfo("Europe/Paris")),
    datetime(1900, 1, 1, tzinfo=ZoneInfo("Europe/Amsterdam")),
    Decimal("sNaN"),
    Decimal("NaN123"),
    Ext("", 1),
    Ext("a", True),
    ErrorValue("a", 1),  # type: ignore[arg-type]
    Carried("$bytes", '"AB=="'),
    Carried("$datetime", '"2026-01-01T00:00:00.0Z"'),
    Carried("$evil", "1"),
    Carried("$datetime", "1"),
]


@pytest.mark.parametrize("value", NOT_VALUES, ids=lambda value: type(value).__name__)
def test_what_is_no_value_is_refused(value: object) -> None:
    for wrapped, path in (
        (value, "$"),
        ({"items": [0, {"client": value}]}, "$.items[1].client"),
        ([None, value], "$[1]"),
    ):
        error = refusal(wrapped)
        assert (error.code, error.path) == ("value.not_encodable", path)
        assert path in str(error)


def test_keys_must_be_exact_strings_or_values() -> None:
    assert refusal({Name("n"): 1}).code == "value.not_encodable"
    assert refusal({Word.YES: 1}).code == "value.not_encodable"
    assert refusal({object(): 1}).path == "$[?]"


def test_a_utc_offset_with_seconds_is_refused_with_a_remedy() -> None:
    odd = timezone(timedelta(seconds=3601))
    assert "astimezone" in (refusal(datetime(2026, 1, 1, tzinfo=odd)).hint or "")


def test_two_members_of_one_encoding_are_refused() -> None:
    assert refusal({math.nan, -math.nan}).code == "value.not_encodable"


def test_a_value_and_its_encoding_share_nothing() -> None:
    value = {"a": [1], "b": {"c": 2, 3: [4]}}
    tree, (_, back) = to_tree(value), encode_and_decode(value)
    value["a"].append(2)  # type: ignore[union-attr]
    assert tree["a"] == [1]
    assert back["a"] == [1]


def test_the_decimal_context_of_the_caller_has_no_say() -> None:
    with localcontext() as context:
        context.prec, context.capitals = 2, 0
        context.clear_traps()
        assert decode(encode(Decimal("1.23456E+9"))) == Decimal("1.23456E+9")
        assert encode(Decimal("1.23456E+9")) == '{"$decimal":"1.23456E+9"}'


CARRIED = [
    '{"$datetime":"2026-11-21T09:30:00.123456789Z"}',
    '{"$datetime":"2016-12-31T23:59:60Z"}',
    '{"$datetime":"0000-01-01T00:00:00Z"}',
    '{"$date":"0000-01-01"}',
    '{"$time":"09:30:00.0000001"}',
    '{"$duration":"PT0.0000001S"}',
    '{"$duration":"PT999999999999999S"}',
    '{"$set":[1,true]}',
    '{"$set":[{"a":1}]}',
    '{"$map":[[1,2],[true,3]]}',
]


@pytest.mark.parametrize("text", CARRIED)
def test_what_python_cannot_hold_is_carried(text: str) -> None:
    value = decode(text)
    assert type(value) is Carried
    assert encode(value) == text
    assert encode(decode(f"[{text}]")) == f"[{text}]"
    assert hash(value) == hash(decode(text))


def test_digests_follow_the_canonical_array() -> None:
    assert digest_arguments([1]) == "080a9ed428559ef602668b4c00f114f1a11c3f6b02a435f0bdc154578e4d7f22"
    assert digest_arguments([]) == "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
    assert digest_arguments([], {}) == digest_arguments([])
    assert digest_arguments(["a"], {"b": 1.0}) == digest_arguments(["a", {"b": 1}])
    assert digest_arguments([{"b", "a", 3}]) == digest_arguments([{3, "a", "b"}])
    assert digest_arguments([True]) != digest_arguments([1])


def test_an_argument_that_is_no_value_is_opaque_as_a_whole() -> None:
    assert digest_arguments([object()]) == digest_arguments([{"a": [print, 1]}])
    assert digest_arguments([object()]) != digest_arguments([{"$opaque": True}])
    assert digest_arguments([], {"a": object()}) == digest_arguments([object()])
