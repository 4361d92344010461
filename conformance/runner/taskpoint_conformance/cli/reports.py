"""`reports`: whether the committed reports are of the fixtures as they are now."""

from __future__ import annotations

import sys

import click

from taskpoint_conformance.fixtures import discover, suite_digest
from taskpoint_conformance.reports import problems

__all__ = ("reports",)


@click.command("reports")
@click.option("--check", is_flag=True, help="Exit with 1 where a report is missing or of other fixtures.")
def reports(*, check: bool) -> None:
    """Say whether the dated reports are of the fixtures as they are now."""
    found = problems(suite_digest(discover()[0]))
    for problem in found:
        click.echo(problem)
    if not found:
        click.echo("the reports are of these fixtures")
    sys.exit(1 if check and found else 0)
