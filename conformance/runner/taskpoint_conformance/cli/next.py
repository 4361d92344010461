"""`next`: what to write next."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby

import click
from rich.console import Console

from taskpoint_conformance.cli.common import driver_command, driver_option
from taskpoint_conformance.console import show_problem
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import Fixture, discover, suite_digest
from taskpoint_conformance.porting import LEVELS, in_order, level_of
from taskpoint_conformance.results import FixtureResult, SuiteResult
from taskpoint_conformance.runner import Options, run_suite
from taskpoint_conformance.traffic import Limits

__all__ = ("next_rule",)

_BATCH = 12
"""Fixtures that are run before a look at whether one of them failed: a port at its beginning needs no more."""


@click.command("next")
@driver_option
@click.option("--timeout", type=click.FloatRange(min=0.1), default=10, show_default=True, help="Seconds of silence.")
@click.option("--level", "wanted", type=click.Choice([each.name for each in LEVELS]), help="Only this level.")
@click.option("-v", "--verbose", is_flag=True, help="Show the messages of the driver, too, and shorten nothing.")
def next_rule(driver: str | None, timeout: float, wanted: str | None, *, verbose: bool) -> None:
    """Show the next rule that a port breaks, in the order in which it is best written.

    Its text, what a wrong port would do, the smallest fixture that shows it, and the difference.
    Exit codes: 0 nothing that is claimed fails, 1 something does, 2 the driver cannot be used.
    """
    console = Console()
    limits = Limits(start=3 * timeout, silence=timeout, step=6 * timeout)
    options = Options(command=driver_command(driver), limits=limits)
    unclaimed: list[tuple[str, int]] = []
    passed = 0
    fixtures, bad = discover()
    for place, group in groupby(in_order(fixtures), key=level_of):
        level, of_level = LEVELS[place], list(group)
        if wanted not in {None, level.name}:
            continue
        results = _run(of_level, options)
        good = sum(each.verdict in {"passed", "skipped"} for each in results)
        passed += good
        if all(each.verdict == "not_claimed" for each in results):
            unclaimed.append((level.name, len(of_level)))
            continue
        left, waiting = len(of_level) - len(results), sum(each.verdict == "not_claimed" for each in results)
        rest = f", {left} not run yet" if left else ""
        rest += f", {waiting} wait for what is not claimed" if waiting else ""
        of = len(results) - waiting
        click.echo(f"level {place + 1} of {len(LEVELS)}, {level.name}: {good} of {of} pass{rest}")

        problems = {each.id: each for each in results if each.verdict in {"failed", "broken"}}
        if first := next((problems[each.id] for each in of_level if each.id in problems), None):
            _show(console, first, verbose=verbose)
            sys.exit(1)
    if bad:
        click.echo(f"error: {bad[0]}", err=True)
    if bad or not passed:
        click.echo("nothing was executed" if not bad else "", err=True)
        sys.exit(2)
    _done(unclaimed)


def _run(fixtures: Sequence[Fixture], options: Options) -> list[FixtureResult]:
    """Run fixtures, a few at a time, until one fails."""
    results: list[FixtureResult] = []
    for start in range(0, len(fixtures), _BATCH):
        batch = fixtures[start : start + _BATCH]
        outcome = SuiteResult(list(options.command), suite_digest(list(batch)), len(batch), "")
        run_suite(batch, [], options, outcome)
        results += outcome.results
        if outcome.hello is None or (outcome.error and not outcome.results):
            click.echo(f"error: {outcome.error}", err=True)
            click.echo("`taskpoint conformance smoke` tells what is wrong with the driver", err=True)
            sys.exit(2)
        if any(each.verdict in {"failed", "broken"} for each in outcome.results):
            break
    return results


def _show(console: Console, result: FixtureResult, *, verbose: bool) -> None:
    if result.fixture is None:
        raise HarnessError(f"{result.id} is no fixture")
    show_problem(console, result, verbose=verbose)
    click.echo(f"next: {result.fixture.verifies[0]}, by {result.id}")
    click.echo(f"  taskpoint conformance explain {result.fixture.verifies[0]}")
    click.echo(f"  taskpoint conformance run --fixture {result.id} -v --driver ...")


def _done(unclaimed: list[tuple[str, int]]) -> None:
    click.echo("Everything that the driver claims passes, in each form and mode that it claims.")
    if unclaimed:
        name = unclaimed[0][0]
        click.echo(f"Not claimed yet: {', '.join(f'{each} ({count})' for each, count in unclaimed)}.")
        buys = next(level.buys for level in LEVELS if level.name == name)
        click.echo(f"next: claim `{name}`. {buys}")
    click.echo("Before you claim it to others: taskpoint conformance run --sweep full")
