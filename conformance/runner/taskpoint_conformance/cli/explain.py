"""`explain`: a rule, a fixture, or the code of an error or of a verdict."""

from __future__ import annotations

import difflib
import re
import sys
from itertools import takewhile
from typing import Any

import click
from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

from taskpoint_conformance import data
from taskpoint_conformance.codes import CODES, page
from taskpoint_conformance.console import show_fixture
from taskpoint_conformance.fixtures import Fixture, discover
from taskpoint_conformance.porting import LEVELS, in_order, level_of
from taskpoint_conformance.requirements import slug

__all__ = ("explain",)


@click.command("explain")
@click.argument("identifier", metavar="ID")
def explain(identifier: str) -> None:
    """Explain a rule (RPL-003), a fixture (RPL-crash-after-commit), or a code.

    A code is that of an error (run.concurrent) or of a verdict (final.journal).
    """
    errors = data.error_codes()
    if identifier in errors:
        _error(errors[identifier])
        return
    if identifier in CODES:
        _verdict(identifier)
        return
    console = Console()
    fixtures, _ = discover()
    by_id = {each.id: each for each in fixtures}
    rules = data.requirements()
    if identifier in rules:
        _rule(console, rules[identifier], fixtures)
    elif identifier in by_id:
        _fixture(console, by_id[identifier])
    else:
        known = [*rules, *by_id, *errors, *CODES]
        near = difflib.get_close_matches(identifier, known, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        click.echo(f"error: {identifier} is no rule, no fixture and no code{hint}", err=True)
        sys.exit(2)


def _error(error: dict[str, str]) -> None:
    click.echo(f"{error['code']}: {error['meaning']}\nDo: {error['remedy']}\nTo blame: {error['blame']}.")
    click.echo(f"On the site: docs/reference/errors/{error['code']}.html")


def _verdict(code: str) -> None:
    found = CODES[code]
    click.echo(f"{code}: {found.happened}\nLook at: {found.look}.\nWhat mostly leads to it:")
    for each in found.causes:
        click.echo(f"- {each}")
    click.echo(f"Do: {found.do}\nOn the site: {page(code)}")


def _rule(console: Console, rule: dict[str, Any], fixtures: list[Fixture]) -> None:
    console.print(Text(f"{rule['id']} {rule['keyword']}, profile {rule['profile']}", style="bold"))
    console.print(Text(rule["text"]))
    place = data.spec() / rule["chapter"]
    console.print(Text(f"{place}#{rule['anchor']}", style="dim"), soft_wrap=True)
    if prose := _prose(place.read_text(encoding="utf-8"), rule["anchor"]):
        console.print()
        console.print(Markdown(prose))
    console.print()
    proving = in_order(each for each in fixtures if rule["id"] in each.verifies)
    if rule["exclusion"]:
        console.print(Text(f"No fixture can observe it: {rule['exclusion']}."))
    elif not proving:
        console.print(Text("No fixture verifies it."))
    for fixture in proving:
        console.print(Text.assemble((f"{fixture.id:<36} ", "bold cyan"), fixture.title), soft_wrap=True)
        console.print(Text(f"    wrong: {fixture.document['why']}", style="italic"))


def _prose(chapter: str, anchor: str) -> str:
    """Return what the chapter's section says around its rules."""
    lines = iter(chapter.splitlines())
    for line in lines:
        if line.startswith("#") and slug(line.lstrip("# ")) == anchor:
            break
    section = takewhile(lambda line: not line.startswith("#"), lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in section if not line.startswith(">"))).strip()


def _fixture(console: Console, fixture: Fixture) -> None:
    place = level_of(fixture)
    level = f"level {place + 1} of {len(LEVELS)}, {LEVELS[place].name}"
    besides = sorted(fixture.profiles - {fixture.profile})
    uses = f"; it uses {', '.join(besides)}, too" if besides else ""
    console.print(Text(f"{level}; profile {fixture.profile}{uses}", style="dim"))
    if mutants := fixture.document.get("mutants"):
        console.print(Text(f"wrong variants of the reference that it has to find: {', '.join(mutants)}", style="dim"))
    show_fixture(console, fixture)
