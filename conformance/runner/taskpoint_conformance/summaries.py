"""Short forms of reports: Markdown for a job's summary, and the JSON behind a badge. They read report documents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from taskpoint_conformance import FORMAT
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import is_newer
from taskpoint_conformance.own import OWN
from taskpoint_conformance.schemas import format_problem
from taskpoint_conformance.shapes import is_object

__all__ = ("badge", "first_problem", "load_report", "markdown", "name_of", "profile_count", "shown_verdict", "standing")

Document = dict[str, Any]
_LISTED: Final = 20


def load_report(path: Path) -> Document:
    """Return a report.

    Raises:
        HarnessError: It cannot be read, is of a newer format, or is none.
    """
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise HarnessError(f"{path} is no report: {error}") from None
    if is_object(document) and is_newer(document.get("format")):
        raise HarnessError(f"{path}: format {document['format']} is newer than {FORMAT}, which this suite reads")
    if problem := format_problem("report", document):
        raise HarnessError(f"{path} is no report: {problem}")
    report: Document = document
    return report


def name_of(report: Document) -> str:
    """Return what a report's implementation is called."""
    hello = report["driver"]["hello"]
    return f"{hello['name']} {hello['version']}" if hello else " ".join(report["driver"]["command"])


def standing(report: Document) -> tuple[str, str]:
    """Return how a report stands, `passing`, `partial` or `failing`, and why.

    Passing is only what a claim can rest on: everything that is claimed was executed, and no failure was expected.
    """
    summary = report["summary"]
    bad = summary["failed"] + summary["broken"]
    if "error" in report:
        return "failing", report["error"].splitlines()[0]
    if bad or not summary["executed"]:
        return "failing", f"{bad} of {summary['required']} fail"
    false = [each["name"] for each in report.get("profiles", []) if each["falsely_claimed"]]
    if false:
        return "failing", f"falsely claimed: {', '.join(false)}"
    claimed = sum(each["fixtures"] for each in report.get("profiles", []) if each["claimed"])
    if summary["expected_failures"]:
        meant = sum(each.get("kind") == "intent" for each in report["results"])
        more = f", {meant} of them differences of intent" if meant else ""
        return "partial", f"{summary['expected_failures']} known failures{more}"
    if summary["required"] < claimed:
        return "partial", f"{summary['executed']} of {claimed} executed"
    return "passing", f"{summary['passed']} of {summary['required']} pass"


def badge(report: Document) -> Document:
    """Return the document that a shields endpoint badge is drawn from."""
    state, why = standing(report)
    color = {"passing": "brightgreen", "partial": "yellow", "failing": "red"}[state]
    hello: Document = report["driver"]["hello"] or {}
    more = len(hello.get("profiles", [])) - 1
    claims = "core" if more < 1 else f"core +{more}"
    message = f"{claims} {why}" if state == "passing" else why
    return {
        "schemaVersion": 1,
        "label": f"taskpoint {report['suite']['spec']}",
        "message": message[:80],
        "color": color,
    }


def markdown(reports: Sequence[Document]) -> str:
    """Return a summary of reports: a table of profiles, and what failed first."""
    lines = ["## Taskpoint conformance", ""]
    for report in reports:
        state, why = standing(report)
        lines.append(f"* **{_cell(name_of(report))}**: {state}, {_cell(why)}")
    lines += ["", "| profile | " + " | ".join(_cell(name_of(each)) for each in reports) + " |"]
    lines.append("|---|" + "---|" * len(reports))
    names = dict.fromkeys(profile["name"] for report in reports for profile in report.get("profiles", []))
    for name in names:
        lines.append(f"| {name} | " + " | ".join(_profile_cell(each, name) for each in reports) + " |")
    for report in reports:
        lines += _failures(report)
    digests = dict.fromkeys(each["suite"]["digest"][:12] for each in reports)
    if len(digests) > 1:
        lines += ["", "These reports are not of the same suite, and cannot be compared fixture by fixture."]
    lines += ["", f"Suite {', '.join(f'`{each}`' for each in digests)}"]
    return "\n".join(lines) + "\n"


def _profile_cell(report: Document, name: str) -> str:
    found = next((each for each in report.get("profiles", []) if each["name"] == name), None)
    if found is None or not found["claimed"]:
        return "not claimed"
    return profile_count(report, found) if found["executed"] else "not run"


def _failures(report: Document) -> list[str]:
    bad = [each for each in report["results"] if each["verdict"] in {"failed", "broken"}]
    if not bad:
        return []
    lines = ["", f"### {_cell(name_of(report))}: {len(bad)} fail", "", "| fixture | code | what |", "|---|---|---|"]
    for each in bad[:_LISTED]:
        code, message = first_problem(each)
        lines.append(f"| {each['id']} | `{code}` | {_cell(message)} |")
    if len(bad) > _LISTED:
        lines += ["", f"and {len(bad) - _LISTED} more."]
    return lines


def first_problem(result: Document) -> tuple[str, str]:
    """Return the code and the text of what went wrong first with a fixture."""
    for variant in result["variants"]:
        if "code" in variant and variant["verdict"] != "skipped":
            return variant["code"], variant["message"]
    code, colon, message = str(result.get("reason", "")).partition(": ")
    return (code, message) if colon else (result["verdict"], code)


def profile_count(report: Document, profile: Document) -> str:
    """Return how many fixtures of a profile pass, of all there are or, where many tell nothing, of those that were run.

    Example:
        >>> profile = {"fixtures": 9, "executed": 4, "passed": 3}
        >>> [profile_count({"driver": {"hello": {"savers": [each]}}}, profile) for each in ("runner", "own")]
        ['3 of 9', '3 of 4 run']
    """
    hello: Document = report["driver"]["hello"] or {}
    if hello.get("savers") == [OWN]:
        return f"{profile['passed']} of {profile['executed']} run"
    return f"{profile['passed']} of {profile['fixtures']}"


def shown_verdict(document: Document) -> str:
    """Return the verdict of a rule or a fixture as it is shown: a difference of intent is no failure.

    Example:
        >>> shown_verdict({"verdict": "expected_failure", "kind": "intent"})
        'intent'
    """
    return "intent" if document.get("kind") == "intent" else str(document["verdict"])


def _cell(text: str) -> str:
    """Return a text that stays within its cell."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "'")[:300]
