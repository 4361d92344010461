"""`twins`: workflows written by hand in a port's own idiom, held against the same programs in the IR."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from taskpoint_conformance.cli.common import driver_command, driver_option
from taskpoint_conformance.console import show_problem
from taskpoint_conformance.fixtures import discover, suite_digest
from taskpoint_conformance.results import SuiteResult
from taskpoint_conformance.traffic import Limits
from taskpoint_conformance.twins import run_twins

__all__ = ("twins",)


@click.command("twins")
@driver_option
def twins(driver: str | None) -> None:
    """Hold the workflows that a port wrote by hand against the same programs in the IR.

    Exit codes: 0 all leave the same, 1 one does not, 2 the harness or the driver is broken, or there are none.
    """
    console = Console(soft_wrap=False)
    fixtures, _ = discover()
    result = SuiteResult(driver_command(driver), suite_digest(fixtures), len(fixtures), "")
    run_twins(fixtures, result, Limits())
    for each in [one for one in result.results if one.verdict != "passed"]:
        show_problem(console, each)
    if result.error:
        click.echo(f"error: {result.error}", err=True)
    counts = result.counts
    click.echo(f"{counts['passed']} passed, {len(result.results) - counts['passed']} failed")
    sys.exit(result.exit_code)
