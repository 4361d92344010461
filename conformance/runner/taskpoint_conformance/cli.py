"""The commands: `taskpoint conformance ...` and `python -m taskpoint_conformance ...`."""

from __future__ import annotations

import difflib
import os
import shlex
import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from taskpoint_conformance import __version__, data
from taskpoint_conformance.console import progress_bar, show_fixture, show_problem, show_summary
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import Fixture, FixtureError, discover, load_yaml, suite_digest
from taskpoint_conformance.report import write_junit, write_report
from taskpoint_conformance.requirements import PROFILES
from taskpoint_conformance.requirements import command as requirements
from taskpoint_conformance.results import FixtureResult, SuiteResult
from taskpoint_conformance.runner import Options, run_suite
from taskpoint_conformance.schemas import format_problem
from taskpoint_conformance.traffic import Limits

__all__ = ("conformance",)

_SHOWN_WHOLE = 10
"""Failures that are shown with all that belongs to them; of the others one line, unless `--verbose`."""
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(help="Judge a runtime by the conformance suite.", no_args_is_help=True)
@click.version_option(__version__, prog_name="taskpoint-conformance")
def conformance() -> None:
    """Group of the suite's commands."""


conformance.add_command(requirements)


@conformance.command("run")
@click.option("--driver", metavar="CMD", help="Command that starts the driver; the reference's driver if left out.")
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
@click.option("--report", "report_path", type=_FILE, metavar="FILE.json", help="Write a report.")
@click.option("--junit", "junit_path", type=_FILE, metavar="FILE.xml", help="Write JUnit's XML.")
@click.option("--baseline", type=_FILE, metavar="FILE", help="Failures that are expected, with code and reason.")
@click.option(
    "--sweep",
    type=click.Choice(["none", "sample", "full"]),
    default="sample",
    show_default=True,
    help="Crash points to try.",
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
    type=_FOLDER,
    metavar="FOLDER",
    help="Take the fixtures of this folder instead of the suite's.",
)
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


def _run(console: Console, arguments: dict[str, Any]) -> SuiteResult:
    fixtures, bad = discover(arguments["folder"])
    chosen, bad = _choose(fixtures, bad, arguments["wanted"], arguments["profiles"])
    command = (
        shlex.split(arguments["driver"], posix=os.name != "nt") if arguments["driver"] else data.reference_driver()
    )
    options = Options(
        command=command,
        profiles=frozenset(arguments["profiles"]),
        form=arguments["form"],
        mode=arguments["mode"],
        sweep=arguments["sweep"],
        jobs=arguments["jobs"],
        limits=Limits(start=3 * arguments["timeout"], silence=arguments["timeout"], step=6 * arguments["timeout"]),
        baseline=_baseline(arguments["baseline"], {each.id for each in fixtures}),
    )
    result = SuiteResult(list(command), suite_digest(fixtures), len(fixtures), "")
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
    problems = [each for each in result.results if each.verdict in {"failed", "broken"}]
    whole = len(problems) if arguments["verbose"] else _SHOWN_WHOLE
    for each in problems[:whole]:
        show_problem(console, each, verbose=arguments["verbose"])
    for each in problems[whole:]:
        found = each.first_problem
        click.echo(f"{each.verdict}: {each.id}" + (f": {found[0].code}: {found[0].message}" if found else ""))
    show_summary(console, result)
    if arguments["report_path"]:
        write_report(result, arguments["report_path"])
    if arguments["junit_path"]:
        write_junit(result, arguments["junit_path"])
    return result


def _choose(
    fixtures: list[Fixture], bad: list[FixtureError], wanted: tuple[str, ...], profiles: tuple[str, ...]
) -> tuple[list[Fixture], list[FixtureError]]:
    chosen = [each for each in fixtures if not profiles or each.profile in profiles]
    if not wanted:
        return chosen, bad
    known = [each.id for each in fixtures] + [each.path.stem for each in bad]
    for identifier in wanted:
        if identifier not in known:
            near = difflib.get_close_matches(identifier, known, n=1)
            raise HarnessError(f"there is no fixture {identifier}" + (f"; did you mean {near[0]}?" if near else ""))
    return [each for each in chosen if each.id in wanted], [each for each in bad if each.path.stem in wanted]


def _baseline(path: Path | None, known: set[str]) -> dict[str, dict[str, str]]:
    if path is None:
        return {}
    document = load_yaml(path)
    if problem := format_problem("baseline", document):
        raise HarnessError(f"{path}: {problem}")
    entries = {entry["id"]: entry for entry in document["expected"]}
    if len(entries) != len(document["expected"]):
        raise HarnessError(f"{path}: an id stands twice")
    if unknown := sorted(entries.keys() - known):
        raise HarnessError(f"{path}: there is no fixture {unknown[0]}")
    return entries


@conformance.command("list")
@click.option(
    "--profile", "profiles", multiple=True, type=click.Choice(PROFILES), help="Only this profile. Repeatable."
)
@click.option("--rule", metavar="AAA-NNN", help="Only what verifies this rule.")
def list_fixtures(profiles: tuple[str, ...], rule: str | None) -> None:
    """List the fixtures."""
    fixtures, bad = discover()
    for fixture in fixtures:
        if (not profiles or fixture.profile in profiles) and (rule is None or rule in fixture.verifies):
            click.echo(f"{fixture.id:<40} {fixture.profile:<16} {fixture.title}")
    for error in bad:
        click.echo(f"{error.code}: {error}", err=True)
    if bad:
        sys.exit(2)


@conformance.command("show")
@click.argument("identifier", metavar="ID")
def show(identifier: str) -> None:
    """Show a fixture and the rules that it verifies."""
    try:
        [fixture], _ = _choose(*discover(), (identifier,), ())
    except (HarnessError, ValueError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    show_fixture(Console(), fixture)
