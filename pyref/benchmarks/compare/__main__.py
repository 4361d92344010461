"""The command: `python -m pyref.benchmarks.compare [--quick] [--json FILE] [WORKLOAD ...]`, at the top of a clone."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pyref.benchmarks.compare.measuring import LIBRARIES, Failed, Results, measure
from pyref.benchmarks.compare.workloads import WORKLOADS

NOTE = (
    "Medians, of ratios too; the libraries in turns, each measurement in a process of its own.\n"
    "SQLite: both with durability='sync' and synchronous=FULL. LangGraph's 'sync' is no barrier: a result may be seen "
    "before it is stored; Taskpoint's is."
)

WIDTH = 110


def table(results: Results) -> Table:
    """Return the results as a terminal shows them."""
    first, second = results.libraries
    made = Table(title="microseconds for one task, run or thread; milliseconds for a start")
    for heading in ("", "workload", "saver", first, second, "ratio", "on disk"):
        made.add_column(heading, justify="left" if heading in ("", "workload", "saver") else "right")
    for name in results.found:
        workload = WORKLOADS[name]
        unit = 1e3 if workload.starting else 1e6
        times = [results.median(name, library) for library in results.libraries]
        made.add_row(
            name,
            workload.title,
            workload.saver if workload.name != "import" else "",
            *["-" if each is None else f"{each * unit:,.0f}" for each in times],
            shown(results.ratio(name)),
            shown(results.ratio(name, "disk")) if workload.saver == "sqlite" and not workload.starting else "",
        )
    return made


def shown(ratio: float | None) -> str:
    """Return a ratio with two digits that count."""
    return "-" if ratio is None else f"{ratio:.0f}x" if ratio >= 10 else f"{ratio:.1f}x"


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m pyref.benchmarks.compare", description=__doc__)
    parser.add_argument("workload", nargs="*", metavar="WORKLOAD", help=f"some of {', '.join(WORKLOADS)}; all of them")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--scale", type=float, default=1.0, help="how much there is of each workload (1.0)")
    parser.add_argument("--quick", action="store_true", help="one round of a tenth")
    parser.add_argument(
        "--library",
        action="append",
        metavar="NAME=MODULE:FUNCTION",
        help="compare others than Taskpoint and LangGraph; given twice, the second is divided by the first",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all measurements there")
    read = parser.parse_args(given)
    unknown = [name for name in read.workload if name not in WORKLOADS]
    if unknown:
        parser.error(f"there is no workload {unknown[0]}")
    read.libraries = LIBRARIES if read.library is None else dict(each.split("=", 1) for each in read.library)
    if len(read.libraries) != 2:
        parser.error("two libraries are compared")
    return read


def main(given: Sequence[str] | None = None) -> int:
    """Measure, and show what came out."""
    read = arguments(given)
    rounds, scale = (1, 0.1) if read.quick else (read.rounds, read.scale)
    console = Console()
    console.width = max(console.width, WIDTH)
    try:
        with console.status("measuring") as status:
            results = measure(
                read.workload or WORKLOADS, rounds=rounds, scale=scale, libraries=read.libraries, tell=status.update
            )
    except Failed as error:
        console.print(f"failed: {error}")
        return 1
    console.print(table(results))
    for reason in results.missing.values():
        console.print(f"skipped: {reason}", markup=False, soft_wrap=True)
    console.print(NOTE, markup=False, soft_wrap=True)
    if (commit := results.commit()) is not None:
        console.print(f"A bare commit of one row took {commit * 1e6:,.0f} us meanwhile.")
    console.print(", ".join(f"{name} {version}" for name, version in results.versions.items()), soft_wrap=True)
    if read.json is not None:
        read.json.write_text(json.dumps(results.document(), indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
