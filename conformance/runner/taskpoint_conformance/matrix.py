"""One self-contained HTML page of one or more reports: requirements by implementations, down to the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import Any, Final

from taskpoint_conformance.codes import CODES
from taskpoint_conformance.console import compared
from taskpoint_conformance.summaries import first_problem, name_of, profile_count, shown_verdict, standing

__all__ = ("matrix",)

Document = dict[str, Any]
_MARKS: Final = {
    "passed": ("pass", "✓"),
    "failed": ("fail", "✗"),
    "broken": ("fail", "!"),
    "expected_failure": ("known", "✗"),
    "intent": ("none", "≠"),
    "skipped": ("none", "skip"),
    "not_claimed": ("none", "-"),
    "not_run": ("none", "?"),
    "not_judged": ("none", "·"),
    "no_fixture": ("none", "·"),
}
_WORDS: Final = {
    "passed": "passes",
    "failed": "fails",
    "broken": "no verdict: the driver is broken",
    "expected_failure": "fails, and the baseline knows it",
    "intent": "differs, and is meant to",
    "skipped": "skipped: there is no such thing",
    "not_claimed": "not claimed",
    "not_run": "not run",
    "not_judged": "not judged: it shows in a journal or in names of the specification only",
    "no_fixture": "no fixture can observe it",
}
_STYLE: Final = """
:root { color-scheme: light dark; --line: #d5d9de; --soft: #5c6670; --back: #fff; --card: #f5f7f9; --text: #15191d;
  --pass: #12703b; --pass-back: #dcf3e4; --fail: #a3161a; --fail-back: #fde0e0; --known: #7a5200;
  --known-back: #fdf0cf }
@media (prefers-color-scheme: dark) { :root { --line: #343b43; --soft: #9aa5b1; --back: #14181c; --card: #1d2329;
  --text: #e6eaee; --pass: #7fdca3; --pass-back: #153823; --fail: #ff9d9d; --fail-back: #4a1a1c; --known: #f2c766;
  --known-back: #40320f } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem; max-width: 75rem; background: var(--back); color: var(--text);
  font: 1rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.4rem; margin: 0 0 .75rem } h2 { font-size: 1.05rem; margin: 1.75rem 0 .4rem }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); gap: .75rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem }
.card h2 { margin: 0 } .card p { margin: .25rem 0 0 } .soft, .soft a { color: var(--soft); font-size: .85rem }
.pass { color: var(--pass); background: var(--pass-back) } .fail { color: var(--fail); background: var(--fail-back) }
.known { color: var(--known); background: var(--known-back) } .none { color: var(--soft) }
.chip { display: inline-block; border-radius: .3rem; padding: 0 .5rem; font-weight: 600 }
.scroll { overflow-x: auto } table { border-collapse: collapse; width: 100% }
pre { white-space: pre-wrap } .scroll th, .scroll td { overflow-wrap: normal }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top }
details.rule { border-bottom: 1px solid var(--line) }
.head, summary.row { display: grid; grid-template-columns: 6rem minmax(0, 1fr) repeat(var(--ports), 5.5rem); gap: .5rem;
  align-items: start; padding: .35rem .25rem }
.head { position: sticky; top: 0; background: var(--back); border-bottom: 2px solid var(--line); font-weight: 600;
  font-size: .85rem; z-index: 1 }
summary { cursor: pointer; list-style: none } summary::-webkit-details-marker { display: none }
summary.row:hover { background: var(--card) } summary:focus-visible { outline: 2px solid currentColor }
code, pre, .id { font: .85rem/1.4 ui-monospace, monospace } .cell { text-align: center; border-radius: .3rem }
.inner { padding: .25rem .25rem 1rem 1rem } .inner details { margin: .35rem 0 }
.inner summary::before { content: "▸ "; color: var(--soft) } .inner details[open] > summary::before { content: "▾ " }
.diff { table-layout: fixed; background: var(--card); margin: .4rem 0 } .diff td:first-child, .diff th:first-child {
  width: 1.6rem } .diff code { white-space: pre-wrap } .differs td { background: var(--fail-back) }
.tools { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: 1.5rem 0 .25rem }
input[type=search] { font: inherit; padding: .3rem .5rem; border: 1px solid var(--line); border-radius: .3rem;
  background: var(--back); color: inherit; min-width: min(20rem, 100%) }
@media (max-width: 40rem) { .head span:nth-child(2) { display: none } .head { font-size: .7rem }
  .head, summary.row { grid-template-columns: 5rem repeat(var(--ports), minmax(2.5rem, 1fr)) }
  summary.row .text { grid-column: 1 / -1; grid-row: 2 } .inner { padding-left: .25rem } }
"""
_SCRIPT: Final = """
const search = document.querySelector("#search"), bad = document.querySelector("#bad");
function show() {
  const wanted = search.value.toLowerCase();
  for (const rule of document.querySelectorAll("details.rule"))
    rule.hidden = (bad.checked && !rule.dataset.bad) || !rule.dataset.text.includes(wanted);
  for (const part of document.querySelectorAll("section.area"))
    part.hidden = !part.querySelector("details.rule:not([hidden])");
}
search.addEventListener("input", show); bad.addEventListener("change", show); show();
"""


def matrix(reports: Sequence[Document]) -> str:
    """Return the page: nothing in it is loaded from elsewhere."""
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="en" style="--ports: {len(reports)}"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>Taskpoint conformance</title><style>{_STYLE}</style></head><body>",
            "<h1>Taskpoint conformance</h1>",
            *_cards(reports),
            *_profiles(reports),
            *_tools(reports),
            *_areas(reports),
            *_others(reports),
            f"<script>{_SCRIPT}</script></body></html>\n",
        )
    )


def _cards(reports: Sequence[Document]) -> Iterator[str]:
    digests = {each["suite"]["digest"] for each in reports}
    if len(digests) > 1:
        yield '<p class="chip known">These reports are not of the same suite: compare with care.</p>'
    yield '<div class="cards">'
    for report in reports:
        state, why = standing(report)
        shown = {"passing": "pass", "partial": "known", "failing": "fail"}[state]
        hello: Document = report["driver"]["hello"] or {}
        summary = report["summary"]
        asked = report.get("asked", {})
        about = [
            f"{hello.get('language', 'no hello')}, {report['started_at'][:10]}",
            f"{summary['executed']} of {summary['required']} required fixtures executed in {report['seconds']:.0f} s",
            f"sweep {asked.get('sweep', 'unknown')}" + (", a selection" if asked.get("fixtures") else ""),
            f"specification {report['suite']['spec']}, suite {report['suite']['digest'][:12]}",
        ]
        yield f'<div class="card"><h2>{escape(name_of(report))}</h2>'
        yield f'<p><span class="chip {shown}">{state}</span> {escape(why)}</p>'
        yield f'<p class="soft">{"<br>".join(map(escape, about))}</p></div>'
    yield "</div>"


def _profiles(reports: Sequence[Document]) -> Iterator[str]:
    names = dict.fromkeys(profile["name"] for report in reports for profile in report.get("profiles", []))
    yield '<h2>Profiles</h2><div class="scroll"><table><tr><th>profile</th>'
    yield "".join(f"<th>{escape(name_of(each))}</th>" for each in reports) + "</tr>"
    for name in names:
        cells = (_profile_cell(each, name) for each in reports)
        yield f"<tr><td>{escape(name)}</td>{''.join(cells)}</tr>"
    yield "</table></div>"


def _profile_cell(report: Document, name: str) -> str:
    found = next((each for each in report.get("profiles", []) if each["name"] == name), None)
    if found is None or not found["claimed"]:
        return '<td class="none">not claimed</td>'
    if not found["executed"]:
        return f'<td class="{"fail" if found["falsely_claimed"] else "none"}">not run</td>'
    shown = "pass" if found["passed"] == found["fixtures"] else "known" if not found["falsely_claimed"] else "fail"
    bad = any(each["profile"] == name and each["verdict"] in {"failed", "broken"} for each in report["results"])
    count = profile_count(report, found) if found["fixtures"] else "no fixture"
    return f'<td><span class="chip {"fail" if bad else shown}">{count}</span></td>'


def _tools(reports: Sequence[Document]) -> Iterator[str]:
    yield '<div class="tools"><input type="search" id="search" placeholder="rule, fixture or word" aria-label="filter">'
    yield '<label><input type="checkbox" id="bad"> only what does not pass</label></div>'
    ports = "".join(f"<span>{escape(name_of(each))}</span>" for each in reports)
    yield f'<div class="head"><span>rule</span><span></span>{ports}</div>'


def _areas(reports: Sequence[Document]) -> Iterator[str]:
    rules: dict[str, Document] = {}
    for report in reports:
        for rule in report.get("requirements", []):
            known = rules.setdefault(rule["id"], rule)
            rules[rule["id"]] = {**known, "fixtures": [*dict.fromkeys([*known["fixtures"], *rule["fixtures"]])]}
    for chapter, group in groupby(rules.values(), key=lambda each: str(each["chapter"])):
        yield f'<section class="area"><h2>{escape(chapter.removesuffix(".md"))}</h2>'
        for rule in group:
            yield from _rule(rule, reports)
        yield "</section>"


def _rule(rule: Document, reports: Sequence[Document]) -> Iterator[str]:
    verdicts = [_verdict_of(each, rule["id"]) for each in reports]
    bad = any(each in {"failed", "broken", "expected_failure"} for each in verdicts)
    text = " ".join((rule["id"], rule["text"], *rule["fixtures"])).lower()
    yield f'<details class="rule" data-text="{escape(text)}"{" data-bad=1" if bad else ""}>'
    cells = "".join(_cell(each) for each in verdicts)
    said = f'<span class="text">{escape(rule["keyword"])}: {_prose(rule["text"])}</span>'
    yield f'<summary class="row"><span class="id">{rule["id"]}</span>{said}{cells}</summary><div class="inner">'
    yield f'<p class="soft">profile {escape(rule["profile"])}, {escape(rule["chapter"])}</p>'
    if not rule["fixtures"]:
        yield '<p class="soft">No fixture can observe it.</p>'
    for identifier in rule["fixtures"]:
        yield from _fixture(identifier, reports)
    yield "</div></details>"


def _prose(text: str) -> str:
    """Return a sentence of a chapter; what stands in backticks is code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))


def _verdict_of(report: Document, rule: str) -> str:
    return next((shown_verdict(each) for each in report.get("requirements", []) if each["id"] == rule), "not_run")


def _cell(verdict: str) -> str:
    shown, mark = _MARKS[verdict]
    return f'<span class="cell {shown}" title="{_WORDS[verdict]}">{mark}</span>'


def _fixture(identifier: str, reports: Sequence[Document]) -> Iterator[str]:
    found = [next((each for each in report["results"] if each["id"] == identifier), None) for report in reports]
    nothing: Document = {}
    known: Document = next((each for each in found if each), nothing)
    chips = " ".join(
        f'<span class="chip {_MARKS[verdict][0]}" title="{escape(name_of(report))}: {_WORDS[verdict]}">'
        f"{_MARKS[verdict][1]}</span>"
        for report, each in zip(reports, found, strict=True)
        for verdict in [shown_verdict(each) if each else "not_run"]
    )
    yield f'<details><summary>{chips} <span class="id">{escape(identifier)}</span> '
    yield f"{escape(str(known.get('title', '')))}</summary>"
    if "why" in known:
        yield f"<p><em>A wrong port: {_prose(str(known['why']))}</em></p>"
    for report, each in zip(reports, found, strict=True):
        if each and each["verdict"] != "passed":
            yield from _problem(name_of(report), each)
    yield "</details>"


def _problem(name: str, result: Document) -> Iterator[str]:
    code, message = first_problem(result)
    yield f"<p><strong>{escape(name)}</strong>: <code>{escape(code)}</code> {escape(message)}</p>"
    if code in CODES:
        yield f'<p class="soft">{_prose(f"{CODES[code].happened} {CODES[code].do}")}</p>'
    if result["verdict"] == "expected_failure":
        yield f'<p class="soft">{_WORDS[shown_verdict(result)]}: {escape(str(result["reason"]))}</p>'
    variant = next((each for each in result["variants"] if "code" in each), None)
    if variant is None:
        return
    where = [f"form {variant['form']}, mode {variant['mode']}", *([variant["sweep"]] if "sweep" in variant else [])]
    if "step" in variant:
        where.append(f"step {variant['step']}")
    yield f'<p class="soft">{escape("; ".join(where))}</p>'
    if "detail" in variant:
        yield _diff(variant["detail"])
    for thread, sides in variant.get("journals", {}).items():
        yield f'<p class="soft">journal of {escape(thread)}: expected at the end, and when this happened</p>'
        yield _diff(sides)


def _diff(sides: Document) -> str:
    rows = "".join(
        f"<tr{' class=differs' if differs else ''}><td>{'≠' if differs else ''}</td>"
        f"<td><code>{escape(left)}</code></td><td><code>{escape(right)}</code></td></tr>"
        for left, right, differs in compared(sides["expected"], sides["actual"])
    )
    return f'<table class="diff"><tr><th></th><th>expected</th><th>actual</th></tr>{rows}</table>'


def _others(reports: Sequence[Document]) -> Iterator[str]:
    """Yield the failures of what verifies no rule that a report lists: files that are no fixtures, for example."""
    listed = {
        identifier for report in reports for rule in report.get("requirements", []) for identifier in rule["fixtures"]
    }
    for report in reports:
        bad = [
            each for each in report["results"] if each["id"] not in listed and each["verdict"] in {"failed", "broken"}
        ]
        if bad or "error" in report:
            yield f"<h2>{escape(name_of(report))}, beside the rules</h2>"
        if "error" in report:
            yield f"<pre>{escape(report['error'])}</pre>"
        for each in bad:
            yield f'<p class="id">{escape(each["id"])}</p>'
            yield from _problem(name_of(report), each)
