"""A program for LangGraph's Functional API does the same here once its imports are changed, and nothing else.

`moving_over/*.py` are such programs, as their users write them, and `*.txt` what each prints under LangGraph.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PROGRAMS = sorted((Path(__file__).parent / "moving_over").glob("*.py"))
GUIDE = (REPOSITORY / "docs" / "from-langgraph.md").read_text(encoding="utf-8")
RENAMED = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|$", GUIDE, re.MULTILINE))
IMPORT = re.compile(r"^from lang(?:graph|chain_core)[\w.]* import (?P<names>.+)$", re.MULTILINE)

programs = pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)


def moved(source: str) -> str:
    """Return a program with its imports changed, as the guide says."""

    def line(match: re.Match[str]) -> str:
        names = [RENAMED.get(name, name) for name in match["names"].split(", ")]
        return "from taskpoint import " + ", ".join(
            name if name == old else f"{name} as {old}"
            for name, old in zip(names, match["names"].split(", "), strict=True)
        )

    return IMPORT.sub(line, source)


def printed(source: str, folder: Path) -> str:
    (folder / "program.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=folder,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@programs
def test_only_the_imports_change(program: Path, tmp_path: Path) -> None:
    source = program.read_text(encoding="utf-8")
    assert "langgraph" not in moved(source)
    assert printed(moved(source), tmp_path) == program.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.skipif(
    importlib.util.find_spec("langgraph") is None, reason="LangGraph is not installed: pip install -e '.[compare]'"
)
@programs
def test_the_same_program_does_the_same_under_langgraph(program: Path, tmp_path: Path) -> None:
    source = program.read_text(encoding="utf-8")
    assert printed(source, tmp_path) == program.with_suffix(".txt").read_text(encoding="utf-8")


def test_there_are_programs() -> None:
    assert len(PROGRAMS) >= 3
    assert RENAMED["MemorySaver"] == "InMemorySaver"
