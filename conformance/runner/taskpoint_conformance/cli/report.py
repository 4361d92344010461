"""`report`: one or more JSON reports as a page, a summary or a badge."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click

from taskpoint_conformance.cli.common import FILE
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.matrix import matrix
from taskpoint_conformance.report import write_text
from taskpoint_conformance.summaries import badge, load_report, markdown

__all__ = ("VIEWS", "report", "view_options", "write_views")

_HELP: Final = {
    "html": "Write one page: requirements by implementations, down to the journal.",
    "markdown": "Write a summary, for a job's page.",
    "badge": "Write what a shields endpoint badge is drawn from; of one report.",
}
VIEWS: Final = tuple(_HELP)


def view_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that write reports for people."""
    for name in reversed(VIEWS):
        function = click.option(f"--{name}", type=FILE, metavar="FILE", help=_HELP[name])(function)
    return function


def write_views(reports: Sequence[dict[str, Any]], arguments: dict[str, Path | None]) -> None:
    """Write those of the views that were asked for.

    Raises:
        HarnessError: One cannot be written, or a badge was asked for of several reports.
    """
    if path := arguments["html"]:
        write_text(path, matrix(reports))
    if path := arguments["markdown"]:
        write_text(path, markdown(reports))
    if path := arguments["badge"]:
        if len(reports) != 1:
            raise HarnessError("a badge shows one report")
        write_text(path, json.dumps(badge(reports[0])) + "\n")


@click.command("report")
@view_options
@click.argument("reports", nargs=-1, required=True, type=FILE, metavar="REPORT.json...")
def report(reports: tuple[Path, ...], **views: Path | None) -> None:
    """Show one or more JSON reports: as one page, as a summary, as a badge; on the terminal where none is named."""
    try:
        documents = [load_report(each) for each in reports]
        if not any(views.values()):
            click.echo(markdown(documents), nl=False)
        write_views(documents, views)
    except HarnessError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
