"""Dated reports: what the full sweep and the hand-over found out, and of which set of fixtures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from taskpoint_conformance import __version__, data
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.results import SuiteResult

__all__ = ("KINDS", "problems", "record")

KINDS: Final = {
    "sweep": "taskpoint conformance run --sweep full --record",
    "handover": "taskpoint conformance handover --sweep full --record",
}
"""The reports that are committed, each with the command that writes it."""


def record(kind: str, results: Sequence[SuiteResult]) -> None:
    """Write a report beside the suite.

    Raises:
        HarnessError: Something failed, or not every fixture was run: that is no report.
    """
    if any(each.exit_code for each in results):
        raise HarnessError("nothing is recorded of a run that did not pass")
    document = {
        "kind": kind,
        "date": results[0].started_at,
        "suite": {"version": __version__, "digest": results[0].digest, "fixtures": results[0].fixtures},
        "results": [_result(each) for each in results],
    }
    path = data.reports() / f"{kind}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _result(result: SuiteResult) -> dict[str, Any]:
    hello = result.hello or {}
    runs = [each for one in result.results for each in one.variants]
    return {
        "driver": {name: hello.get(name) for name in ("name", "version", "language")},
        "passed": result.counts["passed"],
        "not_claimed": result.counts["not_claimed"],
        "runs": len(runs),
        "faults": sum(each.point is not None for each in runs),
        "not_reached": sum((each.point or "").endswith("(not reached)") for each in runs),
        "seconds": round(result.seconds),
    }


def problems(digest: str) -> list[str]:
    """Return what is wrong with the committed reports, given the digest of the fixtures as they are now."""
    found: list[str] = []
    for kind, command in KINDS.items():
        path = data.reports() / f"{kind}.json"
        if not path.is_file():
            found.append(f"there is no report of the {kind}: {command}")
            continue
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if document["suite"]["digest"] != digest:
            found.append(f"the report of the {kind} is of {document['date']}, and fixtures changed since: {command}")
    return found
