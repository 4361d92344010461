"""`export`: the fixtures as JSON."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from taskpoint_conformance.cli.common import choose
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.exporting import export
from taskpoint_conformance.fixtures import discover
from taskpoint_conformance.requirements import PROFILES

__all__ = ("export_fixtures",)


@click.command("export")
@click.option(
    "--profile", "profiles", multiple=True, type=click.Choice(PROFILES), help="Only this profile. Repeatable."
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), metavar="DIR")
def export_fixtures(profiles: tuple[str, ...], folder: Path) -> None:
    """Write the fixtures to DIR as JSON, with an index in porting order, the schemas and the rules.

    They are for tests in a port's own language and framework. A claim rests on a run of the suite itself.
    """
    fixtures, bad = discover()
    chosen, _ = choose(fixtures, bad, (), profiles)
    if bad or not chosen:
        click.echo(f"error: {bad[0] if bad else 'there is no such fixture'}", err=True)
        sys.exit(2)
    try:
        index = export(fixtures, chosen, folder)
    except HarnessError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    click.echo(f"{len(chosen)} fixtures; {index}")
