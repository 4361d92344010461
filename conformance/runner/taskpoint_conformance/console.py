"""What a person sees: the progress, each failure with all that is needed to understand it, the closing line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any, Final

import yaml
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from taskpoint_conformance import data
from taskpoint_conformance.errors import Detail, Verdict
from taskpoint_conformance.fixtures import Fixture
from taskpoint_conformance.results import FixtureResult, SuiteResult, VariantResult
from taskpoint_conformance.shapes import is_array, is_object

__all__ = ("progress_bar", "show_fixture", "show_problem", "show_summary")

_STDERR_LINES: Final = 15
_ROWS: Final = 60


def progress_bar(console: Console) -> Progress:
    """Return the progress bar of a run."""
    columns = (
        TextColumn("conformance"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[failed]} failed"),
    )
    return Progress(*columns, console=console, transient=True)


def show_problem(console: Console, result: FixtureResult, *, verbose: bool = False) -> None:
    """Print one failure: the rule, where, expected and actual side by side, the program, the driver's last words."""
    found = result.first_problem
    if found is None:
        return
    problem, variant = found
    parts: list[RenderableType] = [Text(f"{problem.code}: {problem.message}", style="bold")]
    if where := _where(result, problem, variant):
        parts.append(Text(where))
    if result.reason:
        parts.append(Text(result.reason))
    if result.fixture:
        parts += [
            Text(""),
            Text(f"A wrong port: {result.fixture.document['why']}", style="italic"),
            *_rules(result.fixture.verifies),
        ]
    if problem.detail:
        parts += [Text(""), side_by_side(problem.detail)]
    if result.fixture and "program" in result.fixture.document:
        program = yaml.safe_dump(
            result.fixture.document["program"], sort_keys=False, width=110, default_flow_style=None, allow_unicode=True
        )
        lines = program.splitlines()
        text = program if verbose or len(lines) <= 40 else "\n".join([*lines[:40], "..."])
        parts += [Text("\nprogram", style="bold"), Syntax(text, "yaml", background_color="default", word_wrap=True)]
    if tail := problem.stderr.strip().splitlines():
        parts += [
            Text("\nthe driver's standard error", style="bold"),
            Text("\n".join(tail if verbose else tail[-_STDERR_LINES:])),
        ]
    title = f"{result.verdict}: {result.id}" + (f" - {result.fixture.title}" if result.fixture else "")
    console.print(Panel(Group(*parts), title=escape(title), title_align="left", border_style="red"))


def _where(result: FixtureResult, problem: Verdict, variant: VariantResult | None) -> str:
    words: list[str] = []
    if variant:
        words.append(f"form {variant.form}, mode {variant.mode}")
        if variant.point is not None:
            words.append(variant.point)
    if problem.step is not None and result.fixture:
        step = result.fixture.steps[problem.step]
        words.append(f"step {problem.step + 1} of {len(result.fixture.steps)} ({step['op']})")
    if result.fixture:
        words.append(str(result.fixture.path))
    return "; ".join(words)


def _rules(verifies: Iterable[str]) -> list[RenderableType]:
    rules = data.requirements()
    texts: list[RenderableType] = []
    for identifier in verifies:
        rule: Mapping[str, Any] | None = rules.get(identifier)
        text = f"{rule['keyword']}: {rule['text']} ({rule['chapter']})" if rule else "no such rule in requirements.json"
        texts.append(Text.assemble((identifier, "bold cyan"), " ", text))
    return texts


def side_by_side(detail: Detail) -> Table:
    """Return expected and actual beside each other, item by item; rows that differ are marked."""
    table = Table("", "expected", "actual", expand=True, show_lines=False)
    expected, actual = _rows(detail.expected), _rows(detail.actual)
    for place, (left, right) in enumerate(zip_longest(expected, actual, fillvalue="")):
        if place == _ROWS:
            table.add_row("", "...", "...")
            break
        differs = left != right
        table.add_row("≠" if differs else "", Text(left), Text(right), style="red" if differs else "")
    return table


def _rows(value: Any) -> list[str]:
    if is_array(value) and value:
        return [_json(each) for each in value]
    if is_object(value) and value:
        return [f"{key}: {_json(each)}" for key, each in sorted(value.items())]
    return [_json(value)]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def show_fixture(console: Console, fixture: Fixture) -> None:
    """Print a fixture with the rules that it verifies."""
    console.print(Text(f"{fixture.id} - {fixture.title}", style="bold"))
    console.print(Text(str(fixture.document["why"]), style="italic"))
    for rule in _rules(fixture.verifies):
        console.print(rule)
    console.print(Syntax(fixture.path.read_text(encoding="utf-8"), "yaml", background_color="default", word_wrap=True))


def show_summary(console: Console, result: SuiteResult) -> None:
    """Print what the numbers leave open; the closing line comes last, and plain."""
    counts = result.counts
    if hello := result.hello:
        who = f"{hello['name']} {hello['version']} ({hello['language']})"
        console.print(f"driver: {escape(who)}", highlight=False)
    unclaimed = sorted({each.reason for each in result.results if each.verdict == "not_claimed"})
    if unclaimed:
        console.print(f"{counts['not_claimed']} not claimed: {escape('; '.join(unclaimed))}", highlight=False)
    for verdict, words in (
        ("skipped", "skipped"),
        ("expected_failure", "failed as the baseline expects"),
        ("broken", "broken: no verdict on the port"),
    ):
        if counts[verdict]:
            console.print(f"{counts[verdict]} {words}", highlight=False)
    sweeps = sum(variant.point is not None for each in result.results for variant in each.variants)
    runs = sum(len(each.variants) for each in result.results)
    took = f"{runs} runs, {sweeps} of them faults of a sweep, {result.seconds:.1f} s"
    console.print(f"{result.executed} of {result.required} required fixtures executed: {took}", highlight=False)
    if result.error:
        console.print(Text(f"error: {result.error}", style="bold red"))
