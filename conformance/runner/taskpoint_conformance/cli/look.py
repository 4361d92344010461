"""`list` and `show`: the fixtures as they are."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from taskpoint_conformance.cli.common import choose
from taskpoint_conformance.console import show_fixture
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import discover
from taskpoint_conformance.requirements import PROFILES

__all__ = ("list_fixtures", "show")


@click.command("list")
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


@click.command("show")
@click.argument("identifier", metavar="ID")
def show(identifier: str) -> None:
    """Show a fixture and the rules that it verifies."""
    try:
        [fixture], _ = choose(*discover(), (identifier,), ())
    except (HarnessError, ValueError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    show_fixture(Console(), fixture)
