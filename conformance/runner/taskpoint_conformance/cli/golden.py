"""`golden`: write the journals of this version, and demand that a driver replays those of all versions."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from taskpoint_conformance import __version__, data
from taskpoint_conformance.cli.common import driver_command, driver_option
from taskpoint_conformance.console import show_problem
from taskpoint_conformance.errors import HarnessError, Verdict
from taskpoint_conformance.fixtures import discover, suite_digest
from taskpoint_conformance.golden import fixtures_of, folder_digest, versions, write_all
from taskpoint_conformance.results import SuiteResult
from taskpoint_conformance.runner import Options, run_suite
from taskpoint_conformance.traffic import Limits

__all__ = ("golden",)


@click.group("golden")
def golden() -> None:
    """Journals that every released version wrote, and every later one replays."""


@golden.command("write")
def write() -> None:
    """Write the journals of the current version with the reference's driver.

    A released version's are never written again.
    """
    fixtures, _ = discover()
    try:
        left_out = write_all(fixtures, data.reference_driver(), __version__, Limits())
    except (HarnessError, Verdict) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    if left_out:
        click.echo(f"left out, since they do not leave the same twice: {', '.join(left_out)}")
    unresumed = sorted(
        path.stem for path in (data.golden() / __version__).glob("*.json") if '"unresumed"' in path.read_text()
    )
    if unresumed:
        click.echo(f"not to be resumed, since a value tells what ran again: {', '.join(unresumed)}")
    count = len(list((data.golden() / __version__).glob("*.json")))
    click.echo(f"{count} fixtures of {__version__} written, digest {folder_digest(__version__)}")


@golden.command("check")
@driver_option
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Journals at a time.")
def check(driver: str | None, jobs: int) -> None:
    """Feed every journal of every version to a driver: the same end, and no recorded effect once more.

    Exit codes: 0 all are replayed, 1 one is not, 2 the harness or the driver is broken.
    """
    console = Console(soft_wrap=False)
    try:
        fixtures = [each for version in versions() for each in fixtures_of(version)]
    except HarnessError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    command = driver_command(driver)
    result = SuiteResult(command, suite_digest(fixtures), len(fixtures), "")
    run_suite(fixtures, [], Options(command, jobs=jobs, single=True), result)
    for each in [one for one in result.results if one.verdict in {"failed", "broken"}][:10]:
        show_problem(console, each)
    if result.error:
        click.echo(f"error: {result.error}", err=True)
    counts = result.counts
    click.echo(f"{counts['passed']} passed, {counts['failed'] + counts['broken']} failed")
    sys.exit(result.exit_code)
