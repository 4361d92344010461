"""The commands: `taskpoint conformance ...` and `python -m taskpoint_conformance ...`, one module each."""

from __future__ import annotations

import io
import sys

import click

from taskpoint_conformance import __version__
from taskpoint_conformance.cli.explain import explain
from taskpoint_conformance.cli.export import export_fixtures
from taskpoint_conformance.cli.fuzz import fuzz_command
from taskpoint_conformance.cli.golden import golden
from taskpoint_conformance.cli.handover import handover
from taskpoint_conformance.cli.init import init
from taskpoint_conformance.cli.look import list_fixtures, show
from taskpoint_conformance.cli.next import next_rule
from taskpoint_conformance.cli.report import report
from taskpoint_conformance.cli.reports import reports
from taskpoint_conformance.cli.run import run
from taskpoint_conformance.cli.schema import schema
from taskpoint_conformance.cli.smoke import smoke
from taskpoint_conformance.cli.twins import twins
from taskpoint_conformance.coverage import command as coverage
from taskpoint_conformance.mutants import command as mutants
from taskpoint_conformance.requirements import command as requirements

__all__ = ("conformance",)


@click.group(help="Judge a runtime by the conformance suite.", no_args_is_help=True)
@click.version_option(__version__, prog_name="taskpoint-conformance")
def conformance() -> None:
    """Group of the suite's commands."""
    for stream in (sys.stdout, sys.stderr):  # a failure may show any text, and a terminal may know little of it
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


_COMMANDS = (
    run,
    list_fixtures,
    show,
    init,
    smoke,
    next_rule,
    report,
    explain,
    export_fixtures,
    schema,
    requirements,
    coverage,
    mutants,
    handover,
    fuzz_command,
    golden,
    twins,
    reports,
)
for _command in _COMMANDS:
    conformance.add_command(_command)
