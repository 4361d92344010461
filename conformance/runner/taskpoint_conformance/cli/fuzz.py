"""`fuzz`: random programs under random faults, for as long as you like."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console

from taskpoint_conformance.cli.common import driver_command, driver_option
from taskpoint_conformance.console import show_problem
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fuzzing import Tally, fuzz
from taskpoint_conformance.reports import FUZZ_MINUTES, record_fuzz
from taskpoint_conformance.runner import Options
from taskpoint_conformance.traffic import Limits

__all__ = ("fuzz_command",)


@click.command("fuzz")
@driver_option
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Which programs and faults.")
@click.option("--minutes", type=click.FloatRange(min=0), default=1, show_default=True, help="For how long.")
@click.option(
    "--sweep",
    type=click.Choice(["none", "quick", "sample", "full"]),
    default="sample",
    show_default=True,
    help="How many faults each program gets.",
)
@click.option("--jobs", type=click.IntRange(1, 64), default=2, show_default=True, help="Programs at a time.")
@click.option("--stop-after", type=click.IntRange(1), default=3, show_default=True, help="So many failures.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("fuzz"),
    show_default=True,
    help="Where fixtures of what fails are written.",
)
@click.option(
    "--record",
    "recorded",
    is_flag=True,
    help=f"Write the dated report that is committed; of {FUZZ_MINUTES} minutes or more, and nothing failed.",
)
def fuzz_command(
    driver: str | None,
    seed: int,
    minutes: float,
    sweep: str,
    jobs: int,
    stop_after: int,
    out: Path,
    recorded: bool,  # noqa: FBT001 - click passes it by name
) -> None:
    """Run random programs under random faults against a driver; what is expected comes from reading them.

    What fails is made smaller and written as a fixture, ready to be understood, named and added.
    Exit codes: 0 nothing failed, 1 something did, 2 the harness or the driver is broken.
    """
    console = Console(soft_wrap=False)
    options = Options(driver_command(driver), sweep=sweep, seed=seed, jobs=jobs, limits=Limits())
    if recorded and minutes < FUZZ_MINUTES:
        raise click.UsageError(f"--record goes with --minutes {FUZZ_MINUTES} or more")
    tally, failed = Tally(), 0
    try:
        out.mkdir(parents=True, exist_ok=True)
        for found in fuzz(options, minutes, out, tally, stop_after):
            failed += 1
            show_problem(console, found.result, verbose=False)
            click.echo(f"written to {found.path}")
        if recorded and not failed:
            record_fuzz(tally, seed)
    except (HarnessError, RuntimeError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    if not failed and not any(out.iterdir()):
        out.rmdir()
    click.echo(f"seed {seed}: {tally.programs} programs, {tally.runs} runs; {failed} failed")
    sys.exit(1 if failed else 0)
