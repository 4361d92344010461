"""`init`: a driver skeleton in the porter's language."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.skeletons import SKELETONS, create

__all__ = ("init",)


@click.command("init")
@click.option("--lang", "language", required=True, type=click.Choice(sorted(SKELETONS)), help="The port's language.")
@click.option("--name", help="The port's name; the folder's if left out.")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def init(language: str, name: str | None, folder: Path) -> None:
    """Write a driver skeleton to DIR: it builds, says hello, and says of all else where to write it."""
    skeleton = SKELETONS[language]
    try:
        files = create(language, folder, name or folder.resolve().name.lower().replace("_", "-"))
    except HarnessError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    click.echo(f"{len(files)} files written to {folder}. Next:\n")
    suite = "taskpoint conformance"
    for command in (
        f"cd {folder}",
        *skeleton.build,
        f'{suite} smoke --driver "{skeleton.driver}"   # does the driver speak the protocol?',
        f'{suite} next --driver "{skeleton.driver}"    # what to write next',
    ):
        click.echo(f"  {command}")
    click.echo(f"\nBegin in {skeleton.first}; conformance/PORTING.md leads through it.")
