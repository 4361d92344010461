"""Loads fixtures: YAML, checked against the format and for what a schema cannot say."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import yaml

from taskpoint_conformance import FORMAT, data
from taskpoint_conformance.errors import Failure, HarnessError
from taskpoint_conformance.given import threads_of
from taskpoint_conformance.journal import check_entries
from taskpoint_conformance.schemas import document_problem, format_problem
from taskpoint_conformance.shapes import is_array, is_object
from taskpoint_conformance.uses import used

__all__ = (
    "RUNS",
    "Fixture",
    "FixtureError",
    "discover",
    "is_newer",
    "is_sequential",
    "load",
    "load_yaml",
    "suite_digest",
)

RUNS: Final = frozenset({"invoke", "resume", "command"})
_CONCURRENT: Final = frozenset({"start", "branches", "gather", "first"})
_LOOKS: Final = frozenset({"update", "bulk_update", "fork", "state", "history", "delete", "clear_cache"})
_USES_PROGRAM: Final = RUNS | _LOOKS | {"start", "concurrent"}


class FixtureError(HarnessError):
    """A fixture cannot be used; `code` is `fixture.invalid` or `fixture.newer`."""

    def __init__(self, code: str, path: Path, problem: str) -> None:
        super().__init__(f"{path.name}: {problem}")
        self.code = code
        self.path = path


@dataclass(frozen=True, slots=True)
class Fixture:
    """One fixture, checked."""

    path: Path
    document: dict[str, Any]

    @property
    def id(self) -> str:
        """Its id, which never changes."""
        return str(self.document["id"])

    @property
    def title(self) -> str:
        """One line that says what holds."""
        return str(self.document["title"])

    @property
    def profile(self) -> str:
        """The profile that it belongs to."""
        return str(self.document["profile"])

    @property
    def profiles(self) -> frozenset[str]:
        """All profiles that have to be claimed for it: its own, and those of what it uses besides."""
        return used(self.document)

    @property
    def verifies(self) -> list[str]:
        """The ids of the rules that it verifies."""
        return list(self.document["verifies"])

    @property
    def mutants(self) -> list[str]:
        """The wrong variants of the reference that it has to kill."""
        return list(self.document.get("mutants", []))

    @property
    def saver(self) -> str:
        """Where the threads are kept: `runner`, `sqlite` or `none`."""
        return str(self.document.get("saver", "runner"))

    @property
    def store(self) -> str | None:
        """The store that the entrypoint is given: `memory`, `sqlite` or none."""
        kind: str | None = self.document.get("store")
        return kind

    @property
    def cache(self) -> str | None:
        """The cache that the entrypoint is given: `memory`, `sqlite` or none."""
        kind: str | None = self.document.get("cache")
        return kind

    @property
    def steps(self) -> list[dict[str, Any]]:
        """Its steps."""
        return list(self.document["steps"])

    @property
    def final(self) -> dict[str, Any]:
        """What has to hold after the last step."""
        return dict(self.document.get("final", {}))

    @property
    def sweep(self) -> bool:
        """Whether its author counts on the sweep: what it is there to find may show in it only."""
        return bool(self.document.get("sweep", {}).get("crash") == "all")

    @property
    def unswept(self) -> list[str]:
        """The kinds of strikes of a sweep that it opts out of."""
        return list(self.document.get("sweep", {}).get("except", []))

    @property
    def retried(self) -> frozenset[str]:
        """The names of the tasks, and of entrypoints called like them, that a policy may execute again."""
        programs = [self.document.get("program", {}), *self.document.get("programs", {}).values()]
        called = [program.get(kind, {}) for program in programs for kind in ("tasks", "entrypoints")]
        tasks = [item for definitions in called for item in definitions.items()]
        return frozenset(name for name, task in tasks if "retry" in task)

    @property
    def threads(self) -> list[dict[str, Any]]:
        """The threads that the store holds before the first step."""
        return threads_of(self.document)

    def program(self, name: str | None) -> dict[str, Any]:
        """Return its program, or another one that a step brings."""
        found: dict[str, Any] = self.document["program"] if name is None else self.document["programs"][name]
        return found


def is_sequential(fixture: Fixture) -> bool:
    """Return whether nothing in a fixture happens beside anything else, the writing included."""
    beside = any(
        step["op"] in {"start", "concurrent"} or "durability" in step.get("options", {}) for step in fixture.steps
    )
    return not beside and not _has_statement(
        [fixture.document.get("program"), fixture.document.get("programs")], _CONCURRENT
    )


def _has_statement(value: Any, names: frozenset[str]) -> bool:
    if is_object(value):
        return not names.isdisjoint(value) or any(_has_statement(each, names) for each in value.values())
    return is_array(value) and any(_has_statement(each, names) for each in value)


class _Loader(yaml.CSafeLoader):
    """YAML as JSON has it: no dates, no yes and no, no key twice."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the library's own attribute
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag not in {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool"}
        ]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - theirs
        loader: Any = super()
        keys: list[Any] = [loader.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)


_loader_class: Any = _Loader  # its stubs leave types open
_loader_class.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def load_yaml(path: Path) -> Any:
    """Return what a YAML (or JSON) file holds, as JSON.

    Raises:
        HarnessError: The file cannot be read, or holds what JSON cannot.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise HarnessError(f"{path.name}: {error}") from None
    if problem := next(_not_json(content, "$"), None):
        raise HarnessError(f"{path.name}: {problem}")
    return content


def _not_json(value: Any, path: str) -> Iterator[str]:
    match value:
        case dict():
            for key, each in cast("Any", value).items():
                if not isinstance(key, str):
                    yield f"{path}: the key {key!r} is no string"
                yield from _not_json(each, f"{path}.{key}")
        case _ if is_array(value):
            for place, each in enumerate(value):
                yield from _not_json(each, f"{path}[{place}]")
        case float() if not math.isfinite(value):
            yield f"{path}: no JSON number"
        case None | bool() | int() | float() | str():
            pass
        case _:
            yield f"{path}: {type(value).__name__} is no JSON"


def load(path: Path) -> Fixture:
    """Load one fixture.

    Raises:
        FixtureError: It is of a newer format, or not of the format.
    """
    try:
        document = load_yaml(path)
    except HarnessError as error:
        raise FixtureError("fixture.invalid", path, str(error).removeprefix(f"{path.name}: ")) from None
    if not is_object(document):
        raise FixtureError("fixture.invalid", path, "a fixture is an object")
    if is_newer(document.get("format")):
        raise FixtureError(
            "fixture.newer", path, f"format {document['format']} is newer than {FORMAT}, which this suite reads"
        )
    if problem := format_problem("fixture", document) or next(_problems(document, path), None):
        raise FixtureError("fixture.invalid", path, problem)
    return Fixture(path, document)


def is_newer(version: Any) -> bool:
    """Return whether a document's version of the format is higher than what this suite reads."""
    if not isinstance(version, str) or not re.fullmatch("[0-9]+\\.[0-9]+", version):
        return False
    return tuple(map(int, version.split("."))) > tuple(map(int, FORMAT.split(".")))


def _problems(document: dict[str, Any], path: Path) -> Iterator[str]:
    """Yield what the schema cannot see."""
    if document["id"] != path.stem:
        yield f"$.id: the file is not named after it ({path.stem})"
    started: set[str] = set()
    for place, step in enumerate(document["steps"]):
        where = f"$.steps[{place}]"
        for each in [step, *step.get("runs", [])]:
            if each.get("program", "") not in {"", *document.get("programs", {})}:
                yield f"{where}.program: there is no such program in `programs`"
        if step["op"] in _USES_PROGRAM and "program" not in document:
            yield f"{where}: needs `program`"
        if step["op"] == "start":
            started.add(step["as"])
        if step["op"] in {"stop", "finish", "kill"} and step["run"] not in started:
            yield f"{where}.run: no step before started it"
        kills = not {"append", "begin", "effect"}.isdisjoint(step.get("fault", {}))
        killed = step.get("expect", {}).get("outcome") == "killed"
        if step["op"] not in {"concurrent", "finish"} and kills != killed:
            yield f"{where}: `killed` and a fault that kills belong together"
    yield from _world_problems(document)


def _world_problems(document: dict[str, Any]) -> Iterator[str]:
    if "effects" in document and "effect_totals" not in document.get("final", {}):
        expectations = [step["expect"] for step in document["steps"] if step["op"] in RUNS | {"finish"}]
        expectations += [run["expect"] for step in document["steps"] for run in step.get("runs", [])]
        if not all("effects" in expect for expect in expectations):
            yield "$.final.effect_totals: has to be given, or `effects` in every step"
    given = document.get("given", {})
    if "sql" in given and "sqlite" not in {document.get("saver"), document.get("store"), document.get("cache")}:
        yield "$.given.sql: only with saver: sqlite, store: sqlite or cache: sqlite"
    if ("cache" in given or "cache" in document.get("final", {})) and document.get("cache") != "sqlite":
        yield "$.given.cache, $.final.cache: only with cache: sqlite"
    if ("items" in given or "items" in document.get("final", {})) and document.get("store") != "sqlite":
        yield "$.given.items, $.final.items: only with store: sqlite"
    if not given.get("unchecked"):
        for place, thread in enumerate(threads_of(document)):
            if problem := document_problem("thread", {key: each for key, each in thread.items() if key != "holder"}):
                yield f"$.given.threads[{place}], filled in: {problem}"
                continue
            try:
                for item in thread["checkpoints"]:
                    check_entries([], item["entries"])
            except Failure as failure:
                yield f"$.given.threads[{place}], filled in: {failure.message}"


def discover(folder: Path | None = None) -> tuple[list[Fixture], list[FixtureError]]:
    """Return all fixtures of a folder by id, and those that cannot be used."""
    found: dict[str, Fixture] = {}
    bad: list[FixtureError] = []
    for path in sorted((folder or data.fixtures()).rglob("*.yaml")):
        try:
            fixture = load(path)
        except FixtureError as error:
            bad.append(error)
            continue
        if fixture.id in found:
            bad.append(FixtureError("fixture.invalid", path, f"the id {fixture.id} stands twice"))
        found[fixture.id] = fixture
    return [found[key] for key in sorted(found)], bad


def suite_digest(fixtures: list[Fixture]) -> str:
    """Return the SHA-256 that names this very set of fixtures."""
    digest = hashlib.sha256()
    for fixture in fixtures:
        digest.update(fixture.id.encode() + b"\0" + hashlib.sha256(fixture.path.read_bytes()).digest())
    return digest.hexdigest()
