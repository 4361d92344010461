"""Writes what a run found out: JSON of our own format, and JUnit's XML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from taskpoint_conformance import FORMAT, SPEC, __version__, data
from taskpoint_conformance.errors import Detail, HarnessError
from taskpoint_conformance.fixtures import Fixture
from taskpoint_conformance.own import UNSEEN, judges_own
from taskpoint_conformance.results import FixtureResult, ProfileResult, SuiteResult, VariantResult
from taskpoint_conformance.schemas import format_problem

__all__ = ("report", "write_junit", "write_report", "write_text")


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
        "asked": result.asked,
        "profiles": [_profile(each) for each in result.profiles],
        "requirements": list(_requirements(result)),
        "results": [_fixture(each) for each in result.results],
    }
    if result.error is not None:
        document |= {"error": result.error, "code": result.error_code or "suite.stopped"}
    return document


def _profile(profile: ProfileResult) -> dict[str, Any]:
    return {
        "name": profile.name,
        "claimed": profile.claimed,
        "fixtures": profile.fixtures,
        "executed": profile.executed,
        "passed": profile.passed,
        "falsely_claimed": profile.falsely_claimed,
    }


def _requirements(result: SuiteResult) -> Iterator[dict[str, Any]]:
    """Yield what each rule of the specification came to."""
    claimed = frozenset[str]((result.hello or {}).get("profiles", []))
    unseen = UNSEEN if result.hello and judges_own(result.hello) else frozenset[str]()
    verdicts = {each.id: each.verdict for each in result.results}
    kinds = {each.id: each.kind for each in result.results}
    proving: dict[str, list[Fixture]] = {}
    for fixture in result.suite:
        for identifier in fixture.verifies:
            proving.setdefault(identifier, []).append(fixture)
    for rule in data.requirements().values():
        fixtures = proving.get(rule["id"], [])
        wanted = [each.id for each in fixtures if each.profiles <= claimed]
        rolled: dict[str, Any] = {
            "id": rule["id"],
            "keyword": rule["keyword"],
            "text": rule["text"],
            "profile": rule["profile"],
            "chapter": rule["chapter"],
            "verdict": _rolled_up(
                [verdicts.get(each, "not_run") for each in wanted],
                any_fixture=bool(fixtures),
                is_seen=not unseen.issuperset(rule["observable"]),
            ),
            "fixtures": [each.id for each in fixtures],
        }
        if rolled["verdict"] == "expected_failure" and any(kinds.get(each) for each in wanted):
            failed = [kinds[each] for each in wanted if verdicts.get(each) == "expected_failure"]
            rolled["kind"] = "intent" if set(failed) == {"intent"} else "defect"
        yield rolled


def _rolled_up(verdicts: list[str], *, any_fixture: bool, is_seen: bool = True) -> str:
    """Return a rule's verdict: the worst of its fixtures; passed only where all that are claimed were run."""
    if not any_fixture:
        return "no_fixture"
    if verdicts and not is_seen:
        return "not_judged"
    if not verdicts:
        return "not_claimed"
    for verdict in ("failed", "broken", "expected_failure", "not_run"):
        if verdict in verdicts:
            return verdict
    return "passed" if "passed" in verdicts else verdicts[0]


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
        document |= {"title": fixture.title, "why": fixture.document["why"]}
    if result.kind:
        document["kind"] = result.kind
    if result.unjudged:
        document["unjudged"] = result.unjudged
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
    if problem := variant.problem:
        document |= {"code": problem.code, "message": problem.message}
        if problem.step is not None:
            document["step"] = problem.step + 1
        if problem.detail:
            document["detail"] = _sides(problem.detail)
        if problem.journals and problem.code != "final.journal":
            document["journals"] = {name: _sides(each) for name, each in problem.journals.items()}
    return document


def _sides(detail: Detail) -> dict[str, Any]:
    return {"expected": detail.expected, "actual": detail.actual}


def write_report(result: SuiteResult, path: Path) -> None:
    """Write the JSON report.

    Raises:
        HarnessError: It cannot be written, or would not be of its own format.
    """
    document = report(result)
    if problem := format_problem("report", document):
        raise HarnessError(f"the report is not of its format: {problem}")
    write_text(path, json.dumps(document, ensure_ascii=False, indent=2) + "\n")


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


def write_text(path: Path, text: str) -> None:
    """Write a file, with its folder.

    Raises:
        HarnessError: It cannot be written.
    """
    _write(path, text.encode(errors="backslashreplace"))  # half a character may be what a port answered


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise HarnessError(f"{path} cannot be written: {error.strerror}") from None
