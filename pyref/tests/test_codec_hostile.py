"""Texts by an enemy, values with secrets, and each limit from both sides."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskpoint.codec import Carried, decode, digest_arguments, encode, from_tree, to_tree
from taskpoint.errors import ValueEncodingError

SECRET = "hunter2-s3cr3t"


def code_of(action: Callable[[Any], object], argument: object) -> str:
    try:
        action(argument)
    except ValueEncodingError as error:
        return error.code
    return "accepted"


def arrays(depth: int) -> str:
    return "[" * depth + "]" * depth


@given(st.binary(max_size=30) | st.text(st.sampled_from('[]{},:"$\\u0019ade+-. \n'), max_size=30))
def test_any_text_is_read_or_refused(text: bytes | str) -> None:
    if code_of(decode, text) == "accepted":
        value = decode(text)
        assert decode(encode(value)) == value


TAGS = [
    "$int",
    "$float",
    "$bytes",
    "$datetime",
    "$date",
    "$time",
    "$duration",
    "$decimal",
    "$uuid",
    "$set",
    "$map",
    "$error",
    "$ext",
]
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["2026-01-01", "1E+5", "-0", "AA=="]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*TAGS, "$$int", "$x", "type", "message", "name", "v", "data", "\ud800"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(JUNK)
def test_any_tree_is_read_or_refused(tree: Any) -> None:
    if code_of(from_tree, tree) == "accepted":
        value = from_tree(tree)
        assert encode(from_tree(to_tree(value))) == encode(value)


def test_a_tree_of_other_things_is_refused() -> None:
    for tree in ((1,), {1: 2}, {"a": b""}, object(), {"$set": {1}}):
        assert code_of(from_tree, tree) in {"value.invalid_json", "value.malformed_tag"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (arrays(128), "accepted"),
        (arrays(129), "value.too_deep"),
        (arrays(200_000), "value.too_deep"),
        ('{"a":' * 128 + "1" + "}" * 128, "accepted"),
        ('{"a":' * 129 + "1" + "}" * 129, "value.too_deep"),
        ("[" * 127 + '{"$int":"9007199254740992"}' + "]" * 127, "accepted"),
        ("[" * 128 + '{"$int":"9007199254740992"}' + "]" * 128, "value.too_deep"),
        ("9007199254740991", "accepted"),
        ("9007199254740992", "value.out_of_range"),
        ("-9007199254740991", "accepted"),
        ("-9007199254740992", "value.out_of_range"),
        ("9" * 100_000, "value.out_of_range"),
        ('{"$int":"' + "9" * 4096 + '"}', "accepted"),
        ('{"$int":"' + "9" * 4097 + '"}', "value.out_of_range"),
        ('{"$decimal":"' + "9" * 4096 + '"}', "accepted"),
        ('{"$decimal":"' + "9" * 4097 + '"}', "value.out_of_range"),
        ('{"$decimal":"1E+999999999"}', "accepted"),
        ('{"$decimal":"1E+1000000000"}', "value.out_of_range"),
        ('{"$ext":{"name":"' + "é" * 255 + '","v":9007199254740991,"data":0}}', "accepted"),
        ('{"$ext":{"name":"' + "é" * 256 + '","v":1,"data":0}}', "value.malformed_tag"),
        ('{"$ext":{"name":"a","v":9007199254740992.0,"data":0}}', "value.malformed_tag"),
        ('{"$ext":{"name":"a","v":1e308,"data":0}}', "value.malformed_tag"),
        ("1.7976931348623157e308", "accepted"),
        ("1.797693134862315808e308", "value.out_of_range"),
        ("\ufeff1", "value.invalid_json"),
        ('"\ud800"', "value.lone_surrogate"),
        ('"\\ud800"', "value.lone_surrogate"),
    ],
    ids=lambda item: item[:24].encode("ascii", "replace").decode(),
)
def test_each_limit_from_both_sides(text: str, code: str) -> None:
    assert code_of(decode, text) == code


def test_the_same_limits_hold_when_encoding() -> None:
    deep: Any = 0
    for _ in range(128):
        deep = (deep,)
    assert code_of(encode, deep) == "accepted"
    assert code_of(encode, [deep]) == "value.too_deep"
    assert code_of(encode, [deep, None]) == "value.too_deep"
    tagged: Any = {1}
    for _ in range(126):
        tagged = [tagged]
    assert code_of(encode, tagged) == "accepted"
    assert code_of(encode, [tagged]) == "value.too_deep"
    assert code_of(encode, 10**4096 - 1) == "accepted"
    assert code_of(encode, 10**4096) == "value.out_of_range"
    assert code_of(encode, 1 << 10_000_000) == "value.out_of_range"
    assert code_of(encode, Decimal(10) ** 20) == "accepted"
    assert code_of(encode, Decimal("1E+1000000000")) == "value.out_of_range"
    assert code_of(encode, "\udfff") == "value.lone_surrogate"
    assert code_of(encode, {"a": {"\udfff": 1}}) == "value.lone_surrogate"


def test_a_value_that_contains_itself_is_too_deep() -> None:
    loop: list[Any] = [1]
    loop.append({"again": loop})
    with pytest.raises(ValueEncodingError) as caught:
        encode(loop)
    assert caught.value.code == "value.too_deep"
    assert len(str(caught.value)) < 1000
    assert len(digest_arguments([loop])) == 64


def leaks(action: Callable[[Any], object], argument: object) -> str:
    with pytest.raises(ValueEncodingError) as caught:
        action(argument)
    error: BaseException | None = caught.value
    shown = ""
    while error is not None:
        shown += f"{error!s} {error!r} {error.args} {vars(error)}"
        error = error.__cause__ or error.__context__
    return shown


@pytest.mark.parametrize(
    "text",
    [
        f'["{SECRET}',
        f'{{"$int":"{SECRET}"}}',
        f'{{"$datetime":"{SECRET}"}}',
        f'{{"$decimal":"{SECRET}"}}',
        f'{{"$bytes":"{SECRET}"}}',
        f'{{"${SECRET}":1}}',
        f'{{"a":"{SECRET}","a":"{SECRET}"}}',
        f'{{"{SECRET}@example.com":1e400}}',
        f'{{"$map":[["{SECRET}!",NaN],[1,1]]}}',
        f'["{SECRET}","\\ud800{SECRET}"]',
        f'{{"$error":{{"type":"{SECRET}"}}}}',
    ],
)
def test_no_error_of_decoding_shows_content(text: str) -> None:
    assert SECRET not in leaks(decode, text)
    assert SECRET not in leaks(decode, text.encode())


class Client:
    """Shows its password whenever it can."""

    def __repr__(self) -> str:
        return SECRET

    __str__ = __repr__


@pytest.mark.parametrize(
    "value",
    [
        Client(),
        [SECRET, Client()],
        {SECRET + "?": Client()},
        {Client(): 1},
        {b"k": SECRET, (SECRET,): Client()},
        SECRET + "\ud800",
        {SECRET + "\ud800": 1},
        ValueError(SECRET),
        Carried("$datetime", f'"{SECRET}"'),
        {SECRET, 1j},
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_error_of_encoding_shows_content(value: object) -> None:
    assert SECRET not in leaks(encode, value)


def test_decoding_runs_no_code_of_the_texts_choice() -> None:
    texts = [
        '{"$ext":{"name":"os.system","v":1,"data":"echo"}}',
        '{"$ext":{"name":"builtins.eval","v":1,"data":["1"]}}',
        '{"$error":{"type":"SystemExit","message":"x","data":{"__class__":"os.system"}}}',
        '{"__reduce__":["os.system",["echo"]],"py/object":"os.system"}',
        '{"lc":2,"type":"constructor","id":["os","system"],"kwargs":{}}',
        '{"$set":[{"$map":[[1,{"$bytes":"gASVIQAAAA=="}]]}]}',
        '{"$python":"os.system"}',
        '{"$datetime":"2026-01-01T00:00:00.123456789Z"}',
    ]
    for text in texts:  # whatever is imported once is imported now
        code_of(decode, text)
    seen: list[str] = []
    watching = True

    def watch(event: str, _: tuple[Any, ...]) -> None:
        if watching and event.split(".", maxsplit=1)[0] in {
            "import",
            "exec",
            "compile",
            "os",
            "subprocess",
            "open",
            "pickle",
            "marshal",
            "socket",
        }:
            seen.append(event)

    sys.addaudithook(watch)
    for text in texts:
        code_of(decode, text)
    watching = False
    assert seen == []


@pytest.mark.parametrize(
    "text",
    [
        '{"$decimal":"1E' + "0" * 200_000 + 'x"}',
        '{"$decimal":"' + "1" * 200_000 + '"}',
        '{"$int":"' + "1" * 200_000 + '"}',
        '"' + '\\"$' * 100_000 + '"',
        '{"$set":[1,true,' * 60 + "0" + "]}" * 60,
        '{"$set":[' * 60 + "[" + ",".join(map(str, range(2000))) + "]" + "]}" * 60,
        '{"$bytes":"' + "A" * 400_000 + '"}',
        "[" + '"$a",' * 50_000 + "1]",
    ],
    ids=lambda text: text[:12],
)
def test_a_large_text_takes_no_more_than_linear_time(text: str) -> None:
    begun = time.process_time()
    if code_of(decode, text) == "accepted":
        digest_arguments([encode(decode(text)), decode(text)])
    assert time.process_time() - begun < 2


def test_hints_say_what_to_do() -> None:
    with pytest.raises(ValueEncodingError) as caught:
        encode({"when": datetime(2026, 1, 1)})  # noqa: DTZ001
    assert caught.value.path == "$.when"
    assert "tzinfo=UTC" in (caught.value.hint or "")
    assert encode({"when": datetime(2026, 1, 1, tzinfo=UTC)})
