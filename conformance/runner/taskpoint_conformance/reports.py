"""Dated reports: what the full sweep, the hand-over and the fuzzer found out, and of which set of fixtures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from taskpoint_conformance import __version__, data
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fuzzing import Tally, programs_digest
from taskpoint_conformance.results import SuiteResult

__all__ = ("FUZZ_MINUTES", "KINDS", "problems", "record", "record_fuzz")

FUZZ_MINUTES: Final = 60
"""A report of the fuzzer is of so many minutes at least."""

KINDS: Final = {
    "sweep": "taskpoint conformance run --sweep full --record",
    "handover": "taskpoint conformance handover --sweep full --record",
    "fuzz": f"taskpoint conformance fuzz --seed N --minutes {FUZZ_MINUTES} --record",
}
"""The reports that are committed, each with the command that writes it."""


def record(kind: str, results: Sequence[SuiteResult]) -> None:
    """Write a report beside the suite.

    Raises:
        HarnessError: Something failed, or not every fixture was run: that is no report.
    """
    if any(each.exit_code for each in results):
        raise HarnessError("nothing is recorded of a run that did not pass")
    first = results[0]
    suite = {"version": __version__, "digest": first.digest, "fixtures": first.fixtures}
    _write(kind, first.started_at, suite, [_result(each) for each in results])


def record_fuzz(tally: Tally, seed: int) -> None:
    """Write a report of the fuzzer beside the suite: its suite is what it makes itself, and no fixture."""
    found = {
        "driver": _driver(tally.hello),
        "seed": seed,
        "programs": tally.programs,
        "runs": tally.runs,
        "faults": tally.faults,
        "seconds": round(tally.seconds),
    }
    _write("fuzz", tally.started_at, {"version": __version__, "digest": programs_digest()}, [found])


def _write(kind: str, date: str, suite: dict[str, Any], results: list[dict[str, Any]]) -> None:
    document = {"kind": kind, "date": date, "suite": suite, "results": results}
    path = data.reports() / f"{kind}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _result(result: SuiteResult) -> dict[str, Any]:
    runs = [each for one in result.results for each in one.variants]
    return {
        "driver": _driver(result.hello),
        "passed": result.counts["passed"],
        "not_claimed": result.counts["not_claimed"],
        "runs": len(runs),
        "faults": sum(each.point is not None for each in runs),
        "not_reached": sum((each.point or "").endswith("(not reached)") for each in runs),
        "seconds": round(result.seconds),
    }


def _driver(hello: dict[str, Any] | None) -> dict[str, Any]:
    return {name: (hello or {}).get(name) for name in ("name", "version", "language")}


def problems(digest: str) -> list[str]:
    """Return what is wrong with the committed reports, given the digest of the fixtures as they are now."""
    found: list[str] = []
    for kind, command in KINDS.items():
        path = data.reports() / f"{kind}.json"
        if not path.is_file():
            found.append(f"there is no report of the {kind}: {command}")
            continue
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        what, current = ("its programs", programs_digest()) if kind == "fuzz" else ("fixtures", digest)
        if document["suite"]["digest"] != current:
            found.append(f"the report of the {kind} is of {document['date']}, and {what} changed since: {command}")
    return found
