"""Who passes what: a page that lays the committed reports side by side, from profiles down to single fixtures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from generators.markdown import UNSEARCHED, cell, front

from taskpoint_conformance.fixtures import Fixture
from taskpoint_conformance.own import OWN
from taskpoint_conformance.report import report as document_of
from taskpoint_conformance.results import FixtureResult, SuiteResult, VariantResult
from taskpoint_conformance.summaries import first_problem, name_of, profile_count, shown_verdict, standing

Report = Mapping[str, Any]
WORDS = {
    "passed": "passes",
    "failed": "fails",
    "broken": "no verdict",
    "expected_failure": "known to fail",
    "intent": "differs, and is meant to",
    "skipped": "skipped",
    "not_claimed": "not claimed",
    "not_run": "not run",
    "not_judged": "not judged",
    "no_fixture": "not observable",
}
SIGNS = {"passed": "✓", "failed": "✕", "broken": "!", "expected_failure": "✕", "intent": "≠"}
CODE = re.compile(r"`([^`]+)`")
NONE = (
    "No report of an implementation is committed. `taskpoint conformance run --report FILE.json` writes one, "
    "and this page is made of those that lie in `conformance/reports`."
)


def load(folder: Path, fixtures: Sequence[Fixture]) -> list[Report]:
    """Return the reports of a folder that tell of each rule: first those of full sweeps, then those of single runs.

    Args:
        folder: Where the reports lie.
        fixtures: All fixtures; what passed a full sweep passed each of them.
    """
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.json"))]
    sweeps = [each for one in documents if one.get("kind") == "sweep" for each in swept(one, fixtures)]
    return [*sweeps, *(each for each in documents if "requirements" in each)]


def swept(record: Mapping[str, Any], fixtures: Sequence[Fixture]) -> Iterator[Report]:
    """Yield a report for each implementation that a full sweep is recorded of: only what passes is recorded.

    Where not all was claimed, the record does not say which rules passed, and the implementation is left out.
    """
    for found in record["results"]:
        if found["not_claimed"]:
            continue
        hello = {**found["driver"], "profiles": sorted({each.profile for each in fixtures}), "savers": ["runner"]}
        passed = [FixtureResult(each.id, each, [VariantResult("", "", 0)]) for each in fixtures]
        suite = record["suite"]
        result = SuiteResult([], suite["digest"], suite["fixtures"], record["date"], 0, hello, passed, suite=fixtures)
        counts = {"passed": found["passed"], "executed": found["passed"], "required": suite["fixtures"]}
        document = document_of(result)
        yield document | {"summary": document["summary"] | counts, "asked": {"sweep": "full"}}


def verdicts(reports: Sequence[Report], rule: str) -> list[tuple[str, str]]:
    """Return what each implementation came to with a rule, by name."""
    return [(name_of(dict(each)), verdict(each, rule)) for each in reports]


def verdict(report: Report, rule: str) -> str:
    """Return what one implementation came to with a rule."""
    return next((shown_verdict(each) for each in report["requirements"] if each["id"] == rule), "not_run")


def page(reports: Sequence[Report], digest: str) -> str:
    """Return the page.

    Args:
        reports: The reports, as they are committed.
        digest: That of the fixtures as they are now.
    """
    lines = [
        *front("Implementations", "Which implementation passes which rule, from profiles down to single fixtures."),
        "# Implementations",
        "",
        "Who passes what?",
        "",
    ]
    if not reports:
        return "\n".join([*lines, NONE, ""])
    for report in reports:
        lines += [*card(report, digest), ""]
    lines += ["## Profiles", "", *profiles(reports), "", f"## Rules {UNSEARCHED}", ""]
    lines += [
        "Open a rule for its fixtures, and a fixture for what it is about.",
        "",
        form(reports),
        "",
        table(reports),
    ]
    return "\n".join([*lines, ""])


def card(report: Report, digest: str) -> Iterator[str]:
    """Yield what a report says as a whole."""
    hello = report["driver"]["hello"] or {}
    state, why = standing(dict(report))
    yield f"## {escape(name_of(dict(report)))}"
    yield ""
    yield f"**{state}**: {cell(why)}."
    yield ""
    asked = report.get("asked", {})
    yield f"- Language: {cell(str(hello.get('language', 'unknown')))}; run on {str(report['started_at'])[:10]}."
    faults = f"with the sweep `{asked.get('sweep', 'unknown')}` of faults"
    yield f"- {report['summary']['executed']} of {report['summary']['required']} fixtures executed, {faults}."
    if hello.get("savers") == [OWN]:
        yield (
            "- No port, and does not claim to be one: it keeps threads in a store of its own, so that outcomes and "
            "effects are judged, and journals are not. "
            "[How](../spec/1.0/13-conformance.md#ports-with-a-store-of-their-own)"
        )
    if report["suite"]["digest"] != digest:
        yield "- **Out of date**: fixtures have changed since."


def profiles(reports: Sequence[Report]) -> Iterator[str]:
    """Yield the table of the profiles: how many fixtures of each pass."""
    names = dict.fromkeys(each["name"] for report in reports for each in report.get("profiles", []))
    yield "| profile | " + " | ".join(cell(name_of(dict(each))) for each in reports) + " |"
    yield "|---" * (len(reports) + 1) + "|"
    for name in names:
        yield f"| `{name}` | " + " | ".join(passed(each, name) for each in reports) + " |"


def passed(report: Report, profile: str) -> str:
    """Return how many fixtures of a profile an implementation passes."""
    found = next((each for each in report.get("profiles", []) if each["name"] == profile), None)
    if found is None or not found["claimed"]:
        return "not claimed"
    return profile_count(dict(report), found)


def form(reports: Sequence[Report]) -> str:
    """Return the fields that the table of the rules is filtered by."""
    areas = sorted({each["id"][:3] for report in reports for each in report["requirements"]})
    choices = "".join(f"<option>{each}</option>" for each in areas)
    return (
        '<form class="filter" hidden>'
        f"<label>Area <select name='area'><option value=''>all</option>{choices}</select></label>"
        "<label>Shown <select name='state'><option value=''>all</option><option value='open'>what somebody does not "
        "pass</option></select></label>"
        "<label>Rule or words <input name='words' type='search' placeholder='RPL-003'></label><output></output></form>"
    )


def table(reports: Sequence[Report]) -> str:
    """Return the rules by implementations; each rule opens to its fixtures."""
    rules = {each["id"]: each for report in reports for each in report["requirements"]}
    results = [{each["id"]: each for each in report["results"]} for report in reports]
    heads = "".join(f"<th>{escape(name_of(dict(each)))}</th>" for each in reports)
    rows = "".join(row(rule, reports, results) for rule in rules.values())
    return (
        f"<div class='filtered'><table><thead><tr><th>Rule</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def row(rule: Mapping[str, Any], reports: Sequence[Report], results: Sequence[Mapping[str, Any]]) -> str:
    """Return the row of a rule."""
    found = [verdict(each, rule["id"]) for each in reports]
    state = "open" if set(found) - {"passed", "no_fixture"} else "done"
    cells = "".join(f"<td>{shown(each)}</td>" for each in found)
    inner = "".join(f"<li>{fixture(each, reports, results)}</li>" for each in rule["fixtures"])
    text = CODE.sub(r"<code>\1</code>", escape(rule["text"]))
    folded = f"<details><summary>{text}</summary><ul>{inner or '<li>no fixture</li>'}</ul></details>"
    link = f'<a href="../spec/1.0/{Path(rule["chapter"]).stem}.html#{rule["id"].lower()}">{rule["id"]}</a>'
    return f'<tr data-area="{rule["id"][:3]}" data-state="{state}"><td>{link} {folded}</td>{cells}</tr>'


def shown(name: str) -> str:
    """Return a verdict as a sign and in words.

    Example:
        >>> shown("passed"), shown("not_run")
        ('✓&nbsp;passes', 'not&nbsp;run')
    """
    return f"{SIGNS.get(name, '')} {WORDS[name]}".strip().replace(" ", "&nbsp;")


def fixture(name: str, reports: Sequence[Report], results: Sequence[Mapping[str, Any]]) -> str:
    """Return a fixture with what each implementation came to, and why it failed."""
    said: list[str] = []
    for report, by_name in zip(reports, results, strict=True):
        result = by_name.get(name)
        if result is None:
            said.append(f"{escape(name_of(dict(report)))}: not run")
            continue
        why = ""
        if result["verdict"] in {"failed", "broken", "expected_failure"}:
            code, message = first_problem(result)
            why = f' <a href="verdicts/{code}.html"><code>{escape(code)}</code></a> {escape(message)}'
        if result["verdict"] == "expected_failure":
            why += f" ({escape(result['reason'])})"
        said.append(f"{escape(name_of(dict(report)))}: {shown(shown_verdict(dict(result)))}{why}")
    return f'<a href="catalogue/{name}.html">{name}</a>: {"; ".join(said)}'
