"""Annotated values of any class come back as they were, in a fresh process too, or are refused with a true hint."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr
from rebuilt_values import CASES, JOB, PLACE, Colour, Job, Key, Place, Point

from taskpoint import (
    Command,
    EntrypointFinal,
    Recorded,
    ValueEncodingError,
    entrypoint,
    interrupt,
    register_extension,
    task,
)
from taskpoint.codec import _extensions

if TYPE_CHECKING:
    from nowhere import Unknown

PROGRAM = Path(__file__).with_name("rebuilt_values.py")


@pytest.fixture(autouse=True)
def _nothing_is_registered():
    """Let a test see no class that another one has registered, and the others none of this one's."""
    registries = _extensions._BY_CLASS, _extensions._BY_NAME
    before = [dict(each) for each in registries]
    for each in registries:
        each.clear()
    yield
    for each, was in zip(registries, before, strict=True):
        each.clear()
        each.update(was)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[bool]]]:
    """What the first process saw, and what the one that replayed its file."""
    file = tmp_path_factory.mktemp("rebuilt") / "threads.db"
    found = {}
    for step in ("first", "replay"):
        ran = subprocess.run([sys.executable, PROGRAM, file, step], capture_output=True, text=True, check=True)
        found[step] = json.loads(ran.stdout)
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_value_comes_back_equal_and_of_its_type_in_both_processes(seen, name):
    assert {step: seen[step][name] for step in seen} == {"first": [True, True], "replay": [True, True]}


def giving(value: Any, declared: Any) -> Any:
    """Return a task that returns a value under an annotation."""

    def give():
        return value

    give.__annotations__["return"] = declared
    return task("give", give)


def seen_twice(made: Any, saver: Any) -> list[Any]:
    """Return what a workflow sees of a task on its first run and on a replay: a value, or an error."""
    seen: list[Any] = []

    @entrypoint(checkpointer=saver)
    def main(_):
        try:
            seen.append(made().result())
        except ValueEncodingError as error:
            seen.append(error)
        interrupt("wait")

    main.invoke(1, thread_id="t")
    main.invoke(Command(resume=None), thread_id="t")
    return seen


def test_only_what_has_no_tag_is_recorded_as_pydantics_json(saver):
    """Also beside bytes that are no text, with which pydantic makes no JSON of the whole."""

    @dataclass
    class Both:
        path: Path
        raw: bytes
        at: dt.datetime
        price: Decimal
        many: set[Path]

    at = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    value = Both(Path("/a"), b"\xff", at, Decimal("1.10"), {Path("b"), Path("a")})
    assert seen_twice(giving(value, Both), saver) == [value, value]
    entries = saver.load("t", saver.history("t")[-1].id).entries
    (recorded,) = [entry.value for entry in entries if entry.kind == "task.completed"]
    assert recorded == (
        '{"path":"/a","raw":{"$bytes":"/w=="},"at":{"$datetime":"2026-01-02T00:00:00Z"},"price":{"$decimal":"1.10"},'
        '"many":{"$set":["a","b"]}}'
    )


def test_inputs_values_and_what_is_saved_are_rebuilt(saver):
    seen = []

    @entrypoint(checkpointer=saver)
    def main(given: Path, *, previous: Fraction | None = None) -> EntrypointFinal[Job, Fraction]:
        seen.append((given, previous))
        interrupt("wait")
        return entrypoint.final(value=JOB, save=Fraction(1, 3))

    for _ in range(2):
        main.invoke(Path("/in"), thread_id="t")
        assert main.invoke(Command(resume=0), thread_id="t") == JOB
    assert seen == [(Path("/in"), None)] * 2 + [(Path("/in"), Fraction(1, 3))] * 2
    main.update_state(None, Fraction(1, 7), thread_id="t")
    assert main.get_state(thread_id="t").values == Fraction(1, 7)


@pytest.mark.parametrize("value", [PLACE, {"path": "/a", "url": "https://example.org/x"}], ids=["model", "data"])
def test_plain_data_becomes_what_is_declared(saver, value):
    assert [(type(one), one.path) for one in seen_twice(giving(value, Place), saver)] == [(Place, Path("/a"))] * 2


def test_an_async_workflow_sees_the_class(saver):
    made = giving(PLACE, Place)
    seen = []

    @entrypoint(checkpointer=saver)
    async def main(_):
        seen.append(await made())
        interrupt("wait")

    main.invoke(1, thread_id="t")
    main.invoke(Command(resume=None), thread_id="t")
    assert seen == [PLACE, PLACE]


def test_a_migration_returns_what_is_declared_now(saver):
    def define(declared: Any, **options: Any) -> Any:
        def give():
            return "/new" if declared is str else Path("/new")

        give.__annotations__["return"] = declared
        made = task("give", give, **options)

        @entrypoint(checkpointer=saver)
        def main(_):
            return [repr(made().result() == Path("/new/old")), interrupt("wait")]

        return main

    def migrate(recorded: Recorded) -> Path:
        return Path(recorded.value) / "old"

    define(str).invoke(1, thread_id="t")
    assert define(Path, version="2", migrate=migrate).invoke(Command(resume=0), thread_id="t") == ["True", 0]


# --- what is refused, and why --------------------------------------------------------------------------------------


class Base(BaseModel):
    x: int


class Derived(Base):
    y: int


class Holder(BaseModel):
    held: Base | None = None
    anything: Any = None


class Pair(Enum):
    ONE = (1, 2)


class Whole(int):
    pass


class Hidden(BaseModel):
    """What its author keeps out of what is written does not hold it up."""

    shown: int
    client: Any = Field(default=None, exclude=True)
    _cached: Any = PrivateAttr(default=None)


class Node(BaseModel):
    nodes: list[Node] = []


@dataclass
class Unfinished:
    """One of its members is what only a type checker knows."""

    n: int
    more: Unknown | None = None


class Foreign(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    lock: Callable[[], None] | None = None
    path: Path = Path("/a")


def nothing() -> None: ...


DECLARE = "declare exactly what is returned there"
REGISTER = "register the class with register_extension(), or return plain data"
AGAIN = re.compile("a", re.IGNORECASE)

# the annotation, the value; code and path, a part of the message, and of the hint
REFUSED = {
    "model in a tuple of anything": (tuple[Any, ...], (1, Base(x=1)), "$[1]", "would come back as dict", DECLARE),
    "model in a bare tuple": (tuple, (Base(x=1),), "$[0]", "would come back as dict", DECLARE),
    "model in a list of anything": (list[Any], [Base(x=1)], "$[0]", "annotation does not name", DECLARE),
    "path in a dict of anything": (dict[str, Any], {"a": Path("b")}, "$.a", "annotation does not name", DECLARE),
    "path under Any": (Any, Path("a"), "$", "annotation does not name", DECLARE),
    "path in a member of anything": (Holder, Holder(anything=Path("a")), "$.anything", "come back as str", DECLARE),
    "enum in a member of anything": (Holder, Holder(anything=Colour.RED), "$.anything", "come back as str", DECLARE),
    "named tuple in a tuple of anything": (tuple[Any, ...], (Point(1, 2),), "$[0]", "come back as list", DECLARE),
    "subclass in a member": (Holder, Holder(held=Derived(x=1, y=2)), "$.held", "would come back as Base", DECLARE),
    "path beside a text": (str | Path, Path("a"), "$", "would come back as str", DECLARE),
    "fraction beside a path": (Path | Fraction, Fraction(1, 2), "$", "would come back as PosixPath", DECLARE),
    "deque for a sequence": (Sequence[int], deque([1]), "$", "annotation does not name", DECLARE),
    "pattern with flags": (re.Pattern[str], AGAIN, "$", "cannot be rebuilt", REGISTER),
    "pattern in a list": (list[re.Pattern[str]], [AGAIN], "$[0]", "cannot be rebuilt", REGISTER),
    "deque with a bound": (deque[int], deque([1], maxlen=2), "$", "cannot be rebuilt", REGISTER),
    "secret": (SecretStr, SecretStr("canary"), "$", "cannot be rebuilt", REGISTER),
    "enum of tuples": (Pair, Pair.ONE, "$", "cannot be rebuilt", REGISTER),
    "enums of tuples": (list[Pair], [Pair.ONE], "$[0]", "cannot be rebuilt", REGISTER),
    "subclass of int": (int, Whole(1), "$", "cannot be rebuilt", REGISTER),
    "range": (range, range(3), "$", "cannot be rebuilt", REGISTER),
    "function in a model": (Foreign, Foreign(lock=nothing), "$.lock", "cannot be rebuilt", REGISTER),
    "literal of an enum": (Literal[Colour.RED], Colour.RED, "$", "annotation does not name", DECLARE),
    "naive datetime in a set of records": (
        set[Key],
        {Key(Path("a"), dt.datetime(2026, 1, 2))},  # noqa: DTZ001
        "$[?].at",
        "has no time zone",
        "datetime.now(UTC)",
    ),
    "naive datetime in a deque": (deque[dt.datetime], deque([dt.datetime(2026, 1, 2)]), "$[0]", "no time zone", "UTC"),  # noqa: DTZ001
    "class that names what is not there": (Unfinished, Unfinished(1), "$", "cannot be rebuilt", REGISTER),
    "annotation that names what is not there": ("list[Unknown]", [Path("a")], "$[0]", "type checker", "TYPE_CHECKING"),
    "mapping of anything": (Mapping[str, Any], {"a": nothing}, "$.a", "cannot be rebuilt", REGISTER),
}


@pytest.mark.parametrize(("declared", "value", "path", "message", "hint"), REFUSED.values(), ids=REFUSED)
def test_what_would_not_come_back_is_refused_with_a_true_hint(saver, declared, value, path, message, hint):
    first, replayed = seen_twice(giving(value, declared), saver)
    assert str(first) == str(replayed)
    assert first.code in {"value.not_encodable", "value.mismatch"}
    assert message in first.message
    assert f" at {path}" in first.message
    assert "annotate" not in str(first)
    assert "canary" not in str(first)
    assert hint in first.hint


def test_without_an_annotation_the_hint_names_both_remedies(saver):
    error, _ = seen_twice(task("give", lambda: Path("a")), saver)
    assert "has no encoding at $" in error.message
    assert "annotate" in error.hint
    assert "register_extension()" in error.hint


def test_what_an_author_keeps_out_does_not_hold_a_value_up(saver):
    value = Hidden(shown=1, client=nothing)
    value._cached = nothing
    assert seen_twice(giving(value, Hidden), saver) == [Hidden(shown=1)] * 2


@pytest.mark.parametrize("declared", [Node, list[Any], tuple[Any, ...], list[Path]])
def test_a_value_that_contains_itself_is_too_deep(saver, declared):
    node: Any = Node() if declared is Node else []
    (node.nodes if declared is Node else node).append(node)
    assert [error.code for error in seen_twice(giving(node, declared), saver)] == ["value.too_deep"] * 2


@pytest.fixture
def registered():
    """What registers a class, for one test."""
    return register_extension


@pytest.mark.parametrize(
    ("declared", "value", "encode", "decode"),
    [
        (re.Pattern[str], AGAIN, lambda p: [p.pattern, p.flags], lambda _, data: re.compile(*data)),
        (deque[int], deque([1], maxlen=2), lambda d: [[*d], d.maxlen], lambda _, data: deque(*data)),
        (Pair, Pair.ONE, lambda pair: pair.name, lambda _, name: Pair[name]),
        (list[Pair], [Pair.ONE], lambda pair: pair.name, lambda _, name: Pair[name]),
        (range, range(3), lambda r: [r.start, r.stop, r.step], lambda _, data: range(*data)),
        (SecretStr, SecretStr("s"), lambda s: s.get_secret_value(), lambda _, text: SecretStr(text)),
    ],
    ids=["pattern", "deque", "enum", "enums", "range", "secret"],
)
def test_the_other_remedy_works(saver, registered, declared, value, encode, decode):
    cls = type(value[0]) if isinstance(value, list) else type(value)
    registered(cls, name="example/class", encode=encode, decode=decode)
    seen = seen_twice(giving(value, declared), saver)
    assert seen == [value, value]
    assert [getattr(one, "maxlen", None) for one in seen] == [getattr(value, "maxlen", None)] * 2


@pytest.mark.parametrize("declared", [Base, list[Base], dict[str, Base | None], tuple[Base, ...]], ids=str)
def test_a_registered_subclass_comes_back_whole_under_an_annotation_of_its_base(saver, registered, declared):
    registered(Derived, name="example/derived", encode=dict, decode=lambda _, data: Derived(**data))
    held = Derived(x=1, y=2)
    value = {Base: held, list[Base]: [held], tuple[Base, ...]: (held, held)}.get(declared, {"a": held, "b": None})
    seen = seen_twice(giving(value, declared), saver)
    assert seen == [value, value]
    assert "y=2" in repr(seen[0])
    assert "y=2" in repr(seen[1])


def test_a_registered_subclass_in_a_member_of_its_base_is_refused_where_the_holder_is_not_registered(saver, registered):
    registered(Derived, name="example/derived", encode=dict, decode=lambda _, data: Derived(**data))
    error, _ = seen_twice(giving(Holder(held=Derived(x=1, y=2)), Holder), saver)
    assert "would come back as Base at $.held" in error.message
