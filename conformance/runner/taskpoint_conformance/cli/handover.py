"""`handover`: threads that one driver begins and another one goes on with."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click
from rich.console import Console

from taskpoint_conformance import data
from taskpoint_conformance.cli.common import FILE, FOLDER, choose, driver_command, require_all
from taskpoint_conformance.console import progress_bar, show_problem
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import discover, suite_digest
from taskpoint_conformance.handover import Handover, hand_over, pairs_of, write
from taskpoint_conformance.reports import record
from taskpoint_conformance.results import FixtureResult, SuiteResult
from taskpoint_conformance.strikes import SWEEPS
from taskpoint_conformance.traffic import Limits

__all__ = ("handover",)


@click.command("handover")
@click.option(
    "--driver",
    "drivers",
    multiple=True,
    metavar="CMD",
    help="A driver, as for `run`; repeatable. One alone: to itself.",
)
@click.option("--fixture", "wanted", multiple=True, metavar="ID", help="Only this fixture. Repeatable.")
@click.option(
    "--sweep", type=click.Choice(SWEEPS), default="quick", show_default=True, help="Where the first is killed."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Which places a sample has.")
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Fixtures at a time.")
@click.option("--timeout", type=click.FloatRange(min=0.1), default=10, show_default=True, help="Seconds of silence.")
@click.option("--fixtures", "folder", type=FOLDER, metavar="FOLDER", help="Take the fixtures of this folder.")
@click.option(
    "--record", "recorded", is_flag=True, help="Write the dated report that is committed; only of all, in full."
)
@click.option("--report", type=FILE, metavar="FILE.json", help="Write what was found out.")
def handover(  # noqa: PLR0913, PLR0917 - one for each option
    drivers: tuple[str, ...],
    wanted: tuple[str, ...],
    sweep: str,
    seed: int,
    jobs: int,
    timeout: float,
    folder: Path | None,
    report: Path | None,
    recorded: bool,  # noqa: FBT001 - click passes it by name
) -> None:
    """Begin every fixture in one driver, kill it, and go on in another, for all ordered pairs.

    Exit codes: 0 all pass, 1 a hand-over failed, 2 the harness or a driver is broken.
    """
    console = Console(soft_wrap=False)
    limits = Limits(start=3 * timeout, silence=timeout, step=6 * timeout)
    results: list[SuiteResult] = []
    try:
        if recorded:
            require_all(sweep, wanted, folder)
        fixtures, bad = discover(folder)
        chosen, _ = choose(fixtures, bad, wanted, ())
        commands = [driver_command(each) for each in drivers] or [data.reference_driver()]
        for first, heir in pairs_of(commands):
            result = SuiteResult([shlex.join(first), shlex.join(heir)], suite_digest(fixtures), len(fixtures), "")
            with progress_bar(console) as progress:
                task = progress.add_task("handover", total=len(chosen), failed=0)

                def on_result(_: FixtureResult) -> None:
                    progress.update(task, advance=1)  # noqa: B023 - called within this turn of the loop

                hand_over(chosen, Handover(first, heir, sweep, seed, jobs, limits), result, on_result)
            results.append(result)
            _show(console, result)
        if report is not None:
            write(results, report)
        if recorded:
            record("handover", results)
    except HarnessError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    sys.exit(max(each.exit_code for each in results))


def _show(console: Console, result: SuiteResult) -> None:
    for each in [one for one in result.results if one.verdict in {"failed", "broken"}][:10]:
        show_problem(console, each)
    if result.error:
        click.echo(f"error: {result.error}", err=True)
    counts = result.counts
    count = sum(len(each.variants) for each in result.results)
    first, heir = result.command
    click.echo(f"{first} -> {heir}: {count} runs, {result.seconds:.1f} s")
    click.echo(f"{counts['passed']} passed, {counts['failed'] + counts['broken']} failed")
