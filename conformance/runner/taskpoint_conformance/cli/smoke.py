"""`smoke`: is it my driver or my port?"""

from __future__ import annotations

import sys

import click

from taskpoint_conformance.cli.common import driver_command, driver_option
from taskpoint_conformance.smoke import Check, Smoke

__all__ = ("smoke",)

_MARKS = {"ok": "ok   ", "todo": "todo ", "wrong": "WRONG"}


@click.command("smoke")
@driver_option
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=10,
    show_default=True,
    help="Seconds that an answer may take.",
)
def smoke(driver: str | None, timeout: float) -> None:
    """Check a driver's protocol, one step at a time: is it my driver or my port?

    Exit codes: 0 the protocol is kept, 1 a step went wrong.
    """
    judge = Smoke(driver_command(driver), timeout)
    checks: list[Check] = []
    for check in judge.checks():
        checks.append(check)
        click.echo(f"{_MARKS[check.verdict]} {check.name}" + (f": {check.text}" if check.text else ""))
    wrong = sum(check.verdict == "wrong" for check in checks)
    todo = sum(check.verdict == "todo" for check in checks)
    if wrong:
        if tail := judge.stderr.strip().splitlines()[-15:]:
            click.echo("\nthe driver's standard error ends:\n" + "\n".join(tail))
        click.echo(f"\n{wrong} of {len(checks)} steps went wrong: it is the driver. Chapter 13 has the rules.")
        sys.exit(1)
    if todo:
        click.echo(f"\nThe driver speaks the protocol; {todo} of {len(checks)} steps wait for code not written yet.")
    else:
        click.echo("\nThe driver speaks the protocol: what fails now is the port, or the program's interpreter.")
