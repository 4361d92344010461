"""The comparison of `pyref/benchmarks/compare` measures, notices what is wrong, and needs no LangGraph."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
HERE = "pyref.tests.compared"


def compare(*arguments: str, second: str = f"Twin={HERE}:twin") -> subprocess.CompletedProcess[str]:
    first = "Taskpoint=pyref.benchmarks.compare.libraries:taskpoint"
    command = [sys.executable, "-m", "pyref.benchmarks.compare", "--quick", *arguments]
    return subprocess.run(
        [*command, "--library", first, "--library", second],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_pair_is_measured_side_by_side(tmp_path: Path) -> None:
    """One of each kind: in memory, on SQLite, after a process that prepares, and a start."""
    names = ["W1-memory", "W2-async-sqlite", "W3-sqlite", "import"]
    done = compare(*names, "--json", str(tmp_path / "found.json"))
    assert (done.returncode, done.stderr) == (0, "")
    assert all(name in done.stdout for name in names)
    found = json.loads((tmp_path / "found.json").read_text())
    assert list(found["workloads"]) == names
    assert found["missing"] == {}
    assert found["versions"]["twin"] == "1"
    for name, workload in found["workloads"].items():
        assert {library: len(rounds) for library, rounds in workload["rounds"].items()} == {"Taskpoint": 1, "Twin": 1}
        assert 0.01 < workload["ratio"] < 100
        assert (workload["disk_ratio"] is not None) == name.endswith("sqlite")
    assert found["commit"] > 0


def test_what_is_not_installed_is_left_out_and_said() -> None:
    done = compare("W1-memory", second=f"Absent={HERE}:absent")
    assert (done.returncode, done.stderr) == (0, "")
    assert "skipped: Absent is not installed: ModuleNotFoundError: No module named 'no_such_library'" in done.stdout


def test_a_library_that_computes_something_else_is_not_measured() -> None:
    done = compare("W1-memory", second=f"Forgetful={HERE}:forgetful")
    assert done.returncode == 1
    assert "failed: W1-memory: AssertionError: the workload came out wrong" in done.stdout


@pytest.mark.parametrize("arguments", [["W9"], ["--library", "A=b:c"]])
def test_what_does_not_exist_is_refused(arguments: list[str]) -> None:
    assert compare(*arguments).returncode == 2
