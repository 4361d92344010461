"""Runs the mutants: each has to be killed by the fixtures that claim it, for the reason it claims."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from typing import Any, Final

import click
from rich.console import Console

from taskpoint_conformance.catalogue import Mutant, load_mutants
from taskpoint_conformance.console import progress_bar
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import Fixture, discover
from taskpoint_conformance.results import FixtureResult, SuiteResult
from taskpoint_conformance.runner import Options, run_suite
from taskpoint_conformance.traffic import Limits

__all__ = ("Trial", "claims", "collateral", "command", "concerned", "try_mutant")

_LIMITS: Final = Limits(start=60, silence=5, step=30)
_IMPATIENT: Final = Limits(start=60, silence=2, step=10)
"""For mutants that say of themselves that they hang."""
_BROKEN_SHARE: Final = 10
"""Of the fixtures that do not concern it, a mutant may break one in so many."""
_TRIES: Final = 3
"""What is wrong in a race shows only when the race goes that way; the further tries come with every fault."""


@dataclass(slots=True)
class Trial:
    """What became of one mutant."""

    mutant: Mutant
    killers: dict[str, str] = field(default_factory=dict[str, str])
    """The fixtures that killed it, each with its code."""
    problems: list[str] = field(default_factory=list[str])

    @property
    def killed(self) -> bool:
        """Whether every fixture that claims it has killed it, for a reason that it names."""
        return bool(self.killers) and not self.problems


def claims(fixtures: Sequence[Fixture]) -> dict[str, list[Fixture]]:
    """Return by mutant the fixtures that claim to kill it."""
    found: dict[str, list[Fixture]] = {}
    for fixture in fixtures:
        for name in fixture.mutants:
            found.setdefault(name, []).append(fixture)
    return found


def concerned(fixture: Fixture, mutant: Mutant) -> bool:
    """Return whether a fixture claims a mutant, or verifies a rule that it breaks."""
    return mutant.name in fixture.mutants or not set(mutant.breaks).isdisjoint(fixture.verifies)


def try_mutant(mutant: Mutant, fixtures: Sequence[Fixture]) -> Trial:
    """Run a mutant against fixtures, all of which have to kill it."""
    trial = Trial(mutant)
    if not fixtures:
        trial.problems.append("no fixture claims it")
        return trial
    result = _run(mutant, fixtures)
    for _ in range(_TRIES - 1):
        ids = {each.id for each in result.results if not _kills(mutant, each)}
        if not ids or result.error:
            break
        again = _run(mutant, [each for each in fixtures if each.id in ids], sweep="full")
        tried = {each.id: each for each in again.results}
        result.results = [tried.get(each.id, each) for each in result.results]
    for each in result.results:
        _note(trial, each)
    if result.error and not trial.problems:
        trial.problems.append(result.error)
    return trial


def _run(mutant: Mutant, fixtures: Sequence[Fixture], **chosen: Any) -> SuiteResult:
    limits = _IMPATIENT if mutant.accepts("driver.timeout") else _LIMITS
    command = [sys.executable, *mutant.command]
    options = replace(Options(command=command, jobs=1, limits=limits), **chosen)
    return run_suite(fixtures, [], options, SuiteResult(command, "", len(fixtures), ""))


def _kills(mutant: Mutant, result: FixtureResult) -> bool:
    found = result.first_problem
    return found is not None and mutant.accepts(found[0].code)


def _note(trial: Trial, result: FixtureResult) -> None:
    found = result.first_problem
    if result.verdict in {"not_claimed", "skipped"}:
        trial.problems.append(f"{result.id} was not run: {result.reason or 'skipped'}")
    elif found is None:
        trial.problems.append(f"{result.id} claims it, and passes")
    elif _kills(trial.mutant, result):
        trial.killers[result.id] = found[0].code
    else:
        trial.problems.append(f"{result.id} fails for another reason: {found[0].code}: {found[0].message}")


def collateral(mutant: Mutant, fixtures: Sequence[Fixture], size: int) -> tuple[int, list[str]]:
    """Run a mutant against fixtures that do not concern it; return how many ran, and which of them failed."""
    others = [each for each in fixtures if not concerned(each, mutant)]
    if size:
        others.sort(key=lambda each: hashlib.sha256(f"{mutant.name} {each.id}".encode()).digest())
    chosen = others[: size or len(others)]
    result = _run(mutant, chosen, form="decorator", mode="sync")
    ran = [each for each in result.results if each.verdict not in {"not_claimed", "skipped"}]
    failed = [f"{each.id} ({found[0].code})" for each in ran if (found := each.first_problem)]
    if result.error:  # it is so broken that the rest was not even tried
        return len(chosen), [*failed, *[result.error] * (len(chosen) - len(ran))]
    return len(ran), failed


def _try(mutant: Mutant, fixtures: Sequence[Fixture], sample: int | None) -> Trial:
    trial = try_mutant(mutant, claims(fixtures).get(mutant.name, []))
    if sample is not None:
        count, failed = collateral(mutant, fixtures, sample)
        if sample and _BROKEN_SHARE * len(failed) > count:  # a few may be chance
            count, failed = collateral(mutant, fixtures, 0)
        if _BROKEN_SHARE * len(failed) > count:
            trial.problems.append(
                f"it breaks {len(failed)} of {count} fixtures that do not concern it: {', '.join(failed[:8])}"
            )
    return trial


def run_all(
    mutants: Sequence[Mutant], jobs: int, one: Callable[[Mutant], Trial], on_trial: Callable[[Trial], None]
) -> list[Trial]:
    """Try mutants side by side, those that hang first."""
    order = sorted(mutants, key=lambda each: not each.accepts("driver.timeout"))
    trials: list[Trial] = []
    with ThreadPoolExecutor(jobs) as pool:
        waiting: set[Future[Trial]] = {pool.submit(one, each) for each in order}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
                for each in done:
                    trials.append(each.result())
                    on_trial(trials[-1])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return sorted(trials, key=lambda each: each.mutant.name)


@click.command("mutants")
@click.option("--mutant", "names", multiple=True, metavar="NAME", help="Only this mutant. Repeatable.")
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Only mutants that break this rule. Repeatable.")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Mutants at a time.")
@click.option("--collateral", "spread", is_flag=True, help="Also that a mutant passes what does not concern it.")
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=30,
    show_default=True,
    help="For --collateral: fixtures for each mutant; 0 for all.",
)
@click.option(
    "--candidates", is_flag=True, help="Try all fixtures of the rules it breaks: which of them could claim it?"
)
@click.option("-v", "--verbose", is_flag=True, help="Name every mutant with what killed it.")
def command(**arguments: Any) -> None:
    """Run the mutants against the fixtures that claim them.

    Exit codes: 0 all are killed, 1 one survives, 2 the suite itself is broken.
    """
    try:
        trials = _command(**arguments)
    except HarnessError as error:
        click.echo(f"error: {error}", err=True)
        click.echo("0 killed, 0 survived")
        sys.exit(2)
    survived = sum(not each.killed for each in trials)
    click.echo(f"{len(trials) - survived} killed, {survived} survived")
    sys.exit(1 if survived else 0)


def _command(
    *,
    names: tuple[str, ...],
    rules: tuple[str, ...],
    jobs: int,
    spread: bool,
    sample: int,
    candidates: bool,
    verbose: bool,
) -> list[Trial]:
    known = load_mutants()
    if unknown := [each for each in names if each not in known]:
        raise HarnessError(f"there is no mutant {unknown[0]}")
    chosen = [
        each
        for each in known.values()
        if (not names or each.name in names) and (not rules or not set(rules).isdisjoint(each.breaks))
    ]
    if not chosen:
        raise HarnessError("no mutant was chosen")
    fixtures, bad = discover()
    if bad:
        raise HarnessError(str(bad[0]))
    if candidates:
        return _candidates(chosen, fixtures, jobs)
    console = Console(soft_wrap=False)
    failed = 0
    with progress_bar(console) as progress:
        task = progress.add_task("mutants", total=len(chosen), failed=0)

        def on_trial(trial: Trial) -> None:
            nonlocal failed
            failed += not trial.killed
            progress.update(task, advance=1, failed=failed)
            if verbose or not trial.killed:
                progress.console.print(_shown(trial), highlight=False, markup=False)

        return run_all(chosen, jobs, lambda each: _try(each, fixtures, sample if spread else None), on_trial)


def _shown(trial: Trial) -> str:
    mutant = trial.mutant
    lines = [f"{'killed  ' if trial.killed else 'survived'} {mutant.name} ({', '.join(mutant.breaks)}): {mutant.wrong}"]
    lines += [f"    {code} in {name}" for name, code in trial.killers.items()]
    return "\n".join(lines + [f"    {problem}" for problem in trial.problems])


def _candidates(chosen: Sequence[Mutant], fixtures: Sequence[Fixture], jobs: int) -> list[Trial]:
    """Show which of the fixtures that verify its rules kill a mutant; one is enough here."""

    def one(mutant: Mutant) -> Trial:
        trial = try_mutant(mutant, [each for each in fixtures if concerned(each, mutant)])
        shown = _shown(trial)
        if trial.killers:
            trial.problems.clear()
        click.echo(shown)
        return trial

    return run_all(chosen, jobs, one, lambda _: None)
