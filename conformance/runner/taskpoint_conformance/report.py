"""Writes what a run found out: JSON of our own format, and JUnit's XML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from taskpoint_conformance import FORMAT, SPEC, __version__
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.results import FixtureResult, SuiteResult, VariantResult
from taskpoint_conformance.schemas import format_problem

__all__ = ("report", "write_junit", "write_report")


def report(result: SuiteResult) -> dict[str, Any]:
    """Return the report's document."""
    counts = result.counts
    document: dict[str, Any] = {
        "format": FORMAT,
        "suite": {"version": __version__, "spec": SPEC, "digest": result.digest, "fixtures": result.fixtures},
        "driver": {"command": result.command, "hello": result.hello},
        "started_at": result.started_at,
        "seconds": round(result.seconds, 3),
        "summary": {
            "passed": counts["passed"],
            "failed": counts["failed"],
            "broken": counts["broken"],
            "expected_failures": counts["expected_failure"],
            "skipped": counts["skipped"],
            "not_claimed": counts["not_claimed"],
            "executed": result.executed,
            "required": result.required,
        },
        "results": [_fixture(each) for each in result.results],
    }
    if result.error is not None:
        document["error"] = result.error
    return document


def _fixture(result: FixtureResult) -> dict[str, Any]:
    fixture = result.fixture
    document: dict[str, Any] = {
        "id": result.id,
        "profile": fixture.profile if fixture else "",
        "verdict": result.verdict,
        "verifies": fixture.verifies if fixture else [],
        "variants": [_variant(each) for each in result.variants],
    }
    if fixture:
        document["title"] = fixture.title
    reasons = [result.reason] if result.reason else []
    if result.problem:
        reasons.append(f"{result.problem.code}: {result.problem.message}")
    if reasons:
        document["reason"] = "; ".join(reasons)
    return document


def _variant(variant: VariantResult) -> dict[str, Any]:
    document: dict[str, Any] = {
        "form": variant.form,
        "mode": variant.mode,
        "verdict": variant.verdict,
        "seconds": round(variant.seconds, 4),
    }
    if variant.point is not None:
        document["sweep"] = variant.point
    if variant.problem:
        document |= {"code": variant.problem.code, "message": variant.problem.message}
    return document


def write_report(result: SuiteResult, path: Path) -> None:
    """Write the JSON report.

    Raises:
        HarnessError: It cannot be written, or would not be of its own format.
    """
    document = report(result)
    if problem := format_problem("report", document):
        raise HarnessError(f"the report is not of its format: {problem}")
    _write(path, json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")


def write_junit(result: SuiteResult, path: Path) -> None:
    """Write JUnit's XML: one case a fixture, so that the files of several ports can be laid side by side."""
    language = (result.hello or {}).get("language", "unknown")
    counts = result.counts
    suite = ET.Element(
        "testsuite",
        name="taskpoint-conformance",
        tests=str(len(result.results)),
        failures=str(counts["failed"]),
        errors=str(counts["broken"] + (result.error is not None)),
        skipped=str(counts["skipped"] + counts["not_claimed"] + counts["expected_failure"]),
        time=f"{result.seconds:.3f}",
        timestamp=result.started_at,
    )
    for each in result.results:
        profile = each.fixture.profile if each.fixture else "suite"
        seconds = sum(variant.seconds for variant in each.variants)
        case = ET.SubElement(suite, "testcase", classname=f"{language}.{profile}", name=each.id, time=f"{seconds:.3f}")
        _outcome(case, each)
    if result.error is not None:
        case = ET.SubElement(suite, "testcase", classname=f"{language}.suite", name="run", time="0")
        ET.SubElement(case, "error", message=_clean(result.error), type="suite")
    _write(path, ET.tostring(suite, encoding="utf-8", xml_declaration=True))


def _outcome(case: ET.Element, result: FixtureResult) -> None:
    found = result.first_problem
    match result.verdict:
        case "failed" | "broken" as verdict if found:
            tag = "failure" if verdict == "failed" else "error"
            node = ET.SubElement(case, tag, message=_clean(found[0].message), type=found[0].code)
            if found[0].detail:
                node.text = _clean(
                    f"expected: {_json(found[0].detail.expected)}\nactual: {_json(found[0].detail.actual)}"
                )
        case "passed":
            pass
        case _:
            ET.SubElement(case, "skipped", message=_clean(result.reason or (found[0].message if found else "")))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, default=str)


def _clean(text: str) -> str:
    """Leave out what XML cannot hold."""
    return "".join(each if each in "\t\n" or " " <= each <= "\ud7ff" or each >= "\ue000" else "?" for each in text)


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise HarnessError(f"{path} cannot be written: {error.strerror}") from None
