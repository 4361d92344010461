"""Declared types: the same typed value on the first run as on a replay, and what no longer fits."""

from __future__ import annotations

import datetime as dt
from collections import namedtuple
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from typing import NamedTuple, TypedDict
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, field_validator

from taskpoint import (
    Command,
    EntrypointFinal,
    InMemorySaver,
    Recorded,
    UsageError,
    ValueEncodingError,
    entrypoint,
    interrupt,
    task,
)


class Point(NamedTuple):
    x: int
    y: int


class Colour(Enum):
    RED = "r"


class Level(StrEnum):
    LOW = "low"


@dataclass
class Order:
    at: dt.datetime
    price: Decimal
    points: tuple[Point, ...]
    colours: frozenset[Colour]


class Model(BaseModel):
    order: Order
    raw: bytes
    id: UUID
    other: Model | None = None
    short: int = Field(default=1, alias="longName")


class Row(TypedDict):
    point: Point


ORDER = Order(dt.datetime(2026, 1, 2, tzinfo=dt.UTC), Decimal("1.10"), (Point(1, 2),), frozenset({Colour.RED}))
MODEL = Model(order=ORDER, raw=b"\xff", id=UUID(int=7), longName=5)


@task
def point() -> Point:
    return Point(1, 2)


@task
def colour() -> Colour:
    return Colour.RED


@task
def level() -> Level:
    return Level.LOW


@task
def order() -> Order:
    return ORDER


@task
def model() -> Model:
    return Model(order=ORDER, raw=b"\xff", id=UUID(int=7), longName=5, other=MODEL)


@task
def row() -> Row:
    return {"point": Point(3, 4)}


@task
def pair() -> tuple[int, str]:
    return 1, "a"


@task
def many() -> dict[str, list[Order | None]]:
    return {"a": [ORDER, None]}


@task
def either() -> Order | Point:
    return Point(5, 6)


@task
async def awaited() -> Point:
    return Point(7, 8)


@task
def frozen() -> frozenset[int]:
    return frozenset({1})


TYPED = [point, colour, level, order, model, row, pair, many, either, awaited, frozen]


@pytest.mark.parametrize("typed", TYPED, ids=lambda typed: typed.name)
def test_the_first_run_and_a_replay_see_the_same_typed_value(typed, saver):
    seen = []

    @entrypoint(checkpointer=saver)
    def main(_):
        seen.append(typed().result())
        interrupt("wait")

    main.invoke(1, thread_id="t")
    main.invoke(Command(resume=None), thread_id="t")
    first, replayed = seen
    assert first == replayed
    assert type(first) is type(replayed)
    expected = {"colour": Colour.RED, "row": {"point": Point(3, 4)}, "many": {"a": [ORDER, None]}, "pair": (1, "a")}
    assert first == expected.get(typed.name, first)
    assert type(first).__name__ == {"either": "Point", "awaited": "Point", "pair": "tuple", "row": "dict"}.get(
        typed.name, type(first).__name__
    )


def test_what_is_recorded_is_plain(saver):
    @entrypoint(checkpointer=saver)
    def main(_):
        order().result()
        colour().result()

    main.invoke(1, thread_id="t")
    entries = [entry.value for entry in saver.load("t", saver.history("t")[-1].id).entries if hasattr(entry, "path")]
    assert entries == [
        '{"at":{"$datetime":"2026-01-02T00:00:00Z"},"price":{"$decimal":"1.10"},"points":[[1,2]],"colours":{"$set":["r"]}}',
        '"r"',
    ]


def test_inputs_values_and_previous_are_typed(saver):
    seen = []

    @entrypoint(checkpointer=saver)
    def main(given: Point, *, previous: Colour | None = None) -> EntrypointFinal[Order, Colour]:
        seen.append((given, previous))
        return entrypoint.final(value=ORDER, save=Colour.RED)

    assert main.invoke(Point(1, 2), thread_id="t") == ORDER
    assert main.invoke(Point(3, 4), thread_id="t") == ORDER
    assert seen == [(Point(1, 2), None), (Point(3, 4), Colour.RED)]
    assert type(seen[0][0]) is Point


def test_a_state_shows_typed_values_and_takes_them(saver):
    @entrypoint(checkpointer=saver)
    def main(_, *, previous: Point | None = None) -> Point:
        return Point(1, 2) if previous is None else Point(previous.x + 1, previous.y)

    main.invoke(1, thread_id="t")
    end, start = main.get_state_history(thread_id="t")
    assert type(end.values) is type(start.tasks[0].result) is Point
    main.update_state(None, Point(7, 8), thread_id="t")
    assert main.get_state(thread_id="t").values == Point(7, 8)
    assert main.invoke(1, thread_id="t") == Point(8, 8)

    def other(_) -> Order:
        return ORDER

    shown = [state.values for state in entrypoint("main", other, checkpointer=saver).get_state_history(thread_id="t")]
    assert [8, 8] in shown  # recorded by other code: shown as it was recorded


def test_an_undeclared_host_object_is_refused_with_both_remedies():
    @task
    def undeclared():
        return ORDER

    @entrypoint
    def main(_):
        return undeclared().result()

    with pytest.raises(ValueEncodingError, match=r"value.not_encodable") as caught:
        main.invoke(1)
    assert "annotate" in caught.value.hint
    assert "register" in caught.value.hint


def test_a_subclass_is_not_cut_down_in_silence():
    @dataclass
    class Base:
        x: int

    @dataclass
    class Derived(Base):
        y: int

    def derived() -> Base:
        return Derived(1, 2)

    derived.__annotations__["return"] = Base
    made = task(derived)

    @entrypoint
    def main(_):
        return made().result().x

    with pytest.raises(ValueEncodingError, match=r"value.mismatch.*would come back as Base"):
        main.invoke(1)


class NewOrder(BaseModel):
    price: int
    secret: str = ""

    @field_validator("secret")
    @classmethod
    def check(cls, value: str) -> str:
        if value:
            raise ValueError(f"canary {value}")
        return value


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(
    ("recorded", "where", "why"),
    [
        ({"price": "x"}, "$.price", "valid integer"),
        ({}, "$.price", "required"),
        ({"price": 1, "secret": "canary"}, "$.secret", "a validator refuses it"),
    ],
)
def test_a_recorded_value_that_no_longer_fits_stops_the_run(saver, is_async, recorded, where, why):
    """Nothing catches it, nothing runs after it; code that fits again continues."""
    ran = []

    def old() -> dict:
        return recorded

    def new() -> NewOrder:
        return NewOrder(price=1)

    @task
    def later():
        ran.append("later")

    def define(fn):
        fetch = task("fetch", fn)

        def sync_main(_):
            try:
                fetched = fetch().result()
            except Exception:  # noqa: BLE001 - it must not be caught here
                fetched = None
            answer = interrupt("wait")
            later().result()
            return [fetched, answer]

        async def async_main(_):
            try:
                fetched = await fetch()
            except Exception:  # noqa: BLE001
                fetched = None
            answer = interrupt("wait")
            await later()
            return [fetched, answer]

        return entrypoint("main", async_main if is_async else sync_main, checkpointer=saver)

    define(old).invoke(1, thread_id="t")
    with pytest.raises(ValueEncodingError, match=r"value.mismatch.*fetch#0") as caught:
        define(new).invoke(Command(resume="yes"), thread_id="t")
    assert caught.value.path == where
    assert why in str(caught.value)
    assert "canary" not in str(caught.value)
    assert ran == []
    assert define(old).invoke(None, thread_id="t") == [recorded, "yes"]
    assert ran == ["later"]


@pytest.mark.parametrize("old_version", [None, "1"])
def test_a_migration_reads_what_an_older_version_recorded(saver, old_version):
    asked = []

    def old(n) -> dict:
        return {"cents": n}

    def new(n) -> Point:
        return Point(n, n)

    def migrate(recorded: Recorded):
        asked.append((recorded.kind, recorded.version))
        return Point(recorded.value["cents"], 0)

    def define(fn, **options):
        fetch = task("fetch", fn, **options)

        @entrypoint(checkpointer=saver)
        def main(_):
            first = fetch(1).result()
            interrupt("wait")
            return [list(first) if isinstance(first, Point) else first, list(fetch(2).result())]

        return main

    define(old, version=old_version).invoke(1, thread_id="t")
    now = define(new, version="2", migrate=migrate)
    assert now.invoke(Command(resume=None), thread_id="t") == [[1, 0], [2, 2]]
    assert asked == [("result", old_version)]
    versions = [e.version for e in saver.load("t", saver.history("t")[-1].id).entries if e.kind == "task.completed"]
    assert versions == [old_version, "2"]


def test_an_entrypoints_migration_reads_inputs_and_previous(saver):
    def migrate(recorded: Recorded):
        return {"input": 100, "saved": 1000}[recorded.kind] + recorded.value

    def define(body, version):
        return entrypoint("main", body, checkpointer=saver, version=version, migrate=migrate)

    def wait(n, *, previous=0):
        return n + previous if n < 0 else interrupt("wait")

    def finish(n, *, previous=0):
        return [n, previous]

    assert define(wait, "1").invoke(-1, thread_id="t") == -1
    define(wait, "1").invoke(5, thread_id="t")
    assert define(finish, "2").invoke(Command(resume=0), thread_id="t") == [105, 999]


def test_a_migration_that_fails_says_so_and_the_run_can_be_continued(saver):
    def migrate(_):
        raise KeyError("canary")

    def define(**options):
        fetch = task("fetch", lambda: 1, **options)

        @entrypoint(checkpointer=saver)
        def main(_):
            return [fetch().result(), interrupt("wait")]

        return main

    define().invoke(1, thread_id="t")
    with pytest.raises(
        ValueEncodingError, match=r"recorded by version None, could not be migrated: KeyError"
    ) as caught:
        define(version="2", migrate=migrate).invoke(Command(resume=2), thread_id="t")
    assert isinstance(caught.value.__cause__, KeyError)
    assert define().invoke(None, thread_id="t") == [1, 2]


def test_options_are_checked():
    with pytest.raises(UsageError, match="migrate= is not a function"):
        task("t", len, migrate=1)
    with pytest.raises(UsageError, match=r"version"):
        task("t", len, version="")
    with pytest.raises(UsageError, match="context_schema= is not a class"):
        entrypoint("t", len, context_schema=1)


def test_annotations_that_name_nothing_declare_nothing():
    def strange() -> Unknown:  # noqa: F821
        return 1

    made = task(strange)

    @entrypoint
    def main(_):
        return made().result()

    assert main.invoke(0) == 1


def test_an_undeclared_named_tuple_is_refused():
    undeclared = namedtuple("undeclared", "a")  # noqa: PYI024
    made = task("t", lambda: undeclared(1))

    @entrypoint
    def main(_):
        return made().result()

    with pytest.raises(ValueEncodingError):
        main.invoke(0)


def test_without_a_saver_types_hold_too():
    @entrypoint
    def main(n: Point) -> Order:
        assert type(n) is Point
        assert type(point().result()) is Point
        return order().result()

    assert main.invoke(Point(1, 2)) == ORDER
    assert InMemorySaver is not None


@task
def open_it():
    return {"line": object()}


WHOSE = {
    "the input of 'main'": (lambda _: 1, {"line": object()}),
    "the result of 'open_it'": (lambda _: open_it().result(), 1),
    "the value of 'main'": (lambda _: {"line": object()}, 1),
    "the saved value of 'main'": (lambda _: entrypoint.final(value=1, save={"line": object()}), 1),
    "the value of an interrupt": (lambda _: interrupt({"line": object()}), 1),
}


@pytest.mark.parametrize(("whose", "body", "value"), [(whose, *case) for whose, case in WHOSE.items()], ids=WHOSE)
def test_a_refused_value_is_named(whose, body, value):
    main = entrypoint("main", body, checkpointer=InMemorySaver())
    with pytest.raises(ValueEncodingError) as caught:
        main.invoke(value, thread_id="t")
    assert caught.value.message == f"{whose}: a value of type builtins.object has no encoding at $.line"
    assert "register_extension()" in caught.value.hint


def test_a_refused_answer_is_named():
    main = entrypoint("main", lambda _: interrupt("which?"), checkpointer=InMemorySaver())
    main.invoke(1, thread_id="t")
    with pytest.raises(ValueEncodingError, match=r"the answer to an interrupt: .* has no encoding at"):
        main.invoke(Command(resume=object()), thread_id="t")
    assert main.invoke(Command(resume="this"), thread_id="t") == "this"
