"""Random programs under random faults, until one of them fails; then a smaller one that fails alike."""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from taskpoint_conformance.fixtures import Fixture, load
from taskpoint_conformance.programs import Tree, fixture_of, grow, smaller
from taskpoint_conformance.results import FixtureResult, SuiteResult
from taskpoint_conformance.runner import Options, run_suite

__all__ = ("Found", "Tally", "fuzz", "programs_digest")

_BATCH = 40
"""So many programs share the processes of a driver."""
_ROUNDS = 15
_DIGESTED = 100
_CANDIDATES = 30
"""So many smaller programs are tried in a round, for one that fails alike."""


@dataclass(slots=True)
class Tally:
    """What was done so far."""

    programs: int = 0
    runs: int = 0
    faults: int = 0
    seconds: float = 0
    started_at: str = ""
    hello: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A program that fails, made as small as it could be, as a fixture file."""

    path: Path
    result: FixtureResult


def fuzz(options: Options, minutes: float, folder: Path, tally: Tally, enough: int) -> Iterator[Found]:
    """Run random programs for some minutes, and yield what fails, written to a folder; stop after `enough` failures.

    The same seed gives the same programs under the same faults.
    """
    start = time.monotonic()
    found = 0
    with tempfile.TemporaryDirectory() as scratch:
        while tally.seconds < 60 * minutes and found < enough:
            first = tally.programs
            trees = {f"FUZ-{options.seed}-{first + n}": _tree(options.seed, first + n) for n in range(_BATCH)}
            fixtures = [_fixture(tree, name, Path(scratch)) for name, tree in trees.items()]
            result = _run(fixtures, options)
            tally.programs += len(fixtures)
            runs = [each for one in result.results for each in one.variants]
            tally.runs += len(runs)
            tally.faults += sum(each.point is not None for each in runs)
            tally.hello = result.hello
            tally.started_at = tally.started_at or result.started_at
            tally.seconds = time.monotonic() - start
            failed = [one for one in result.results if one.verdict in {"failed", "broken"}]
            for each in failed[: enough - found]:
                found += 1
                tree, shrunk = _shrunk(trees[each.id], each, options, Path(scratch))
                yield Found(_fixture(tree, each.id, folder).path, shrunk)


def programs_digest() -> str:
    """Return the SHA-256 of the first programs of seed 0: where it is another, each seed has other programs."""
    digest = hashlib.sha256()
    for n in range(_DIGESTED):
        digest.update(json.dumps(fixture_of(_tree(0, n), str(n)), sort_keys=True).encode())
    return digest.hexdigest()


def _tree(seed: int, number: int) -> Tree:
    return grow(random.Random(f"{seed} {number}"))  # noqa: S311


def _fixture(tree: Tree, name: str, folder: Path) -> Fixture:
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(fixture_of(tree, name), sort_keys=False, width=110), encoding="utf-8")
    return load(path)


def _run(fixtures: Sequence[Fixture], options: Options) -> SuiteResult:
    result = SuiteResult(list(options.command), "", len(fixtures), "", suite=list(fixtures))
    run_suite(fixtures, [], options, result)
    if result.error is not None and not result.results:
        raise RuntimeError(result.error)
    return result


def _shrunk(tree: Tree, found: FixtureResult, options: Options, scratch: Path) -> tuple[Tree, FixtureResult]:
    """Return the smallest program found that fails with the same code; the faults tried are the same for each."""
    problem = found.first_problem
    code = problem[0].code if problem else ""
    harder = replace(options, sweep="full" if options.sweep != "none" else "none")
    for _ in range(_ROUNDS):
        candidates = {f"{found.id}-{n}": each for n, each in enumerate(islice(smaller(tree), _CANDIDATES))}
        results = _run([_fixture(each, name, scratch) for name, each in candidates.items()], harder).results
        alike = [each for each in results if (problem := each.first_problem) and problem[0].code == code]
        if not alike:
            break
        found = min(alike, key=lambda each: len(str(candidates[each.id])))
        tree = candidates[found.id]
    return tree, found
