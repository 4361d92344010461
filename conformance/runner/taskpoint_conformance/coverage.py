"""The triangle: each rule with the fixtures that prove it and the mutants that break it, and what is missing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from taskpoint_conformance import data
from taskpoint_conformance.catalogue import Mutant, exclusions, load_mutants
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import Fixture, discover
from taskpoint_conformance.requirements import Requirement, RequirementError, collect
from taskpoint_conformance.shapes import is_object

__all__ = ("Coverage", "command")

_DIGITS: Final = 16
"""Of a rule's hash, as it is kept."""
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the specification, the fixtures and the mutants say of one another."""

    rules: Sequence[Requirement]
    fixtures: Sequence[Fixture]
    mutants: Mapping[str, Mutant]
    excluded: Mapping[str, str]
    """The rules that no mutant can break, with the reasons."""
    reviewed: Mapping[str, str]
    """The hash of each rule when its fixtures were looked at last."""

    def fixtures_of(self, rule: str) -> list[str]:
        """Return the ids of the fixtures that verify a rule."""
        return [each.id for each in self.fixtures if rule in each.verifies]

    def mutants_of(self, rule: str) -> list[str]:
        """Return the names of the mutants that break a rule and are claimed by a fixture that verifies it."""
        claimed = {name for each in self.fixtures if rule in each.verifies for name in each.mutants}
        return [each.name for each in self.mutants.values() if rule in each.breaks and each.name in claimed]

    def hashes(self) -> dict[str, str]:
        """Return the hash that each rule with a fixture has now."""
        verified = {rule for each in self.fixtures for rule in each.verifies}
        return {rule.id: rule.hash[:_DIGITS] for rule in self.rules if rule.id in verified}

    def problems(self) -> Iterator[str]:
        """Yield what is missing and what hangs in the air."""
        known = {rule.id for rule in self.rules}
        for rule in self.rules:
            if rule.binding:
                yield from self._missing(rule)
        for fixture in self.fixtures:
            yield from (
                f"{fixture.id} verifies {rule}, which does not exist" for rule in fixture.verifies if rule not in known
            )
            yield from (
                f"{fixture.id} claims to kill {name}, which does not exist"
                for name in fixture.mutants
                if name not in self.mutants
            )
        claimed = {name for fixture in self.fixtures for name in fixture.mutants}
        for mutant in self.mutants.values():
            yield from (
                f"the mutant {mutant.name} breaks {rule}, which does not exist"
                for rule in mutant.breaks
                if rule not in known
            )
            if mutant.name not in claimed:
                yield f"the mutant {mutant.name} is claimed by no fixture"
        for rule_id in self.excluded:
            if rule_id not in known:
                yield f"exclusions.yaml names {rule_id}, which does not exist"
            elif self.mutants_of(rule_id):
                yield f"exclusions.yaml names {rule_id}, which has a mutant"
        yield from self._unreviewed()

    def _missing(self, rule: Requirement) -> Iterator[str]:
        if not self.fixtures_of(rule.id):
            yield f"{rule.id} {rule.keyword} has no fixture"
        if rule.id not in self.excluded and not self.mutants_of(rule.id):
            broken_by = [each.name for each in self.mutants.values() if rule.id in each.breaks]
            yield f"{rule.id} {rule.keyword} has no mutant" + (
                f" that a fixture which verifies it claims ({', '.join(broken_by)} would break it)" if broken_by else ""
            )

    def _unreviewed(self) -> Iterator[str]:
        for rule, now in self.hashes().items():
            if rule not in self.reviewed:
                yield f"{rule} is new: accept it with `coverage --accept {rule}`, or all new ones with `--accept new`"
            elif self.reviewed[rule] != now:
                names = ", ".join(self.fixtures_of(rule))
                yield (
                    f"{rule} says something else than when its fixtures were looked at: "
                    f"read {names}, mend them, then `coverage --accept {rule}`"
                )
        yield from (
            f"reviewed.json names {rule}, which no fixture verifies: take it out with `coverage --accept {rule}`"
            for rule in self.reviewed.keys() - self.hashes().keys()
        )

    def table(self, *, whole: bool = False) -> Iterator[str]:
        """Yield the lines of the table: rule, fixtures, mutants."""
        yield f"{'rule':<8} {'keyword':<10} {'fixtures':<58} mutants"
        for rule in self.rules:
            if rule.exclusion is not None:
                yield f"{rule.id:<8} {rule.keyword:<10} not observable: {rule.exclusion}"
                continue
            limit = None if whole else _SHOWN
            mutants = _listed(self.mutants_of(rule.id), limit)
            if rule.id in self.excluded:
                mutants = f"none: {self.excluded[rule.id]}"
            yield f"{rule.id:<8} {rule.keyword:<10} {_listed(self.fixtures_of(rule.id), limit):<58} {mutants}"

    def accept(self, wanted: Sequence[str]) -> dict[str, str]:
        """Return what is reviewed when these rules (`new`: those never seen before) have been looked at.

        Raises:
            HarnessError: There is no such rule.
        """
        now = self.hashes()
        reviewed = dict(self.reviewed)
        for rule in wanted:
            if rule == "new":
                reviewed = now | {each: old for each, old in reviewed.items() if each in now}
            elif rule in now:
                reviewed[rule] = now[rule]
            elif reviewed.pop(rule, None) is None:
                raise HarnessError(f"no fixture verifies {rule}")
        return reviewed


def _listed(names: Sequence[str], limit: int | None) -> str:
    shown = list(names[:limit])
    if more := len(names) - len(shown):
        shown.append(f"and {more} more")
    return f"{len(names)}: {', '.join(shown)}" if names else "-"


def reviewed_file() -> Path:
    """Return where the hashes of the rules are kept."""
    return data.fixtures() / "reviewed.json"


def load() -> Coverage:
    """Return what the files say.

    Raises:
        HarnessError: One of them is malformed.
    """
    fixtures, bad = discover()
    if bad:
        raise HarnessError(str(bad[0]))
    try:
        rules = collect(data.spec())
    except RequirementError as error:
        raise HarnessError(str(error)) from None
    path = reviewed_file()
    try:
        reviewed: Any = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError as error:
        raise HarnessError(f"{path.name}: {error}") from None
    if not is_object(reviewed):
        raise HarnessError(f"{path.name}: an object of rules with their hashes")
    return Coverage(rules, fixtures, load_mutants(), exclusions(), reviewed)


@click.command("coverage")
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="ID",
    help="This rule's fixtures have been looked at since its text changed; `new` for all rules never seen before.",
)
@click.option("-v", "--verbose", is_flag=True, help="Name all fixtures and mutants of a rule.")
def command(accepted: tuple[str, ...], *, verbose: bool) -> None:
    """Show which fixtures and mutants each rule has, and what is missing.

    Exit codes: 0 nothing is missing, 1 something is, 2 the suite itself is broken.
    """
    try:
        found = load()
        if accepted:
            text = json.dumps(found.accept(accepted), indent=0, sort_keys=True) + "\n"
            reviewed_file().write_text(text, encoding="utf-8")
            return
    except HarnessError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    for line in found.table(whole=verbose):
        click.echo(line)
    problems = list(found.problems())
    click.echo()
    for problem in problems:
        click.echo(problem)
    binding = sum(rule.binding for rule in found.rules)
    click.echo(
        f"{binding} binding rules, {len(found.fixtures)} fixtures, {len(found.mutants)} mutants: "
        + (f"{len(problems)} problems" if problems else "nothing is missing")
    )
    sys.exit(1 if problems else 0)
