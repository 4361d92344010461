"""In which ways a fixture is run, and what follows from how it is written."""

from __future__ import annotations

from typing import Any, Final

from taskpoint_conformance.fixtures import Fixture
from taskpoint_conformance.own import judges_own
from taskpoint_conformance.session import Variant
from taskpoint_conformance.shapes import is_array, is_object

__all__ = ("may_skip", "uses_processes", "variants_of")

_VALUES: Final = frozenset({"encode", "decode", "digest"})


def variants_of(fixture: Fixture, hello: dict[str, Any], form: str | None, mode: str | None) -> list[Variant]:
    """Return the variants that the driver claims, the fixture allows and the caller asks for."""
    if "sqlite" in {fixture.saver, fixture.store, fixture.cache} and "sqlite" not in hello["savers"]:
        return []
    operations = {step["op"] for step in fixture.steps}
    forms = [
        each
        for each in hello["forms"]
        if each in fixture.document.get("forms", hello["forms"]) and form in {None, each}
    ]
    modes = [
        each
        for each in hello["modes"]
        if each in fixture.document.get("modes", hello["modes"]) and mode in {None, each}
    ]
    if operations <= _VALUES | {"define"}:
        modes = modes[:1]  # nothing runs
    if operations <= _VALUES:
        forms = forms[:1]  # nothing is defined
    own = judges_own(hello)
    return [Variant(one, other, own=own) for one in forms for other in modes]


def uses_processes(fixture: Fixture) -> bool:
    """Return whether a process of its own dies in it or is wanted besides."""
    return any(
        step.get("process") == "fresh"
        or step["op"] == "kill"
        or not {"append", "begin", "effect"}.isdisjoint(step.get("fault", {}))
        for step in fixture.steps
    )


def may_skip(fixture: Fixture) -> bool:
    """Return whether it uses what only some host languages have; nothing else may be skipped."""
    return any(step.get("function", "plain") != "plain" for step in fixture.steps) or _has_host(fixture.document)


def _has_host(value: Any) -> bool:
    if is_object(value):
        return "$host" in value or any(map(_has_host, value.values()))
    return is_array(value) and any(map(_has_host, value))
