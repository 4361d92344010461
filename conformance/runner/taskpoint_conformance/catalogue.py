"""The mutants by name: what each says of itself, read without running it."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from taskpoint_conformance import data
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.shapes import is_array, is_object

__all__ = ("JUDGEMENTS", "Mutant", "exclusions", "load_mutants")

JUDGEMENTS: Final = ("effect.", "expect.", "final.", "store.", "variants.")
"""Codes that judge a port, by prefix; a mutant that is killed otherwise has to say so in `KILLED_BY`."""
_NAME: Final = re.compile("[a-z0-9]+(_[a-z0-9]+)*")
_RULE: Final = re.compile("[A-Z]{3}-[0-9]{3}")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A deliberately wrong variant of the reference, in a module of its own."""

    name: str
    path: Path
    wrong: str
    """What it does wrong: the first paragraph of its docstring."""
    breaks: tuple[str, ...]
    """The rules that it breaks."""
    killed_by: tuple[str, ...]
    """With which codes a fixture may kill it, by prefix."""

    @property
    def command(self) -> list[str]:
        """The arguments, after the interpreter, that start the driver with it."""
        return [str(self.path.parents[1] / "run.py"), self.name]

    def accepts(self, code: str) -> bool:
        """Return whether a verdict with this code kills it for the reason it claims."""
        return code.startswith(self.killed_by)


def load_mutants(folder: Path | None = None) -> dict[str, Mutant]:
    """Return all mutants by name.

    Raises:
        HarnessError: One is malformed, or two have the same name.
    """
    found: dict[str, Mutant] = {}
    for path in sorted((folder or data.mutants()).glob("*/*.py")):
        mutant = _load(path)
        if mutant.name in found:
            raise HarnessError(f"{path}: the mutant {mutant.name} is in {found[mutant.name].path} already")
        found[mutant.name] = mutant
    return found


def _load(path: Path) -> Mutant:
    if not _NAME.fullmatch(path.stem):
        raise HarnessError(f"{path}: a mutant's file has a name in snake case")
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, SyntaxError) as error:
        raise HarnessError(f"{path}: {error}") from None
    wrong = (ast.get_docstring(tree) or "").partition("\n\n")[0]
    if not wrong:
        raise HarnessError(f"{path}: a mutant says in its docstring what a port would do wrong")
    breaks = _texts(path, tree, "BREAKS")
    if not breaks or not all(map(_RULE.fullmatch, breaks)):
        raise HarnessError(f"{path}: BREAKS is a tuple of the rules that it breaks")
    return Mutant(
        path.stem.replace("_", "-"),
        path,
        " ".join(wrong.split()),
        breaks,
        _texts(path, tree, "KILLED_BY") or JUDGEMENTS,
    )


def _texts(path: Path, tree: ast.Module, name: str) -> tuple[str, ...]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(each) for each in node.targets] == [name]:
            try:
                value: Any = ast.literal_eval(node.value)
            except ValueError:
                value = None
            if not isinstance(value, tuple) or not all(isinstance(each, str) for each in value):  # pyright: ignore[reportUnknownVariableType]
                raise HarnessError(f"{path}: {name} is a tuple of texts")
            return tuple(map(str, value))  # pyright: ignore[reportUnknownArgumentType]
    return ()


def exclusions(folder: Path | None = None) -> dict[str, str]:
    """Return the rules that no mutant can break, each with the reason.

    Raises:
        HarnessError: The file is malformed.
    """
    path = (folder or data.mutants()) / "exclusions.yaml"
    if not path.is_file():
        return {}
    try:
        entries: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise HarnessError(f"{path}: {error}") from None
    reasons: dict[str, str] = {}
    for entry in entries if is_array(entries) else [None]:
        if not is_object(entry) or entry.keys() != {"rule", "reason"} or not all(entry.values()):
            raise HarnessError(f"{path}: a list of `rule` and `reason`")
        reasons[str(entry["rule"])] = str(entry["reason"])
    return reasons
