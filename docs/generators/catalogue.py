"""The catalogue of fixtures: a page that can be filtered, a page for each fixture, and one for the mutants."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from generators import timeline
from generators.markdown import UNSEARCHED, front

from taskpoint_conformance.coverage import Coverage
from taskpoint_conformance.fixtures import Fixture

BOOST = 0.1
"""Rules and guides come before the fixtures, which use the same words by the hundred."""
Golden = Mapping[str, Mapping[str, Any]]


def pages(coverage: Coverage, golden: Golden) -> Iterator[tuple[str, str]]:
    """Yield the pages of the catalogue, each with its name.

    Args:
        coverage: The rules, the fixtures and the mutants.
        golden: By a fixture's id, the threads that it left behind.
    """
    chapters = {rule.id: rule.chapter for rule in coverage.rules}
    yield "index.md", index(coverage.fixtures)
    yield "mutants.md", mutants(coverage, chapters)
    for fixture in coverage.fixtures:
        yield f"{fixture.id}.md", page(fixture, chapters, golden.get(fixture.id))


def link(rule: str, chapters: Mapping[str, str]) -> str:
    """Return a link to a rule in its chapter."""
    return f"[{rule}](../../spec/1.0/{chapters[rule]}#{rule.lower()})" if rule in chapters else rule


def index(fixtures: Sequence[Fixture]) -> str:
    """Return the page that lists all fixtures, with the fields that the script filters by."""
    families = sorted({each.path.parent.name for each in fixtures})
    profiles = sorted({each.profile for each in fixtures})
    rows = "".join(
        f'<tr data-family="{each.path.parent.name}" data-profile="{each.profile}" '
        f'data-rules="{" ".join(each.verifies)}"><td><a href="{each.id}.html">{each.id}</a></td>'
        f"<td>{escape(each.title)}</td><td>{each.path.parent.name}</td><td>{each.profile}</td></tr>"
        for each in fixtures
    )
    return "\n".join(
        [
            *front("Fixtures", "All fixtures of the conformance suite, by family, profile and rule."),
            "# Fixtures",
            "",
            f"The suite judges a runtime by {len(fixtures)} fixtures.",
            "Each has a page with its program, its steps, and the journal that it leaves behind.",
            "",
            (
                '<form class="filter" hidden>'
                f"<label>Family <select name='family'>{options(families)}</select></label>"
                f"<label>Profile <select name='profile'>{options(profiles)}</select></label>"
                "<label>Rule or words <input name='words' type='search' placeholder='RPL-003'></label>"
                "<output></output></form>"
            ),
            "",
            (
                "<div class='filtered'><table><thead><tr>"
                "<th>Fixture</th><th>What holds</th><th>Family</th><th>Profile</th></tr>"
                f"</thead><tbody>{rows}</tbody></table></div>"
            ),
            "",
        ]
    )


def options(names: list[str]) -> str:
    """Return the choices of a field, the first of which is everything."""
    return "<option value=''>all</option>" + "".join(f"<option>{name}</option>" for name in names)


def chosen(field: str, name: str) -> str:
    """Return a link to the catalogue with a choice made, as its script reads it from the address.

    Example:
        >>> chosen("family", "crash")
        '<a href="index.html?family=crash">crash</a>'
    """
    return f'<a href="index.html?{field}={name}">{name}</a>'


def page(fixture: Fixture, chapters: Mapping[str, str], golden: Mapping[str, Any] | None) -> str:
    """Return a fixture's page."""
    written = parts(fixture.path.read_text(encoding="utf-8"))
    lines = [
        *front(f"{fixture.id}: {fixture.title}", fixture.title, BOOST),
        f"# {fixture.id}",
        "",
        f"**{escape(fixture.title)}.**",
        escape(str(fixture.document.get("why", ""))),
        "",
        f"* Family: {chosen('family', fixture.path.parent.name)}, profile: {chosen('profile', fixture.profile)}",
        "* Proves: " + ", ".join(link(rule, chapters) for rule in fixture.verifies),
    ]
    if fixture.mutants:
        lines.append("* Kills: " + ", ".join(f"[{name}](mutants.md#{name})" for name in fixture.mutants))
    lines += [f"* Run it: `taskpoint conformance run --driver CMD --fixture {fixture.id}`"]
    told = "[what its code means](../verdicts/index.md), [what else is shown](../README.md#reading-a-failure)"
    lines += [f"* When it fails: {told}", "* [All fixtures](index.md)", ""]
    if drawn := list(pictures(golden)) if golden else []:
        lines += [f"## Timeline {UNSEARCHED}", "", *drawn, ""]
    elif "program" in fixture.document:
        lines += [
            f"## Timeline {UNSEARCHED}",
            "",
            "There is no picture: what it runs leaves no journal that is whole.",
            "",
        ]
    for heading, names in (
        ("Program", ("program", "programs")),
        ("Given", ("saver", "store", "cache", "given", "effects")),
        ("Steps", ("steps",)),
        ("What has to hold at the end", ("final",)),
    ):
        if part := "".join(written[name] for name in names if name in written):
            lines += [f"## {heading} {UNSEARCHED}", "", "```yaml", part.rstrip(), "```", ""]
    if golden and drawn:
        lines += [f"## The journal it leaves {UNSEARCHED}", "", *journals(golden)]
    return "\n".join(lines)


def parts(text: str) -> dict[str, str]:
    r"""Return the parts of a YAML document as they are written, by their names.

    Example:
        >>> parts("a: 1\nb:\n  - {c: 2}\n")
        {'a': 'a: 1\n', 'b': 'b:\n  - {c: 2}\n'}
    """
    return {each.partition(":")[0]: each for each in re.split(r"(?m)^(?=[a-z_]+:)", text) if each}


def runs(golden: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the checkpoints that a run began with, each with a caption."""
    for thread in golden["threads"]:
        begun = [each for each in thread["checkpoints"] if each["entries"]]
        for number, each in enumerate(begun, 1):
            name = each["checkpoint"]["entrypoint"]["name"]
            yield f"Thread {thread['thread_id']}, run {number} of {len(begun)}: {name}", each


def pictures(golden: Mapping[str, Any]) -> Iterator[str]:
    """Yield a picture for each run."""
    for caption, each in runs(golden):
        yield from (timeline.figure(each["entries"], caption), "")


def journals(golden: Mapping[str, Any]) -> Iterator[str]:
    """Yield the entries of each run, a line each."""
    for caption, each in runs(golden):
        lines = [json.dumps(entry, ensure_ascii=False) for entry in each["entries"]]
        yield from (f"{escape(caption)}", "", "```json", *lines, "```", "")


def mutants(coverage: Coverage, chapters: Mapping[str, str]) -> str:
    """Return the page of the mutants: what each does wrong, what it breaks, and who kills it."""
    lines = [
        *front(
            "All mutants", "The deliberately wrong variants of the reference that the fixtures have to kill.", BOOST
        ),
        "# Mutants",
        "",
        "A mutant is the reference runtime with one mistake that a port could make.",
        "A fixture that no mutant can fail proves nothing; these show that the fixtures can.",
    ]
    for mutant in sorted(coverage.mutants.values(), key=lambda each: each.name):
        killers = [each.id for each in coverage.fixtures if mutant.name in each.mutants]
        lines += [
            "",
            f"## {mutant.name} {{ #{mutant.name} }}",
            "",
            escape(mutant.wrong, quote=False),
            "",
            "Breaks " + ", ".join(link(rule, chapters) for rule in mutant.breaks) + ".",
            "Killed by " + (", ".join(f"[{each}]({each}.md)" for each in killers) or "-") + ".",
        ]
    return "\n".join([*lines, ""])
