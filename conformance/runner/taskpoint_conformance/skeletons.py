"""Driver skeletons: one for each language that has a template, built with the language's own tools only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taskpoint_conformance import data
from taskpoint_conformance.errors import HarnessError

__all__ = ("SKELETONS", "Skeleton", "create")

_NAME: Final = "my-port"
"""What the templates call the port."""
_RENAMED: Final[Mapping[str, str]] = {"gitignore": ".gitignore"}


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A language's template and how its driver is built and started, from inside its folder."""

    tools: tuple[str, ...]
    """The programs that have to be installed."""
    build: tuple[str, ...]
    driver: str
    first: str
    """The file to begin with."""


SKELETONS: Final[Mapping[str, Skeleton]] = {
    "go": Skeleton(("go",), ("go build -o driver .",), "./driver", "values.go"),
    "java": Skeleton(("javac", "java"), ("javac -d out src/*.java",), "java -cp out Driver", "src/Values.java"),
    "python": Skeleton(("python3",), (), "python3 .", "values.py"),
    "rust": Skeleton(("cargo",), ("cargo build --release",), "target/release/driver", "src/values.rs"),
    "typescript": Skeleton(("node", "npm"), ("npm install", "npm run build"), "node dist/driver.js", "src/values.ts"),
}


def create(language: str, folder: Path, name: str) -> list[Path]:
    """Write a language's skeleton into a folder that is new or empty, and return its files.

    Raises:
        HarnessError: The name does not fit all tools, or the folder holds something.
    """
    if not re.fullmatch("[a-z][a-z0-9-]*", name):
        raise HarnessError(f"the port's name {name!r} has to be made of a-z, 0-9 and -; give one with --name")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise HarnessError(f"{folder} is not empty; a skeleton never overwrites anything")
    template = data.drivers() / "templates" / language
    written: list[Path] = []
    for source in sorted(each for each in template.rglob("*") if each.is_file() and "__pycache__" not in each.parts):
        target = folder / source.relative_to(template)
        target = target.with_name(_RENAMED.get(target.name, target.name))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source.read_text(encoding="utf-8").replace(_NAME, name), encoding="utf-8")
        except OSError as error:
            raise HarnessError(f"{target} cannot be written: {error.strerror}") from None
        written.append(target)
    return written
