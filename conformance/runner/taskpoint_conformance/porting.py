"""The order in which a port is best written: levels, and in each the smallest fixtures first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from taskpoint_conformance.fixtures import Fixture
from taskpoint_conformance.requirements import PROFILES
from taskpoint_conformance.shapes import is_array, is_object

__all__ = ("LEVELS", "Level", "in_order", "level_of")


@dataclass(frozen=True, slots=True)
class Level:
    """A stretch of the way, and what a port has when it is behind it."""

    name: str
    profile: str
    buys: str
    folders: frozenset[str] = frozenset()

    """The folders of its fixtures, where a profile has several levels."""
    first: tuple[str, ...] = ()
    """Fixtures to begin with; the others follow by how much they need."""


_CORE: Final = (
    Level(
        "values",
        "core",
        "Payloads and digests are the same bytes as in every other language.",
        frozenset({"values"}),
        ("VAL-plain",),
    ),
    Level(
        "first-runs",
        "core",
        "A workflow runs, and what it did stands in a journal that other ports can read.",
        frozenset({"protocol", "journal"}),
        ("CKP-metadata-only", "JRN-begin-before-code"),
    ),
    Level(
        "replay",
        "core",
        "A killed process goes on where it was, nothing recorded runs twice, and changed code is noticed.",
        frozenset({"replay", "crash", "identity", "divergence"}),
        ("RPL-crash-after-commit",),
    ),
    Level("errors", "core", "Failures are recorded, and come back as themselves.", frozenset({"errors"})),
    Level("threads", "core", "Many runs, processes and callers share a store. Now `core` is complete.", frozenset()),
)
_BUYS: Final[Mapping[str, str]] = {
    "interrupts": "A run can ask a person, stop for a year, and go on with the answer.",
    "answers": "A question says what its answer must look like, and one that does not is refused when it is given.",
    "concurrency": "Tasks run side by side, and their order is the same after a crash.",
    "state": "Runs can be looked at, corrected, and gone back in.",
    "once": "What is asked for twice, such as a message of a queue, begins one run.",
    "streams": "A caller sees what happens while it happens.",
    "values-extended": "Decimals, dates, durations, sets and maps come back as such.",
    "sqlite": "Threads lie in a file that the reference opens, too.",
    "forms": "Definitions are refused and documented as in the reference.",
    "stores": "Workflows have a memory that outlives their threads.",
    "durability": "A caller chooses between safe and fast: when what happened is written.",
    "policies": "A task is tried again, given up on or answered from a cache, as its definition says.",
    "composition": "Workflows are made of workflows, in one journal.",
    "context": "Code can ask which thread, run and attempt it works for, and whether it replays.",
    "types": "Values come back as the types that code declares, and old records are migrated.",
    "durable": "Time and chance are the same after a crash, and a pause goes on where it was.",
}
LEVELS: Final = (
    *_CORE,
    *(
        Level(each, each, _BUYS.get(each, f"The port may claim `{each}`."))
        for each in (*_BUYS, *(name for name in PROFILES if name != "core" and name not in _BUYS))
        if each in PROFILES
    ),
)
"""In the order in which they are best reached; a profile beyond `core` is a level of its own."""


def level_of(fixture: Fixture) -> int:
    """Return the place of a fixture's level in `LEVELS`."""
    if fixture.profile != "core":
        return next(place for place, level in enumerate(LEVELS) if level.profile == fixture.profile)
    folder = fixture.path.parent.name
    return next((place for place, level in enumerate(_CORE) if folder in level.folders), len(_CORE) - 1)


def in_order(fixtures: Iterable[Fixture]) -> list[Fixture]:
    """Return fixtures in the order in which a port meets them: by level, the ones that need least first."""
    return sorted(fixtures, key=_place)


def _place(fixture: Fixture) -> tuple[int, int, int, int, str]:
    level = level_of(fixture)
    first = LEVELS[level].first
    return level, first.index(fixture.id) if fixture.id in first else len(first), *_weight(fixture), fixture.id


def _weight(fixture: Fixture) -> tuple[int, int]:
    """Return how much a port has to have for it: how many different things, and how much of them."""
    document = fixture.document
    programs = [*([document["program"]] if "program" in document else []), *document.get("programs", {}).values()]
    needed = {step["op"] for step in fixture.steps}
    needed |= {f"fault {next(iter(step['fault']))}" for step in fixture.steps if "fault" in step}

    for step in fixture.steps:
        needed.update(_words([step.get("expr"), step.get("args"), step.get("tail")]))
    needed |= {name for name in ("release", "given") if name in document or any(name in step for step in fixture.steps)}
    for program in programs:
        needed |= set(program) - {"entrypoint", "params", "tasks", "body"}
        called = [*program.get("tasks", {}).values(), *program.get("entrypoints", {}).values()]
        for body in (program["body"], *(definition["body"] for definition in called)):
            needed.update(_words(body))
    return len(needed), len(json.dumps(document))


def _words(tree: Any) -> Iterator[str]:
    """Yield the statements and expressions of a body: near enough, as nothing is judged by it."""
    if is_array(tree):
        for each in tree:
            if is_object(each) and len(each) == 1:
                yield next(iter(each))
            yield from _words(each)
    elif is_object(tree):
        for name, each in tree.items():
            if name.startswith("$"):
                yield name
            yield from _words(each)
