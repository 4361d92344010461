"""The faults of a sweep: where they may strike, what each of them does, and which of them a run tries."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ("EXCEPTIONS", "SWEEPS", "Operation", "Points", "Strike", "chosen", "strikes_of")

SWEEPS: Final = ("none", "quick", "sample", "full")
EXCEPTIONS: Final = {
    "kill": ("killed before", "killed after"),
    "acknowledge": ("lost", "delayed", "duplicated"),
    "fail": ("failed", "unwritten", "written"),
}
"""What a fixture may opt out of, by the names that its `sweep.except` has."""

_WORDS: Final = {
    "killed before": "killed before {}",
    "killed after": "killed after {}",
    "lost": "acknowledgement lost of {}",
    "delayed": "acknowledgement delayed of {}",
    "duplicated": "acknowledgement sent twice of {}",
    "failed": "store failed at {}",
    "unwritten": "store failed at {}, nobody knows whether it was written, and it was not",
    "written": "store failed at {} although it was written",
}
_KILLS: Final = frozenset(EXCEPTIONS["kill"])
_SILENT: Final = frozenset({"lost", "delayed", "duplicated", "unwritten", "written"})
"""Nobody outside may notice these: the run goes on as if nothing had happened (JRN-030, JRN-031)."""
_BY_KIND: Final = {
    "write": ("lost", "delayed", "duplicated", "failed", "unwritten", "written"),
    "delete": ("delayed", "duplicated", "failed"),
    "read": ("duplicated", "failed"),
    "effect": (),
}
_QUICK: Final = (1, 1)
_SAMPLE: Final = (2, 4)
"""How many kills and how many other strikes a fixture gets."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that a run asks of the runner: the store's verbs that read or change something, and effects."""

    kind: str
    label: str
    step: int
    may_end: bool
    """Whether its process may be killed here: nothing else is in flight that this would take along."""
    may_fail: bool = True
    """Whether its run may be ended alone."""

    def is_like(self, other: Operation) -> bool:
        """Return whether the two are told apart by their order only."""
        return (self.step, self.kind, self.label) == (other.step, other.kind, other.label)


@dataclass(frozen=True, slots=True)
class Strike:
    """One fault at one operation."""

    number: int
    how: str
    operation: Operation
    nth: int = 0
    """Which of the step's operations of this kind and label it strikes."""

    @property
    def kills(self) -> bool:
        """Whether the process dies of it."""
        return self.how in _KILLS

    @property
    def is_silent(self) -> bool:
        """Whether the run has to go on as if nothing had happened."""
        return self.how in _SILENT

    def __str__(self) -> str:
        return _WORDS[self.how].format(self.operation.label)


class Points:
    """Counts the operations of a run of a fixture, and says when a strike is due."""

    def __init__(self, strike: Strike | None = None) -> None:
        self.operations: list[Operation] = []
        self.enabled = False
        self.allows_ends = True
        """Whether the step can go on after the end of its runs."""
        self.allows_failures = True
        """Whether it can go on after the end of one of them."""
        self.step = 0
        self.struck = False
        self._strike = strike

    def passed(self, kind: str, label: str, *, may_end: bool) -> str | None:
        """Note an operation; return how it is struck, None where it is left alone."""
        if not self.enabled or kind == "heartbeat":  # which comes by the clock
            return None
        may_end = may_end and self.allows_ends
        operation = Operation(kind, label, self.step, may_end, may_end and self.allows_failures)
        nth = sum(each.is_like(operation) for each in self.operations)
        self.operations.append(operation)
        strike = self._strike
        if self.struck or strike is None or nth != strike.nth or not strike.operation.is_like(operation):
            return None
        if not (strike.is_silent or may_end):
            return None  # something else is in flight this time
        self.struck = True
        return strike.how


def strikes_of(operations: Sequence[Operation], *, whole: bool, without: Sequence[str] = ()) -> list[Strike]:
    """Return every strike that a fixture with these operations can get.

    `whole`: the runner sees all that is written, so that a kill before an operation leaves what the kill after
    the one before it left, and is tried only where there is none before it in the same step.

    Example:
        >>> begin, work = Operation("write", "begin", 0, True), Operation("effect", "fetch(1)", 0, True)
        >>> [str(each) for each in strikes_of([begin, work], whole=True, without=["acknowledge", "fail"])]
        ['killed before begin', 'killed after begin', 'killed after fetch(1)']
    """
    left_out = {how for name in without for how in EXCEPTIONS[name]}
    found: list[Strike] = []
    changed: int | None = None
    """The last step in which something was changed."""
    for number, operation in enumerate(operations):
        hows: list[str] = []
        if operation.kind != "read" and operation.may_end:
            hows = ["killed after"] if whole and changed == operation.step else ["killed before", "killed after"]
        if operation.kind != "read":
            changed = operation.step
        hows += [how for how in _BY_KIND[operation.kind] if operation.may_fail or how in _SILENT]
        nth = sum(each.is_like(operation) for each in operations[:number])
        found += [Strike(number, how, operation, nth) for how in hows if how not in left_out]
    return found


def chosen(identifier: str, strikes: Sequence[Strike], sweep: str, seed: int = 0) -> list[Strike]:
    """Return the strikes that a run tries of a fixture: the same ones for the same seed, others for another fixture.

    Example:
        >>> begin = Operation("write", "begin", 0, True)
        >>> some = [Strike(number, "lost", begin) for number in range(40)]
        >>> chosen("RPL-a", some, "sample", 1) == chosen("RPL-a", some, "sample", 1)
        True
        >>> len(chosen("RPL-a", some, "full")), len(chosen("RPL-a", some, "sample")), len(chosen("RPL-a", some, "none"))
        (40, 4, 0)
    """
    if sweep in {"none", "full"}:
        return list(strikes) if sweep == "full" else []
    kills, others = _QUICK if sweep == "quick" else _SAMPLE
    ranked = sorted(
        strikes, key=lambda one: hashlib.sha256(f"{seed} {identifier} {one.number} {one.how}".encode()).digest()
    )
    taken = [each for each in ranked if each.kills][:kills] + [each for each in ranked if not each.kills][:others]
    return sorted(taken, key=lambda one: (one.number, one.how))
