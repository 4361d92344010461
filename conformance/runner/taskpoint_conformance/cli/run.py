"""`run`: the fixtures against a driver."""

from __future__ import annotations

import sys
from typing import Any

import click
from rich.console import Console

from taskpoint_conformance.cli.common import (
    FILE,
    FOLDER,
    baseline_entries,
    choose,
    driver_command,
    driver_option,
    driver_said,
    require_all,
)
from taskpoint_conformance.cli.report import VIEWS, view_options, write_views
from taskpoint_conformance.console import progress_bar, show_problem, show_summary
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import discover, suite_digest
from taskpoint_conformance.report import report, write_junit, write_report
from taskpoint_conformance.reports import record
from taskpoint_conformance.requirements import PROFILES
from taskpoint_conformance.results import FixtureResult, SuiteResult
from taskpoint_conformance.runner import Options, run_suite
from taskpoint_conformance.strikes import SWEEPS
from taskpoint_conformance.traffic import Limits

__all__ = ("run",)

_SHOWN_WHOLE = 10
"""Failures that are shown with all that belongs to them; of the others one line, unless `--verbose`."""
_NAMED = 8
"""Fixtures that are named of those that end alike."""


@click.command("run")
@driver_option
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=click.Choice(PROFILES),
    help="Only this profile; it has to be claimed. Repeatable.",
)
@click.option("--fixture", "wanted", multiple=True, metavar="ID", help="Only this fixture. Repeatable.")
@click.option("--form", type=click.Choice(["decorator", "named"]), help="Only this form.")
@click.option("--mode", type=click.Choice(["sync", "async"]), help="Only this mode.")
@click.option("--report", "report_path", type=FILE, metavar="FILE.json", help="Write a report.")
@click.option("--junit", "junit_path", type=FILE, metavar="FILE.xml", help="Write JUnit's XML.")
@view_options
@click.option("--baseline", type=FILE, metavar="FILE", help="Failures that are expected, with code and reason.")
@click.option(
    "--sweep",
    type=click.Choice(SWEEPS),
    default="sample",
    show_default=True,
    help="Faults to try of each fixture: none, a few in one form and mode, a few more in all, or every one.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    envvar="TASKPOINT_CONFORMANCE_SEED",
    help="Which faults a sample has.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Fixtures at a time.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=10,
    show_default=True,
    help="Seconds of silence that a step may have.",
)
@click.option(
    "--fixtures",
    "folder",
    type=FOLDER,
    metavar="FOLDER",
    help="Take the fixtures of this folder instead of the suite's.",
)
@click.option("--record", is_flag=True, help="Write the dated report that is committed; only of all, in full.")
@click.option("-v", "--verbose", is_flag=True, help="Name every fixture and shorten nothing.")
def run(**arguments: Any) -> None:
    """Run the fixtures against a driver.

    Exit codes: 0 all pass, 1 a fixture failed, 2 the harness or the driver is broken.
    """
    console = Console(soft_wrap=False)
    try:
        result = _run(console, arguments)
    except HarnessError as error:
        click.echo(f"error: {error}", err=True)
        click.echo("0 passed, 0 failed")
        sys.exit(2)
    counts = result.counts
    click.echo(f"{counts['passed']} passed, {counts['failed'] + counts['broken']} failed")
    sys.exit(result.exit_code)


def _show_problems(console: Console, result: SuiteResult, *, verbose: bool) -> None:
    """Show failures: of those that end alike the first whole, of the others one line for each kind."""
    problems = [each for each in result.results if each.verdict in {"failed", "broken"}]
    alike: dict[tuple[str, ...], list[FixtureResult]] = {}
    for each in problems:
        found = each.first_problem
        alike.setdefault((found[0].code, found[0].message) if found else (each.id,), []).append(each)
    whole = problems if verbose else [each[0] for each in alike.values()][:_SHOWN_WHOLE]
    for each in whole:
        show_problem(console, each, verbose=verbose)
    shown = {each.id for each in whole}
    for (code, *message), group in alike.items():
        if rest := [each.id for each in group if each.id not in shown]:
            more = f" and {len(rest) - _NAMED} more" if len(rest) > _NAMED else ""
            click.echo(f"{group[0].verdict}: {', '.join(rest[:_NAMED])}{more}: {': '.join([code, *message])}")


def _run(console: Console, arguments: dict[str, Any]) -> SuiteResult:
    if arguments["record"]:
        require_all(arguments["sweep"], *(arguments[name] for name in ("wanted", "profiles", "form", "mode", "folder")))
    fixtures, bad = discover(arguments["folder"])
    chosen, bad = choose(fixtures, bad, arguments["wanted"], arguments["profiles"])
    command = driver_command(arguments["driver"])
    options = Options(
        command=command,
        profiles=frozenset(arguments["profiles"]),
        form=arguments["form"],
        mode=arguments["mode"],
        sweep=arguments["sweep"],
        seed=arguments["seed"],
        jobs=arguments["jobs"],
        limits=Limits(start=3 * arguments["timeout"], silence=arguments["timeout"], step=6 * arguments["timeout"]),
        baseline=baseline_entries(arguments["baseline"], {each.id for each in fixtures}),
    )
    asked = {name: arguments[name] for name in ("sweep", "seed", "form", "mode")}
    asked |= {"profiles": list(arguments["profiles"]), "fixtures": list(arguments["wanted"])}
    asked["baseline"] = len(options.baseline)
    result = SuiteResult(
        driver_said(arguments["driver"]), suite_digest(fixtures), len(fixtures), "", suite=fixtures, asked=asked
    )
    failed = 0
    with progress_bar(console) as progress:
        task = progress.add_task("run", total=len(chosen) + len(bad), failed=0)

        def on_result(each: FixtureResult) -> None:
            nonlocal failed
            failed += each.verdict in {"failed", "broken"}
            progress.update(task, advance=1, failed=failed)
            if arguments["verbose"]:
                progress.console.print(
                    f"{each.verdict:<16} {each.id}  {sum(one.seconds for one in each.variants):.2f} s", highlight=False
                )

        run_suite(chosen, bad, options, result, on_result)
    _show_problems(console, result, verbose=arguments["verbose"])
    show_summary(console, result)
    if options.sweep in {"quick", "sample"}:
        console.print(f"sweep: {options.sweep}, seed {options.seed}", highlight=False)
    if arguments["record"]:
        record("sweep", [result])
    if arguments["report_path"]:
        write_report(result, arguments["report_path"])
    if arguments["junit_path"]:
        write_junit(result, arguments["junit_path"])
    if any(arguments[name] for name in VIEWS):
        write_views([report(result)], arguments)
    return result
