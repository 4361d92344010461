"""The command `taskpoint`: what the installed packages bring, under one name."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import version

__all__ = ("main",)

_MISSING = """\
The command line needs a few packages more than the library does.
Install them with: pip install 'taskpoint[conformance]'
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; the exit code is 2 where its extra is not installed."""
    try:
        import click

        # Not the library but a neighbour in the same distribution: it judges this one and never imports it.
        from taskpoint_conformance.cli import conformance
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in {"taskpoint", "taskpoint_conformance"}:
            raise  # a broken installation, not a missing extra
        sys.stderr.write(_MISSING)
        raise SystemExit(2) from None

    group = click.Group("taskpoint", help="Durable tasks and entrypoints.", no_args_is_help=True)
    group.add_command(conformance, "conformance")
    group = click.version_option(version("taskpoint"), prog_name="taskpoint")(group)
    group.main(args=None if arguments is None else list(arguments), prog_name="taskpoint")
