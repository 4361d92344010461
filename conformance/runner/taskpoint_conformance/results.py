"""What a run of the suite found out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from taskpoint_conformance.errors import Verdict
from taskpoint_conformance.fixtures import Fixture
from taskpoint_conformance.requirements import PROFILES

__all__ = ("FixtureResult", "ProfileResult", "SuiteResult", "VariantResult")


@dataclass(slots=True)
class VariantResult:
    """One variant of a fixture, or one crash point of its sweep."""

    form: str
    mode: str
    seconds: float
    point: str | None = None
    """The crash point of a sweep, in words."""
    problem: Verdict | None = None

    @property
    def verdict(self) -> str:
        """`passed`, `failed`, `broken` or `skipped`."""
        return self.problem.verdict if self.problem else "passed"


@dataclass(slots=True)
class FixtureResult:
    """One fixture, or a file or a baseline entry that is none (`fixture` None)."""

    id: str
    fixture: Fixture | None = None
    variants: list[VariantResult] = field(default_factory=list[VariantResult])
    problem: Verdict | None = None
    """What is wrong with all of it, where that is not one variant."""
    reason: str = ""
    """Why it was not run, or why its failure is expected."""
    kind: str | None = None
    """What its expected failure is, as the baseline has it: a `defect`, or a difference of `intent`."""
    expected: bool = False
    """Whether the baseline knows this failure."""
    claimed: bool = True
    unjudged: list[str] = field(default_factory=list[str])
    """What it expects and was not judged, as the port keeps threads in a store of its own."""

    @property
    def was_executed(self) -> bool:
        """Whether it was run to a verdict; a skipped one was not."""
        return bool(self.variants) and self.verdict != "skipped"

    @property
    def first_problem(self) -> tuple[Verdict, VariantResult | None] | None:
        """What went wrong first; that a value is missing in the driver's language only where nothing else did."""
        if self.problem:
            return self.problem, None
        found = [(each.problem, each) for each in self.variants if each.problem]
        found.sort(key=lambda pair: pair[0].verdict == "skipped")
        return found[0] if found else None

    @property
    def verdict(self) -> str:
        """The verdict, as in the report."""
        if not self.claimed and self.problem is None:
            return "not_claimed"
        found = self.first_problem
        if found is None:
            return "passed"
        return "expected_failure" if self.expected else found[0].verdict


@dataclass(frozen=True, slots=True)
class ProfileResult:
    """What was found out about one profile."""

    name: str
    claimed: bool
    fixtures: int
    """How many the suite has."""
    results: list[FixtureResult]

    @property
    def executed(self) -> int:
        """How many of its fixtures were run to a verdict."""
        return sum(each.was_executed for each in self.results)

    @property
    def passed(self) -> int:
        """How many of its fixtures passed."""
        return sum(each.verdict == "passed" for each in self.results)

    @property
    def falsely_claimed(self) -> bool:
        """Whether it is claimed, all of it was asked for, and nothing of it passes or is known to fail."""
        whole = 0 < self.fixtures == len(self.results)
        return (
            self.claimed and whole and all(each.verdict not in {"passed", "expected_failure"} for each in self.results)
        )


@dataclass(slots=True)
class SuiteResult:
    """The whole run."""

    command: list[str]
    digest: str
    fixtures: int
    started_at: str
    seconds: float = 0
    hello: dict[str, Any] | None = None
    results: list[FixtureResult] = field(default_factory=list[FixtureResult])
    error: str | None = None
    error_code: str | None = None
    """The code that goes with `error`."""
    suite: Sequence[Fixture] = ()
    """All fixtures, chosen or not, so that a selection is never taken for the whole."""
    asked: dict[str, Any] = field(default_factory=dict[str, Any])
    """What was asked for: sweep, profiles, form, mode, baseline."""

    @property
    def profiles(self) -> list[ProfileResult]:
        """Each profile of the suite, in the order of the specification."""
        claims: list[str] = (self.hello or {}).get("profiles", [])
        return [
            ProfileResult(
                name,
                name in claims,
                sum(fixture.profile == name for fixture in self.suite),
                [each for each in self.results if each.fixture is not None and each.fixture.profile == name],
            )
            for name in PROFILES
        ]

    @property
    def false_claims(self) -> list[str]:
        """Profiles that are claimed, that were asked for as a whole, and of which nothing passes."""
        if self.error:
            return []
        return [each.name for each in self.profiles if each.falsely_claimed]

    @property
    def counts(self) -> Counter[str]:
        """How many results have each verdict."""
        return Counter(result.verdict for result in self.results)

    @property
    def executed(self) -> int:
        """How many fixtures were run to a verdict; a skipped one was not."""
        return sum(each.was_executed for each in self.results)

    @property
    def required(self) -> int:
        """How many fixtures were chosen and are claimed."""
        return sum(each.fixture is not None and each.claimed for each in self.results)

    @property
    def exit_code(self) -> int:
        """0: all passed, 1: a fixture failed, 2: the harness or the driver is broken, or nothing was executed."""
        counts = self.counts
        if self.error or counts["broken"] or not self.executed:
            return 2
        return 1 if counts["failed"] or self.false_claims else 0
