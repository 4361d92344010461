"""What several commands need: the chosen fixtures, the driver's command, the options that are the same everywhere."""

from __future__ import annotations

import difflib
import os
import shlex
import shutil
from pathlib import Path
from typing import Final

import click

from taskpoint_conformance import data
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import Fixture, FixtureError, load_yaml
from taskpoint_conformance.schemas import format_problem

__all__ = (
    "FILE",
    "FOLDER",
    "baseline_entries",
    "choose",
    "driver_command",
    "driver_option",
    "driver_said",
    "require_all",
)

FOLDER: Final = click.Path(exists=True, file_okay=False, path_type=Path)
FILE: Final = click.Path(dir_okay=False, path_type=Path)

driver_option: Final = click.option(
    "--driver",
    metavar="CMD",
    help="Command, or `python`, `typescript`, `langgraph-py` or `langgraph-js`; the reference's driver if left out.",
)


def driver_said(text: str | None) -> list[str]:
    """Return a driver as it was asked for: a report names no folder of this machine where it need not.

    Example:
        >>> driver_said(None), driver_said("langgraph-py"), driver_said("./driver --fast")
        (['python'], ['langgraph-py'], ['./driver', '--fast'])
    """
    return shlex.split(text or "python", posix=os.name != "nt")


def driver_command(text: str | None) -> list[str]:
    """Return the words of a driver's command: one of a known name, or the reference's where none is given.

    Raises:
        HarnessError: The driver of that name is not built, or what runs it is missing.
    """
    match text:
        case None | "" | "python":
            return data.reference_driver()
        case "typescript":
            return _typescript()
        case "langgraph-py":
            return _langgraph_python()
        case "langgraph-js":
            return _langgraph_js()
        case _:
            return shlex.split(text, posix=os.name != "nt")


def _typescript() -> list[str]:
    port = data.root() / "conformance" / "ports" / "typescript"
    driver = port / "dist" / "driver" / "main.js"
    if not driver.is_file():
        raise HarnessError(f"the driver typescript is not built: cd {port} && npm ci && npm run build")
    return [_node("typescript"), str(driver)]


def _node(driver: str) -> str:
    found = shutil.which("node")
    if found is None:
        raise HarnessError(f"the driver {driver} needs Node.js 20 or newer")
    return found


def _langgraph_python() -> list[str]:
    folder = data.drivers() / "langgraph-py"
    python = folder / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        raise HarnessError(
            f"LangGraph is not installed for its driver: cd {folder} && python3 -m venv .venv"
            " && .venv/bin/pip install -r requirements.txt"
        )
    return [str(python), str(folder)]


def _langgraph_js() -> list[str]:
    folder = data.drivers() / "langgraph-js"
    if not (folder / "node_modules" / "@langchain" / "langgraph").is_dir():
        raise HarnessError(f"LangGraph.js is not installed for its driver: cd {folder} && npm install")
    return [_node("langgraph-js"), str(folder / "src" / "main.js")]


def choose(
    fixtures: list[Fixture], bad: list[FixtureError], wanted: tuple[str, ...], profiles: tuple[str, ...]
) -> tuple[list[Fixture], list[FixtureError]]:
    """Return the fixtures, and the files that are none, that ids and profiles ask for.

    Raises:
        HarnessError: There is no such fixture.
    """
    chosen = [each for each in fixtures if not profiles or each.profile in profiles]
    if not wanted:
        return chosen, bad
    known = [each.id for each in fixtures] + [each.path.stem for each in bad]
    for identifier in wanted:
        if identifier not in known:
            near = difflib.get_close_matches(identifier, known, n=1)
            raise HarnessError(f"there is no fixture {identifier}" + (f"; did you mean {near[0]}?" if near else ""))
    return [each for each in chosen if each.id in wanted], [each for each in bad if each.path.stem in wanted]


def require_all(sweep: str, *choices: object) -> None:
    """Refuse to record a run that is not of everything.

    Raises:
        HarnessError: Something was chosen, or the sweep is not the full one.
    """
    if sweep != "full" or any(choices):
        raise HarnessError("--record goes with --sweep full, and with all fixtures")


def baseline_entries(path: Path | None, known: set[str]) -> dict[str, dict[str, str]]:
    """Return a baseline's entries by fixture.

    Raises:
        HarnessError: It cannot be read, is not of the format, or names no fixture.
    """
    if path is None:
        return {}
    document = load_yaml(path)
    if problem := format_problem("baseline", document):
        raise HarnessError(f"{path}: {problem}")
    entries = {entry["id"]: entry for entry in document["expected"]}
    if len(entries) != len(document["expected"]):
        raise HarnessError(f"{path}: an id stands twice")
    if unknown := sorted(entries.keys() - known):
        raise HarnessError(f"{path}: there is no fixture {unknown[0]}")
    return entries
