"""A program whose tasks return values of many classes; run twice on one file, it says how they came back.

``python rebuilt_values.py FILE first`` runs until all threads wait, ``... replay`` lets them go on, in a process that
could not make the values again: its tasks fail.
"""

import datetime as dt
import ipaddress
import json
import re
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, Flag, StrEnum
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal, NamedTuple, Optional, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import (
    AnyUrl,
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    PlainSerializer,
    PlainValidator,
    PostgresDsn,
    RootModel,
    SecretStr,
    field_serializer,
)

from taskpoint import Command, SqliteSaver, entrypoint, interrupt, task


class Colour(Enum):
    RED = "r"
    BLUE = "b"


class Level(StrEnum):
    LOW = "low"


class Right(Flag):
    READ = 1
    WRITE = 2


class Point(NamedTuple):
    x: int
    y: int


class Row(TypedDict):
    path: Path
    at: dt.datetime


class Place(BaseModel):
    path: Path
    url: HttpUrl
    raw: bytes = b"\xff\x00"
    seen: dt.datetime = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)


class Places(RootModel[list[Place]]):
    pass


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)
    pair: tuple[int, str]
    colour: Colour
    on: dt.date
    path: Path


class Login(BaseModel):
    """Its author says how the secret is written."""

    password: SecretStr

    @field_serializer("password", when_used="json")
    def shown(self, value: SecretStr) -> str:
        return value.get_secret_value()


@dataclass
class Job:
    folder: Path
    zone: ZoneInfo
    share: Fraction
    waiting: deque[Path] = field(default_factory=deque)
    tags: frozenset[Colour] = frozenset()
    raw: bytes = b"\xff"
    at: dt.datetime = dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC)


@dataclass(eq=False)
class Unequal:
    """Equal to nothing but itself; what it holds is compared."""

    path: Path


@dataclass(frozen=True)
class Key:
    path: Path
    at: dt.datetime


class Money:
    def __init__(self, cents: int) -> None:
        self.cents = cents

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Money) and other.cents == self.cents

    def __hash__(self) -> int:
        return hash(self.cents)


AT = dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC)
PLACE = Place(path=Path("/a"), url=HttpUrl("https://example.org/x"))
JOB = Job(Path("/j"), ZoneInfo("Europe/Paris"), Fraction(1, 3), deque([Path("p")]), frozenset({Colour.RED}))
Paid = Annotated[
    Money,
    PlainValidator(lambda given: given if isinstance(given, Money) else Money(given)),
    PlainSerializer(lambda money: money.cents, when_used="json"),
]

# name: (the annotation, the value)
CASES: dict[str, tuple[Any, Any]] = {
    "path": (Path, Path("/a/b")),
    "pure path": (PurePosixPath, PurePosixPath("a")),
    "deque": (deque[int], deque([1, 2])),
    "deque of anything": (deque, deque([1, "a"])),
    "deque of datetimes": (deque[dt.datetime], deque([AT])),
    "ipv4 address": (ipaddress.IPv4Address, ipaddress.IPv4Address("192.0.2.1")),
    "ipv6 network": (ipaddress.IPv6Network, ipaddress.IPv6Network("2001:db8::/32")),
    "pattern": (re.Pattern[str], re.compile("a+")),
    "fraction": (Fraction, Fraction(1, 3)),
    "complex": (complex, 1 + 2j),
    "zone": (ZoneInfo, ZoneInfo("Europe/Paris")),
    "timedelta": (dt.timedelta, dt.timedelta(days=1, microseconds=5)),
    "time": (dt.time, dt.time(9, 30)),
    "date": (dt.date, dt.date(2026, 1, 2)),
    "datetime": (dt.datetime, AT),
    "decimal": (Decimal, Decimal("1.10")),
    "uuid": (UUID, UUID(int=7)),
    "bytes": (bytes, b"\xff"),
    "set": (set, {1, "a"}),
    "set of paths": (set[Path], {Path("a"), Path("b")}),
    "frozenset of paths": (frozenset[Path], frozenset({Path("a")})),
    "set of frozen dataclasses": (set[Key], {Key(Path("a"), AT)}),
    "tuple": (tuple[int, str], (1, "a")),
    "tuple of anything": (tuple[Any, ...], (1, ["a"], {"b": None})),
    "tuple of paths": (tuple[Path, ...], (Path("a"), Path("b"))),
    "ordered dict": (OrderedDict[str, int], OrderedDict(b=1, a=2)),
    "defaultdict": (defaultdict[str, list[int]], defaultdict(list, a=[1])),
    "counter": (Counter[str], Counter("aab")),
    "dict of paths": (dict[str, Path], {"a": Path("b")}),
    "dict by path": (dict[Path, int], {Path("a"): 1}),
    "dict by tuple": (dict[tuple[int, int], str], {(1, 2): "a"}),
    "dict by enum": (dict[Colour, Path], {Colour.RED: Path("a")}),
    "mapping": (Mapping[str, Path], {"a": Path("b")}),
    "sequence": (Sequence[Path], [Path("a")]),
    "optional": (Optional[Path], Path("a")),  # noqa: UP045
    "optional none": (Path | None, None),
    "union": (Path | Place, PLACE),
    "union with other data": (Path | int, Path("a")),
    "annotated": (Annotated[Path, "where"], Path("a")),
    "annotated list": (Annotated[list[Path], Field(min_length=1)], [Path("a")]),
    "by a serializer for json": (Paid, Money(5)),
    "list by a serializer for json": (list[Paid], [Money(5), Money(6)]),
    "url": (HttpUrl, HttpUrl("https://example.org/x")),
    "any url": (AnyUrl, AnyUrl("x://a")),
    "dsn": (PostgresDsn, PostgresDsn("postgres://user@host/name")),
    "enum": (Colour, Colour.BLUE),
    "str enum": (Level, Level.LOW),
    "flag": (Right, Right.READ | Right.WRITE),
    "literal": (Literal["a"], "a"),
    "named tuple": (Point, Point(1, 2)),
    "typed dict": (Row, {"path": Path("a"), "at": AT}),
    "model": (Place, PLACE),
    "models": (dict[str, list[Place]], {"a": [PLACE]}),
    "root model": (Places, Places([PLACE])),
    "strict model": (Strict, Strict(pair=(1, "a"), colour=Colour.RED, on=dt.date(2026, 1, 2), path=Path("a"))),
    "model with a secret that it writes": (Login, Login(password=SecretStr("canary"))),
    "dataclass": (Job, JOB),
    "dataclass that is equal to nothing": (Unequal, Unequal(Path("a"))),
    "dataclasses": (tuple[Job | None, ...], (JOB, None)),
}


def define(name: str, saver: SqliteSaver, *, is_first: bool) -> Any:
    """Return a workflow that says how the value of a case came back."""
    declared, value = CASES[name]

    def give():
        assert is_first, "a replay takes what is recorded"
        return value

    give.__annotations__["return"] = declared
    made = task(name, give)

    def main(_):
        found = made().result()
        seen = [is_same(found, value), type(found) is type(value)]
        return [seen, interrupt(seen)]

    return entrypoint(name, main, checkpointer=saver)


def is_same(found: Any, value: Any) -> bool:
    return found.path == value.path if isinstance(value, Unequal) else found == value


def run(file: str, step: str) -> dict[str, Any]:
    """Run all cases in this process, and return what each of them saw: whether the value and its type were right."""
    seen: dict[str, Any] = {}
    with SqliteSaver(file) as saver:
        for name in CASES:
            main = define(name, saver, is_first=step == "first")
            if step == "first":
                main.invoke(0, thread_id=name)
                seen[name] = main.get_state(thread_id=name).interrupts[0].value
            else:
                seen[name] = main.invoke(Command(resume="go"), thread_id=name)[0]
    return seen


if __name__ == "__main__":
    print(json.dumps(run(*sys.argv[1:])))
