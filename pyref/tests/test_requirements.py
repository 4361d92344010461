"""The extraction of requirements, on chapters made for it and on the real ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from taskpoint_conformance.fixtures import discover
from taskpoint_conformance.requirements import AREAS, Requirement, RequirementError, collect, parse, render, slug

REPOSITORY = Path(__file__).parents[2]
SPEC = REPOSITORY / "spec" / "1.0"

HEADER = "> **RPL-003** MUST NOT · `core` · observable: effects, journal"
GOOD = f"## Replay of a call\n\n{HEADER}\n> A recorded call is\n> not run again.\n\nWhy: money.\n"


def test_a_block_is_read_whole() -> None:
    [rule] = parse(GOOD, "06-replay.md")
    assert rule == Requirement(
        id="RPL-003",
        keyword="MUST NOT",
        text="A recorded call is not run again.",
        hash="c6ba16a182d23ce4f72a16a1eabc8298aa0cfb77af3626c1e180c8b62448b70b",
        profile="core",
        observable=["effects", "journal"],
        exclusion=None,
        chapter="06-replay.md",
        anchor="replay-of-a-call",
    )
    assert rule.binding


def test_an_exclusion_has_a_reason_and_binds_no_fixture() -> None:
    [rule] = parse(GOOD.replace("effects, journal", "no (only a power cut shows it)"), "x.md")
    assert (rule.observable, rule.exclusion, rule.binding) == ([], "only a power cut shows it", False)


@pytest.mark.parametrize("keyword", ["SHOULD", "SHOULD NOT", "MAY"])
def test_what_is_not_a_must_binds_no_fixture(keyword: str) -> None:
    [rule] = parse(GOOD.replace("MUST NOT", keyword), "x.md")
    assert not rule.binding


def test_the_hash_changes_with_the_keyword_and_the_text_only() -> None:
    def digest(text: str) -> str:
        [rule] = parse(text, "x.md")
        return rule.hash

    assert digest(GOOD) == digest(GOOD.replace("a call", "calls")) == digest(GOOD.replace("is\n> not", "is not"))
    assert len({digest(GOOD), digest(GOOD.replace("MUST NOT", "MUST")), digest(GOOD.replace("again", "twice"))}) == 3


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("MUST NOT ·", "·", "not of the form"),
        ("MUST NOT ·", "MUST SHOULD ·", "exactly one keyword"),
        ("MUST NOT ·", "SHALL ·", "exactly one keyword"),
        ("MUST NOT ·", "must ·", "not of the form"),
        ("RPL-003", "RPL-3", "not of the form"),
        ("RPL-003", "RPL003", "not of the form"),
        ("RPL-003", "XYZ-003", "no such area"),
        ("`core`", "core", "not of the form"),
        ("`core`", "`kore`", "no such profile"),
        ("observable: effects, journal", "", "not of the form"),
        ("effects, journal", "no", "needs a reason"),
        ("effects, journal", "Effects and so on", "list of words"),
        ("again.", "again", "full stop"),
        ("> A recorded call is\n> not run again.\n", "", "full stop"),
        ("not run again.", "not run again, and MUST stop.", "second keyword"),
        ("not run again.", "not run again.\n> **RPL-004** MUST · `core` · observable: effects", "full stop"),
        ("not run again.", f"not run again.\n{HEADER}\n> Nor is another.", "second keyword or id"),
        ("not run again.\n", "not run again.\nAnd so on.", "an empty line ends the block"),
        ("Why: money.", "It MUST NOT run.", "only in the first line"),
        ("Why: money.", "**RPL-004** MUST · `core` · observable: effects", "not of the form"),
    ],
)
def test_a_malformed_block_is_refused_with_its_place(old: str, new: str, complaint: str) -> None:
    assert old in GOOD
    with pytest.raises(RequirementError, match=re.escape(complaint)) as refused:
        parse(GOOD.replace(old, new), "06-replay.md")
    assert re.match(r"06-replay\.md:\d+: ", str(refused.value))


def test_code_and_the_definition_of_the_keywords_are_no_rules() -> None:
    text = "```md\n> **RPL-003** MUST\n```\nWrite `MUST` or not.\nMUST and MAY are used as in RFC 2119.\n"
    assert parse(text, "x.md") == []


def test_an_id_stands_once_in_all_chapters(tmp_path: Path) -> None:
    (tmp_path / "01-a.md").write_text(GOOD, encoding="utf-8")
    assert [rule.chapter for rule in collect(tmp_path)] == ["01-a.md"]
    (tmp_path / "02-b.md").write_text(GOOD, encoding="utf-8")
    with pytest.raises(RequirementError, match=r"02-b\.md: RPL-003 stands in 01-a\.md already"):
        collect(tmp_path)


def test_requirements_json_is_what_the_chapters_say() -> None:
    """Run `taskpoint conformance requirements --write` after a change of a rule."""
    assert (SPEC / "requirements.json").read_text(encoding="utf-8") == render(collect(SPEC))


def test_requirements_json_is_json() -> None:
    listed = json.loads(render(collect(SPEC)))
    assert len(listed) == len(collect(SPEC)) > 100


def verified() -> Iterator[tuple[str, str]]:
    """Yield each fixture's id with each requirement that it says it verifies."""
    fixtures, _ = discover()
    for fixture in fixtures:
        yield from ((fixture.id, requirement) for requirement in fixture.verifies)


def test_fixtures_verify_requirements_that_exist() -> None:
    known = {rule.id for rule in collect(SPEC)}
    assert [(fixture, rule) for fixture, rule in verified() if rule not in known] == []


def test_every_observable_must_is_verified_by_a_fixture() -> None:
    proven = {rule for _, rule in verified()}
    assert [rule.id for rule in collect(SPEC) if rule.binding and rule.id not in proven] == []


CITED = re.compile(rf"\b(?:{'|'.join(AREAS)})-[0-9]{{3}}\b")
CITING = (
    "pyref/taskpoint/**/*.py",
    "pyref/taskpoint/**/*.sql",
    "conformance/**/*.py",
    "spec/**/*.md",
    "spec/**/*.json",
)


def test_rules_that_are_cited_exist() -> None:
    known = {rule.id for rule in collect(SPEC)}
    wrong = {
        f"{file.relative_to(REPOSITORY)}: {rule}"
        for pattern in CITING
        for file in sorted(REPOSITORY.glob(pattern))
        for rule in CITED.findall(file.read_text(encoding="utf-8"))
        if rule not in known
    }
    assert wrong == set()


LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(?P<title>.+?) *#*$", re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
PAGES = [*sorted((REPOSITORY / "spec").rglob("*.md")), *sorted(REPOSITORY.glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_lead_somewhere(page: Path) -> None:
    dead: list[str] = []
    for match in LINK.finditer(FENCE.sub("", page.read_text(encoding="utf-8"))):
        target, _, anchor = match["target"].partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        file = (page.parent / target).resolve() if target else page
        if not file.exists():
            dead.append(match["target"])
        elif anchor and file.suffix == ".md":
            headings = HEADING.findall(FENCE.sub("", file.read_text(encoding="utf-8")))
            if anchor not in {slug(title) for title in headings}:
                dead.append(match["target"])
    assert dead == []


def test_codes_named_in_the_prose_exist() -> None:
    listed = {entry["code"] for entry in json.loads((SPEC / "error-codes.json").read_text(encoding="utf-8"))}
    families = "|".join(sorted({code.partition(".")[0] for code in listed}))
    code = re.compile(rf"`((?:{families})\.[a-z_]+)`")
    entry_kinds = {"run.started", "run.resumed", "run.interrupted", "run.completed", "run.failed", "run.stopped"}
    entry_kinds |= {"task.completed", "task.failed", "task.cancelled", "interrupt.raised", "interrupt.answered"}
    unknown = {
        (chapter.name, name)
        for chapter in sorted(SPEC.glob("*.md"))
        for name in code.findall(chapter.read_text(encoding="utf-8"))
        if name not in listed | entry_kinds
    }
    assert unknown == set()
