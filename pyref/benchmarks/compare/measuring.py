"""Rounds of measurements: each in a process of its own, the libraries in turns."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyref.benchmarks.compare.workloads import WORKLOADS, Workload

ROOT = Path(__file__).parents[3]
LIBRARIES = {
    "Taskpoint": "pyref.benchmarks.compare.libraries:taskpoint",
    "LangGraph": "pyref.benchmarks.compare.libraries:langgraph",
}
REMEDY = {"LangGraph": "pip install -e '.[compare]'"}
TIMEOUT = 600


class Failed(Exception):
    """A measurement that came to nothing."""


def child(library: str, workload: str, folder: str, size: int, phase: str = "measure") -> dict[str, Any]:
    """Measure once, in a process of its own."""
    asked = {"library": library, "workload": workload, "folder": folder, "size": size, "phase": phase}
    command = [sys.executable, "-m", "pyref.benchmarks.compare.child", json.dumps(asked)]
    # Packages come compiled; a checkout is compiled once, unless the variable left out here forbids to keep it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise Failed(f"{workload}: {lines[-1] if lines else f'exit code {done.returncode}'}")
    return json.loads(done.stdout.splitlines()[-1])


def once(library: str, workload: Workload, size: int) -> dict[str, Any]:
    """Measure a workload, after what has to be there before."""
    with tempfile.TemporaryDirectory() as folder:
        if workload.prepare is not None:
            child(library, workload.name, folder, size, "prepare")
        return child(library, workload.name, folder, size)


@dataclass
class Results:
    """What was measured: for each workload and library, one finding a round."""

    libraries: tuple[str, ...]
    missing: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    found: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)

    def median(self, workload: str, library: str, what: str = "seconds") -> float | None:
        """Return the median of all rounds; None where there is nothing."""
        taken = [each[what] for each in self.found.get(workload, {}).get(library, ()) if what in each]
        return statistics.median(taken) if taken else None

    def commit(self) -> float | None:
        """Return the median of what a bare durable commit cost beside the measurements."""
        rounds = [each for libraries in self.found.values() for found in libraries.values() for each in found]
        taken = [each["commit"] for each in rounds if "commit" in each]
        return statistics.median(taken) if taken else None

    def ratio(self, workload: str, what: str = "seconds") -> float | None:
        """Return how many times as much the second library takes: the median over the rounds.

        Within a round the two are measured one after the other, and the machine is likely to be as busy for both.
        """
        ours, theirs = (self.found.get(workload, {}).get(library, []) for library in self.libraries)
        ratios = [b[what] / a[what] for a, b in zip(ours, theirs, strict=False) if a.get(what) and what in b]
        return statistics.median(ratios) if ratios else None

    def document(self) -> dict[str, Any]:
        """Return all of it as JSON has it."""
        return {
            "python": sys.version.split()[0],
            "versions": self.versions,
            "missing": self.missing,
            "commit": self.commit(),
            "workloads": {
                name: {
                    "title": WORKLOADS[name].title,
                    "saver": WORKLOADS[name].saver,
                    "ratio": self.ratio(name),
                    "disk_ratio": self.ratio(name, "disk"),
                    "rounds": rounds,
                }
                for name, rounds in self.found.items()
            },
        }


def measure(
    names: Iterable[str],
    *,
    rounds: int,
    scale: float = 1.0,
    libraries: Mapping[str, str] = LIBRARIES,
    tell: Callable[[str], None] = lambda _: None,
) -> Results:
    """Measure workloads in rounds, the libraries in turns; a library that is not there is left out.

    Raises:
        Failed: A workload came out wrong.
    """
    results = Results(tuple(libraries))
    for name, library in libraries.items():
        try:
            results.versions |= child(library, "import", "", 1)["versions"]
        except Failed as error:
            if "ModuleNotFoundError" not in str(error):
                raise
            results.missing[name] = f"{name} is not installed: {REMEDY.get(name, str(error).removeprefix('import: '))}"
    present = [name for name in libraries if name not in results.missing]
    for number in range(rounds):
        for name in names:
            workload = WORKLOADS[name]
            size = max(1, round(workload.size * scale))
            for library in present if number % 2 else reversed(present):
                tell(f"round {number + 1} of {rounds}: {name}, {library}")
                found = once(libraries[library], workload, size)
                results.found.setdefault(name, {}).setdefault(library, []).append(found)
    return results
