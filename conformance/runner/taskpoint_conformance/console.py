"""What a person sees: the progress, each failure with all that is needed to understand it, the closing line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
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
from taskpoint_conformance.codes import CODES
from taskpoint_conformance.errors import Detail, Verdict
from taskpoint_conformance.fixtures import Fixture
from taskpoint_conformance.match import difference, is_latitude
from taskpoint_conformance.results import FixtureResult, SuiteResult, VariantResult
from taskpoint_conformance.shapes import is_array, is_object

__all__ = ("progress_bar", "show_fixture", "show_problem", "show_summary")

_STDERR_LINES: Final = 15
_PROGRAM_LINES: Final = 40
_ROWS: Final = 60
_NAMING: Final = ("kind", "path", "id", "name", "args")
"""The members by which items of two lists belong together."""


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
    if meaning := CODES.get(problem.code):
        more = f"Causes and remedies: taskpoint conformance explain {problem.code}"
        parts.append(Text(f"{meaning.happened} Look at: {meaning.look}.\n{more}", style="dim"))
    if result.reason:
        parts.append(Text(result.reason))
    if result.fixture:
        parts += [
            Text(""),
            Text(f"A wrong port: {result.fixture.document['why']}", style="italic"),
            *_rules(result.fixture.verifies),
            *_evidence(problem, result.fixture),
            *_program(problem, result.fixture, whole=verbose),
        ]
    parts += _last_words(problem, whole=verbose)
    title = f"{result.verdict}: {result.id}" + (f" - {result.fixture.title}" if result.fixture else "")
    console.print(Panel(Group(*parts), title=escape(title), title_align="left", border_style="red"))


def _evidence(problem: Verdict, fixture: Fixture) -> Iterator[RenderableType]:
    """Yield the step, what was expected and what came, and the journals where they are not that already."""
    if problem.step is not None:
        step = {name: each for name, each in fixture.steps[problem.step].items() if name != "expect"}
        yield Text.assemble("\n", ("the step ", "bold"), _json(step))
    if problem.detail:
        yield Text("")
        yield side_by_side(problem.detail)
    if problem.code != "final.journal":
        for name, detail in problem.journals.items():
            if difference(detail.expected, detail.actual, {}) is None:
                continue
            yield Text(f"\njournal of {name}: expected at the end, and when this happened", style="bold")
            yield side_by_side(detail)


def _program(problem: Verdict, fixture: Fixture, *, whole: bool) -> Iterator[RenderableType]:
    """Yield the program of the step, or the first one, one line a statement."""
    if "program" not in fixture.document:
        return
    name = fixture.steps[problem.step].get("program") if problem.step is not None else None
    lines = list(_program_lines(fixture.program(name)))
    if not whole and len(lines) > _PROGRAM_LINES:
        lines = [*lines[:_PROGRAM_LINES], "..."]
    others = ", ".join(each for each in fixture.document.get("programs", {}) if each != name)
    yield Text(
        f"\nprogram {name or ''}".rstrip() + (f" (others in the fixture: {others})" if others else ""), style="bold"
    )
    yield Syntax("\n".join(lines), "yaml", background_color="default", word_wrap=True)


def _program_lines(program: Mapping[str, Any]) -> Iterator[str]:
    for name, task in program.get("tasks", {}).items():
        rest = {key: each for key, each in task.items() if key not in {"params", "body"}}
        yield f"task {name}({_parameters(task)}):" + (f" {_flow(rest)}" if rest else "")
        yield from (f"  - {_flow(statement)[1:-1]}" for statement in task["body"])
    rest = {key: each for key, each in program.items() if key not in {"entrypoint", "params", "tasks", "body"}}
    yield f"entrypoint {program['entrypoint']}({_parameters(program)}):" + (f" {_flow(rest)}" if rest else "")
    yield from (f"  - {_flow(statement)[1:-1]}" for statement in program["body"])


def _parameters(function: Mapping[str, Any]) -> str:
    return ", ".join(
        each if isinstance(each, str) else f"{each['name']}={_json(each['default'])}" for each in function["params"]
    )


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(value, sort_keys=False, default_flow_style=True, width=10**9, allow_unicode=True)
    return text.strip()


def _last_words(problem: Verdict, *, whole: bool) -> Iterator[RenderableType]:
    if whole and problem.messages:
        yield Text("\nthe last messages (> to the driver, < from it)", style="bold")
        yield Text("\n".join(problem.messages))
    if tail := problem.stderr.strip().splitlines():
        yield Text("\nthe driver's standard error", style="bold")
        yield Text("\n".join(tail if whole else tail[-_STDERR_LINES:]))


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
    for place, (left, right, differs) in enumerate(compared(detail.expected, detail.actual)):
        if place == _ROWS:
            table.add_row("", "...", "...")
            break
        table.add_row("≠" if differs else "", Text(left), Text(right), style="red" if differs else "")
    return table


def compared(expected: Any, actual: Any) -> list[tuple[str, str, bool]]:
    """Return rows of expected, actual and whether they differ; items that only one side has stand alone.

    Example:
        >>> compared([1, {"$any": True}], [1, 2])
        [('1', '1', False), ('{"$any": true}', '2', False)]
        >>> compared([20, 11, 10], [20, 10, 11])
        [('20', '20', False), ('11', '10', True), ('10', '11', True)]
        >>> compared([{"kind": "a"}, {"kind": "b"}], [{"kind": "b"}])
        [('{"kind": "a"}', '', True), ('{"kind": "b"}', '{"kind": "b"}', False)]
    """
    if is_array(expected) and is_array(actual) and (expected or actual):
        return [row for left, right in _aligned(expected, actual) for row in _item(left, right)]
    if is_object(expected) and is_object(actual) and not is_latitude(expected) and (expected or actual):
        rows: list[tuple[str, str, bool]] = []
        for key in sorted(expected.keys() | actual.keys()):
            left = f"{key}: {_json(expected[key])}" if key in expected else ""
            right = f"{key}: {_json(actual[key])}" if key in actual else ""
            same = key in expected and key in actual and difference(expected[key], actual[key], {}) is None
            rows.append((left, right, not same))
        return rows
    return [(_json(expected), _json(actual), difference(expected, actual, {}) is not None)]


def _item(left: list[Any], right: list[Any]) -> list[tuple[str, str, bool]]:
    if left and right:
        return [(_json(left[0]), _json(right[0]), difference(left[0], right[0], {}) is not None)]
    return [(_json(left[0]) if left else "", _json(right[0]) if right else "", True)]


def _aligned(expected: list[Any], actual: list[Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Pair the items of two lists, so that one too many or too few does not make all after it differ.

    Plain values of lists of one length are about nothing but their places.
    """
    if len(expected) == len(actual) and not any(is_object(each) for each in (*expected, *actual)):
        yield from (([left], [right]) for left, right in zip(expected, actual, strict=True))
        return
    left, right = [_about(each) for each in expected], [_about(each) for each in actual]
    for _, i, end_i, j, end_j in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for place in range(max(end_i - i, end_j - j)):
            yield expected[i + place : min(i + place + 1, end_i)], actual[j + place : min(j + place + 1, end_j)]


def _about(item: Any) -> str:
    """Return what an item is about, whatever it says of it."""
    named = {name: item[name] for name in _NAMING if name in item} if is_object(item) else {}
    return _json(named or item)


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
    for name in result.false_claims:
        console.print(Text(f"suite.false_claim: {name} is claimed, and nothing of it passes", style="bold red"))
    if result.error:
        console.print(Text(f"error: {result.error}", style="bold red"))
