"""What can be wrong, by blame.

::

    Verdict                what ends a fixture early
    |-- Failure            the port does not do what the fixture expects           exit code 1
    |-- Broken             the driver does not keep to the protocol                exit code 2
    `-- Skipped            the driver's language has no such value                 counts neither way
    HarnessError           the suite, its files or its arguments are wrong         exit code 2
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ("Broken", "Failure", "HarnessError", "Skipped", "Verdict")


class HarnessError(Exception):
    """The suite cannot do its work: a file is malformed, an argument is wrong."""


class Verdict(Exception):
    """What ends a fixture before its end; `code` as in the report's schema."""

    verdict = "failed"

    def __init__(self, code: str, message: str, detail: Detail | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.detail = detail
        self.stderr = ""
        """The last of what the driver wrote to its standard error."""
        self.step: int | None = None
        """The step in which it happened, from 0."""
        self.journals: dict[str, Detail] = {}
        """By thread: what its journal is expected to be at the end, and what it was when this happened."""
        self.messages: list[str] = []
        """The last lines between the runner and the driver, the newest last."""


class Failure(Verdict):
    """The port does not do what the fixture expects."""


class Broken(Verdict):
    """The driver does not keep to the protocol, so that nothing can be said about its port."""

    verdict = "broken"


class Skipped(Verdict):
    """The driver's language has no such value."""

    verdict = "skipped"


@dataclass(frozen=True, slots=True)
class Detail:
    """What was expected and what came, for the reader of a failure."""

    expected: Any
    actual: Any
