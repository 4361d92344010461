"""The codes of verdicts: what was wrong, and who has to look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ("CODES", "meaning")

CODES: Final[Mapping[str, tuple[str, str]]] = {
    "expect.outcome": ("A step ended in another way than the fixture expects.", "the port"),
    "expect.code": ("It was refused or failed as expected, for another reason.", "the port, or how errors are mapped"),
    "expect.": ("A part of a step's outcome is not what the fixture expects.", "the port"),
    "final.effects": ("Effects ran more or less often than expected, over all steps.", "the port"),
    "final.": ("What stands in the store after the last step is not what is expected.", "the port"),
    "effect.repeated": ("An effect ran although its call has a recorded outcome: what the suite is for.", "the port"),
    "effect.unexpected": ("An effect ran that the fixture does not know, or once too often.", "the port"),
    "effect.missing": ("An effect never came.", "the port"),
    "store.invalid": ("What was sent to the store breaks a schema, or a rule of every journal.", "the port"),
    "variants.": ("Another form or mode, or the same after a crash, leads to another end.", "the port"),
    "fault.missed": ("The planned fault never struck: the write or effect that it waits for never came.", "the port"),
    "driver.timeout": ("Nothing came for too long.", "the port, perhaps the driver: is it waiting for a reply it got?"),
    "driver.died": ("The driver's process ended by itself.", "the driver's standard error"),
    "driver.errored": ("The driver says that it could not do what was asked.", "the driver, where its message says"),
    "driver.skipped": ("The driver skipped what may not be skipped.", "the driver (CNF-010)"),
    "driver.": ("The driver did not keep to the protocol.", "the driver: run `taskpoint conformance smoke`"),
    "baseline.stale": ("The baseline expects a failure that does not happen.", "the baseline: take the entry out"),
    "fixture.newer": ("A fixture is of a newer format than this suite reads.", "the suite: take a newer one"),
    "fixture.": ("A file is no fixture.", "the file"),
    "suite.not_claimed": ("Asked for, but the driver does not claim it.", "the arguments, or the driver's hello"),
    "suite.false_claim": ("A profile is claimed, and nothing of it passes or can be run.", "the driver's hello"),
    "suite.nothing": ("Nothing was executed, so that nothing is known.", "the arguments, or the driver's hello"),
    "suite.": ("The suite itself could not do its work.", "the arguments, or us"),
}  # fmt: skip
"""By code, or by the beginning that several have in common; the first that fits counts."""


def meaning(code: str) -> tuple[str, str] | None:
    """Return what a code means and what to look at.

    Example:
        >>> meaning("effect.repeated")[1]
        'the port'
    """
    for known, each in CODES.items():
        if code == known or (known.endswith(".") and code.startswith(known)):
            return each
    return None
