"""Writes the fixtures as plain JSON, for tests in a port's own language and framework."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from taskpoint_conformance import FORMAT, SPEC, data
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import Fixture, suite_digest
from taskpoint_conformance.porting import LEVELS, in_order, level_of

__all__ = ("export",)

_INDEX: Final = "index.json"


def export(fixtures: Sequence[Fixture], chosen: Sequence[Fixture], folder: Path) -> Path:
    """Write the chosen fixtures, an index in porting order, and the schemas, and return the index's path.

    What a former export wrote is replaced; a folder that holds anything else is left alone.

    Raises:
        HarnessError: The folder holds something else, or cannot be written.
    """
    index = folder / _INDEX
    try:
        if folder.exists() and any(folder.iterdir()):
            _clear(folder, index)
        listed: list[dict[str, Any]] = []
        for fixture in in_order(chosen):
            name = f"fixtures/{fixture.path.parent.name}/{fixture.id}.json"
            _write(folder / name, _whole(fixture))
            listed.append(
                {
                    "id": fixture.id,
                    "file": name,
                    "profile": fixture.profile,
                    "level": LEVELS[level_of(fixture)].name,
                    "verifies": fixture.verifies,
                }
            )
        for source, target in ((data.formats(), "format"), (data.spec_schemas(), "schema")):
            (folder / target).mkdir(parents=True, exist_ok=True)
            for path in sorted(source.glob("*.json")):
                shutil.copyfile(path, folder / target / path.name)
        requirements = list(data.requirements().values())
        _write(folder / "requirements.json", requirements)
        _write(index, {"format": FORMAT, "spec": SPEC, "digest": suite_digest(list(fixtures)), "fixtures": listed})
    except OSError as error:
        raise HarnessError(f"{error.filename or folder} cannot be written: {error.strerror}") from None
    return index


def _clear(folder: Path, index: Path) -> None:
    """Take away what a former export wrote."""
    ours = {_INDEX, "fixtures", "format", "schema", "requirements.json"}
    if not index.is_file() or not {each.name for each in folder.iterdir()} <= ours:
        raise HarnessError(f"{folder} holds something that is no export; choose a folder that is new or empty")
    for each in folder.iterdir():
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()


def _whole(fixture: Fixture) -> dict[str, Any]:
    """Return a fixture with what it may leave out of given threads filled in."""
    document = fixture.document
    if "threads" not in document.get("given", {}):
        return document
    return {**document, "given": {**document["given"], "threads": fixture.threads}}


def _write(path: Path, document: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=True, indent=1) + "\n", encoding="utf-8")
