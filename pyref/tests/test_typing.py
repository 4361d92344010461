"""What the checkers see of the public names, and what is left of it at run time."""

from __future__ import annotations

import runpy
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(Path(__file__).with_name("typing").glob("*.py"))


def mypy(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_there_are_files() -> None:
    assert len(FILES) >= 3


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_mypy_agrees(tmp_path: Path) -> None:
    result = mypy("--cache-dir", tmp_path, *FILES)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed")
def test_an_expected_error_that_is_missing_fails(tmp_path: Path) -> None:
    probe = tmp_path / "probe.py"
    probe.write_text("from taskpoint import get_runtime\n\nget_runtime()  # type: ignore[call-arg]\n")
    result = mypy("--cache-dir", tmp_path / "cache", probe)
    assert "unused-ignore" in result.stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_definitions_run(file: Path) -> None:
    assert runpy.run_path(str(file))


def test_the_forms_run() -> None:
    names = runpy.run_path(str(Path(__file__).with_name("typing") / "entrypoints.py"))
    for function in ("forms", "coroutines", "finals", "other_parameters"):
        names[function]()
