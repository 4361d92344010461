"""Where the suite's data files are: inside the installed package, or around it in a checkout."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

from taskpoint_conformance import FORMAT, SPEC

__all__ = (
    "drivers",
    "error_codes",
    "fixtures",
    "formats",
    "mutants",
    "reference_driver",
    "requirements",
    "root",
    "spec",
    "spec_schemas",
)


@cache
def root() -> Path:
    """Return the folder that holds `spec/` and `conformance/`.

    Example:
        >>> (root() / "spec").is_dir()
        True
    """
    here = Path(__file__).parent
    installed = here / "_data"
    return installed if installed.is_dir() else here.parents[2]


def fixtures() -> Path:
    """Return the folder of the fixtures."""
    return root() / "conformance" / "fixtures"


def golden() -> Path:
    """Return the folder of the golden journals."""
    return root() / "conformance" / "golden"


def reports() -> Path:
    """Return the folder of the dated reports."""
    return root() / "conformance" / "reports"


def formats() -> Path:
    """Return the folder of the schemas of the suite's own formats."""
    return root() / "conformance" / "format" / FORMAT


def drivers() -> Path:
    """Return the folder of the drivers that come with the suite."""
    return root() / "conformance" / "drivers"


def mutants() -> Path:
    """Return the folder of the deliberately wrong variants of the reference."""
    return root() / "conformance" / "mutants"


def spec() -> Path:
    """Return the folder of the specification's version that is judged."""
    return root() / "spec" / SPEC


def spec_schemas() -> Path:
    """Return the folder of the specification's schemas."""
    return spec() / "schema"


def reference_driver() -> list[str]:
    """Return the command of the reference's driver."""
    return [sys.executable, str(drivers() / "python")]


@cache
def requirements() -> dict[str, dict[str, Any]]:
    """Return the rules of the specification by id; empty where the list has not been generated."""
    path = spec() / "requirements.json"
    if not path.is_file():
        return {}
    return {rule["id"]: rule for rule in json.loads(path.read_text(encoding="utf-8"))}


@cache
def error_codes() -> dict[str, dict[str, str]]:
    """Return the codes that an error of a port has, as the specification lists them."""
    return {each["code"]: each for each in json.loads((spec() / "error-codes.json").read_text(encoding="utf-8"))}
