"""What the site is generated from and into."""

from __future__ import annotations

import copy
import doctest
import importlib
import json
import re
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml

DOCS = Path(__file__).parents[1]
sys.path.insert(0, str(DOCS))

from generators import (  # noqa: E402
    catalogue,
    codes,
    diagrams,
    home,
    implementations,
    kit,
    llms,
    pictures,
    programs,
    protocol,
    recorded,
    reference,
    references,
    rules,
    schemas,
    timeline,
    typescript,
)

import taskpoint  # noqa: E402
from taskpoint_conformance import coverage, data  # noqa: E402
from taskpoint_conformance.cli import conformance  # noqa: E402
from taskpoint_conformance.codes import CODES  # noqa: E402
from taskpoint_conformance.skeletons import SKELETONS  # noqa: E402


@pytest.fixture(scope="module")
def found() -> coverage.Coverage:
    return coverage.load()


MODULES = [importlib.import_module(f"generators.{path.stem}") for path in (DOCS / "generators").glob("*.py")]


def test_the_examples_of_each_module_run() -> None:
    assert len(MODULES) > 10
    assert [module.__name__ for module in MODULES if doctest.testmod(module).failed] == []


def test_every_rule_has_a_heading_and_its_proof(found: coverage.Coverage) -> None:
    for chapter in sorted({rule.chapter for rule in found.rules}):
        text = rules.chapter((data.spec() / chapter).read_text(encoding="utf-8"), found, "../..")
        for rule in found.rules:
            if rule.chapter == chapter:
                heading = re.search(rf"^#+ {rule.id} {{ #{rule.id.lower()} .rule }}$", text, re.MULTILINE)
                assert heading
                after = text[heading.end() :].partition(" .rule }")[0]
                assert all(f"catalogue/{each}.md" in after for each in found.fixtures_of(rule.id))
                assert all(f"mutants.md#{each}" in after for each in found.mutants_of(rule.id))


def test_an_example_of_a_rule_stays_an_example(found: coverage.Coverage) -> None:
    text = "```\n> **RPL-003** MUST\n```\n"
    assert rules.chapter(text, found, "..") == text


def entry(kind: str, attempt_id: str, **rest: object) -> dict[str, object]:
    return {"kind": kind, "attempt_id": attempt_id, **rest}


def test_a_void_failure_is_not_shown_as_replayed() -> None:
    journal = [
        entry("run.started", "a", attempt=1),
        entry("task.failed", "a", path="pay#0"),
        entry("run.failed", "a", rerun=["pay#0"]),
        entry("run.resumed", "b", attempt=2, rerun=["pay#0"]),
        entry("task.completed", "b", path="pay#0"),
        entry("run.completed", "b"),
    ]
    first, second = timeline.attempts(journal)
    assert (first.calls, first.end) == ({"pay#0": "failed"}, "failed")
    assert (second.calls, second.end) == ({"pay#0": "executed"}, "completed")


def test_what_is_inside_a_call_that_is_over_is_not_replayed() -> None:
    journal = [
        entry("run.started", "a", attempt=1),
        entry("task.completed", "a", path="outer#0/inner#0"),
        entry("task.completed", "a", path="outer#0"),
        entry("run.resumed", "b", attempt=2),
    ]
    assert timeline.attempts(journal)[1].calls == {"outer#0": "replayed"}


def test_an_answer_is_shown_where_it_was_given() -> None:
    journal = [
        entry("run.started", "a", attempt=1),
        entry("interrupt.raised", "a", id="ask#0"),
        entry("run.interrupted", "a", interrupts=["ask#0"]),
        entry("run.resumed", "b", attempt=2),
        entry("interrupt.answered", "b", id="ask#0"),
        entry("run.completed", "b"),
    ]
    first, second = timeline.attempts(journal)
    assert (first.calls, first.end) == ({"ask#0": "interrupted"}, "interrupted")
    assert (second.calls, second.end) == ({"ask#0": "answered"}, "completed")


def test_a_picture_is_said_in_words_and_escapes_names() -> None:
    journal = [entry("run.started", "a", attempt=1), entry("task.completed", "a", path="<b>&#0")]
    picture = ET.fromstring(timeline.svg(timeline.attempts(journal)))
    title = picture.find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == "Attempt 1: <b>&#0 executed; no end recorded."


def test_each_fixture_has_a_page_and_those_with_a_journal_a_picture(found: coverage.Coverage) -> None:
    golden = {"ERR-finally-calls-a-task": {"threads": [{"thread_id": "t1", "checkpoints": [BEGUN]}]}}
    pages = dict(catalogue.pages(found, golden))
    assert {f"{each.id}.md" for each in found.fixtures} < pages.keys()
    assert [name for name, text in pages.items() if "<svg" in text] == ["ERR-finally-calls-a-task.md"]
    assert all(f'href="{each.id}.html"' in pages["index.md"] for each in found.fixtures)
    assert pages == dict(catalogue.pages(found, golden))
    command = re.search(r"taskpoint conformance run --driver CMD (--\w+) VAL-plain", pages["VAL-plain.md"])
    assert command
    assert any(command[1] in each.opts for each in conformance.commands["run"].params)


def test_a_fixture_without_a_golden_journal_is_run_for_its_picture(found: coverage.Coverage) -> None:
    wanted = [each for each in found.fixtures if each.id in {"MEM-task-once", "DRH-sleep", "RUN-thread-id-missing"}]
    journals = recorded.journals(wanted, data.reference_driver())
    assert sorted(journals) == ["DRH-sleep", "MEM-task-once"]
    pages = dict(catalogue.pages(found, journals))
    assert "add#0 replayed" in pages["MEM-task-once.md"]
    assert "leaves no journal" in pages["RUN-thread-id-missing.md"]


def test_the_drawings_are_of_what_was_recorded() -> None:
    golden = json.loads((data.golden() / "0.1.0" / "CON-nested-fan-out.json").read_text(encoding="utf-8"))
    thread = golden["threads"][0]
    entries = thread["checkpoints"][0]["entries"]
    paths = [each["path"] for each in entries if "path" in each]
    drawn = {name: ET.fromstring(getattr(diagrams, name)(entries)) for name in ("calls", "order")}
    drawn["journal"] = ET.fromstring(diagrams.journal(thread))
    for name, picture in drawn.items():
        texts = [each.text or "" for each in picture.iter("{http://www.w3.org/2000/svg}text")]
        assert all(any(path in text for text in texts) for path in paths), name
        assert picture[0].tag.endswith("title")
    assert str(drawn["order"][0].text) == f"Delivered: {', then '.join(paths)}."


def test_the_first_page_has_the_example_in_all_forms_and_all_that_the_readme_says() -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    text = home.page(readme, (DOCS / "start.md").read_text(encoding="utf-8"))
    assert re.findall(r'^=== "(.+)"$', text, re.MULTILINE) == ["Python decorators", "Python names", "TypeScript"]
    _, told = home.parts(readme)
    assert all(f"\n## {title}\n" in text for title in told)
    assert "cat > demo.py" in text
    assert text.index("Taskpoint makes") < text.index('=== "Python') < text.index("Three things lie here")


def test_each_mark_of_a_page_asks_for_something_that_is_there() -> None:
    marks = [
        found
        for page in sorted((DOCS / "concepts").glob("*.md"))
        for found in pictures.MARK.finditer(page.read_text(encoding="utf-8"))
    ]
    assert {found["kind"] for found in marks} == {"timeline", "journal", "calls", "order", "excerpt"}
    names = {path.stem for path in (data.golden() / "0.1.0").glob("*.json")}
    assert [each["name"] for each in marks if each["kind"] != "excerpt" and each["name"] not in names] == []


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A report of the reference, of one fixture."""
    file = tmp_path_factory.mktemp("reports") / "sub" / "one.json"
    command = [sys.executable, "-m", "taskpoint_conformance", "run", "--fixture", "RPL-crash-after-commit"]
    subprocess.run([*command, "--sweep", "none", "--report", str(file)], check=True, capture_output=True, timeout=120)
    (file.parent / "summary.json").write_text('{"kind": "sweep", "results": []}', encoding="utf-8")
    (loaded,) = implementations.load(file.parents[1], [])
    return dict(loaded)


def test_who_passed_a_full_sweep_passes_each_rule(found: coverage.Coverage, tmp_path: Path) -> None:
    driver = {"name": "a-port", "version": "1.0.0", "language": "go"}
    number = len(found.fixtures)
    record = {
        "kind": "sweep",
        "date": "2026-01-01T00:00:00Z",
        "suite": {"version": "1", "digest": "d", "fixtures": number},
        "results": [
            {"driver": driver, "passed": number, "not_claimed": 0},
            {"driver": driver | {"name": "half-a-port"}, "passed": 1, "not_claimed": number - 1},
        ],
    }
    (tmp_path / "sweep.json").write_text(json.dumps(record), encoding="utf-8")
    reports = implementations.load(tmp_path, found.fixtures)
    assert implementations.verdicts(reports, "RPL-003") == [("a-port 1.0.0", "passed")]
    assert implementations.verdicts(reports, "CNF-001") == [("a-port 1.0.0", "no_fixture")]
    page = implementations.page(reports, "d")
    assert f"**passing**: {number} of {number} pass." in page
    assert f"{number} of {number} fixtures executed, with the sweep `full` of faults." in page
    assert "Out of date" not in page
    assert "Out of date" in implementations.page(reports, "another")


def test_who_passes_a_rule_stands_below_it_and_on_a_page(found: coverage.Coverage, report: dict[str, Any]) -> None:
    bad = copy.deepcopy(report)
    bad["driver"]["hello"]["name"] = "a-port"
    bad["requirements"][[each["id"] for each in bad["requirements"]].index("RPL-003")]["verdict"] = "failed"
    bad["results"][0] |= {"verdict": "failed", "variants": [{"verdict": "failed", "code": "x.y", "message": "<no>"}]}
    page = implementations.page([report, bad], report["suite"]["digest"])
    row = next(each for each in page.split("<tr ") if "#rpl-003" in each)
    assert 'data-state="open"' in row
    assert 'a-port 0.1.0: ✕&nbsp;fails <a href="verdicts/x.y.html"><code>x.y</code></a> &lt;no&gt;' in row
    assert "</details></td><td>not&nbsp;run</td><td>✕&nbsp;fails</td></tr>" in row
    assert "Out of date" not in page
    assert "Out of date" in implementations.page([report], "another")
    text = (data.spec() / "06-replay.md").read_text(encoding="utf-8")
    told = rules.chapter(text, found, "../..", [report, bad]).partition("{ #rpl-003 .rule }")[2].partition(".rule }")[0]
    assert "implementations.md): taskpoint-python 0.1.0 not run, a-port 0.1.0 fails" in told


def test_it_is_said_where_no_report_is_committed(found: coverage.Coverage) -> None:
    assert "No report of an implementation is committed" in implementations.page([], "")
    text = (data.spec() / "06-replay.md").read_text(encoding="utf-8")
    assert "implementations.md): no report is committed" in rules.chapter(text, found, "../..")


def test_each_schema_has_a_page_that_names_all_its_members() -> None:
    pages = dict(schemas.pages(data.spec_schemas(), "Schemas", "What is written"))
    for file in data.spec_schemas().glob("*.schema.json"):
        schema = json.loads(file.read_text(encoding="utf-8"))
        page = pages[file.name.replace(".schema.json", ".md")]
        for part in (schema, *schema.get("$defs", {}).values()):
            assert all(f"| `{member}` |" in page for member in part.get("properties", {}))


LISTED = json.loads((data.spec() / "error-codes.json").read_text(encoding="utf-8"))


def test_a_name_is_a_link_where_it_is_text_and_nowhere_else(found: coverage.Coverage) -> None:
    known = references.places(found, [each["code"] for each in LISTED])
    assert {rule.id for rule in found.rules} | {each.id for each in found.fixtures} | set(CODES) < set(known)
    assert "run.concurrent" in known
    for same in (
        "# RPL-003",
        "```\nRPL-003\n```",
        "<a href='x'>RPL-003</a>",
        "[see RPL-003](x.md)",
        "SHA-256 and `RPL-003 in code`",
        "the entry `task.failed`",
        "[RPL-003](06-replay.md#rpl-003)",
    ):
        assert references.linked(same, known, "spec/1.0") == same
    assert (
        references.linked("`run.concurrent`", known, "docs") == "[`run.concurrent`](reference/errors/run.concurrent.md)"
    )
    text = "| RPL-003, RPL-004 | `VAL-plain` | [JRN-007](04-checkpoints.md) |"
    assert references.linked(text, known, "spec/1.0") == (
        "| [RPL-003](06-replay.md#rpl-003), [RPL-004](06-replay.md#rpl-004) "
        "| [`VAL-plain`](../../conformance/catalogue/VAL-plain.md) | [JRN-007](04-checkpoints.md#jrn-007) |"
    )


def test_each_error_has_a_page_that_says_what_to_do_and_where_it_comes_from(found: coverage.Coverage) -> None:
    pages = dict(codes.errors(LISTED, found))
    assert set(pages) == {"index.md", *(f"{each['code']}.md" for each in LISTED)}
    for each in LISTED:
        assert f"# {each['code']}\n\n{each['meaning']}\n\n**Do:** {each['remedy']}" in pages[f"{each['code']}.md"]
        assert f"[`{each['code']}`]({each['code']}.md)" in pages["index.md"]
    headings = re.findall(r"^## .*", pages["index.md"], re.MULTILINE)
    assert len(headings) == len(set(headings)) > 5
    page = pages["replay.divergence.md"]
    assert "[RPL-010](../../../spec/1.0/06-replay.md#rpl-010)" in page
    assert re.search(r"\(../../../conformance/catalogue/RPL-diverge-[\w-]+\.md\)", page)


def test_each_code_of_a_verdict_has_a_page_that_says_what_the_terminal_says(found: coverage.Coverage) -> None:
    pages = dict(codes.verdicts(found))
    assert set(pages) == {"index.md", *(f"{code}.md" for code in CODES)}
    for code, said in CODES.items():
        text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", pages[f"{code}.md"])
        assert all(each in text for each in (f"# {code}\n", said.happened, said.look, *said.causes, said.do))
        assert f"[`{code}`]({code}.md)" in pages["index.md"]
    assert "[RPL-003](../../spec/1.0/06-replay.md#rpl-003)" in pages["effect.repeated.md"]
    assert "[`expect.canonical`](expect.canonical.md)" in pages["expect.digest.md"]


def test_each_skeleton_is_begun_by_the_commands_that_it_needs() -> None:
    install = home.installation((DOCS.parent / "README.md").read_text(encoding="utf-8"))
    page = kit.page(data.drivers() / "templates", install)
    assert f"\n{install}\n" in page
    for name, skeleton in SKELETONS.items():
        told = page.partition(f"{{ #{name} }}")[2].partition("\n## ")[0]
        assert f"$ taskpoint conformance init --lang {name} my-port-driver\n" in told
        assert all(f"\n$ {each}\n" in told for each in skeleton.build)
        assert f'smoke --driver "{skeleton.driver}"' in told
        assert "What is yours to write: " in told
        assert f'"{Path(skeleton.first).name}, the file to begin with"' in told


INSTALLED = re.compile(r"^.*\bpip install .*$", re.MULTILINE)
LINE = re.compile(
    r"(?:python3 -m venv \.venv && \.venv/bin/)?pip install (?:-e '\.\[(?P<extra>\w+)\]'|path/to/the/clone$)"
)


def test_every_page_installs_in_the_same_way() -> None:
    root = DOCS.parent
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    texts = {
        page: INSTALLED.findall(page.read_text(encoding="utf-8"))
        for pattern in ("*.md", "docs/**/*.md", "conformance/*.md")
        for page in root.glob(pattern)
    }
    assert len([page for page, found in texts.items() if found]) > 5
    for page, commands in texts.items():
        for command in commands:
            told = LINE.match(command)
            assert told, f"{page}: {command}"
            assert told["extra"] in {None, *extras}, f"{page}: {command}"
    install = home.installation((root / "README.md").read_text(encoding="utf-8"))
    for name in ("docs/start.md", "conformance/PORTING.md"):
        assert install in texts[root / name], name


def test_all_that_is_public_is_on_the_page_of_the_api() -> None:
    page = reference.api(taskpoint)
    assert all(f"\n## {name} {{ #{name} }}\n" in page for name in taskpoint.__all__)
    assert "### Entrypoint.fork { #Entrypoint.fork }" in page
    assert "version: Literal['v1', 'v2'] = 'v1'," in page.replace('"', "'")
    assert "path: str = ''," in page
    assert "0x" not in page


def test_all_commands_are_on_the_page_of_the_command_line() -> None:
    page = reference.commands(conformance, "taskpoint conformance")
    assert all(f"\n## taskpoint conformance {name} {{" in page for name in conformance.commands)


def test_all_that_the_port_exports_is_on_its_page() -> None:
    source = DOCS.parent / "conformance" / "ports" / "typescript" / "src"
    page = typescript.page(source)
    names = {name for file in ("index.ts", "sqlite.ts") for name, _ in typescript.exported(source / file)}
    assert {"task", "Entrypoint", "SqliteSaver", "UsageError", "durable"} < names
    assert all(f"\n### {name} {{ #{name} }}\n" in page for name in names)
    assert "  getState(config: RunnableConfig = {}): Promise<StateSnapshot>;" in page
    assert "durable.sleep(milliseconds: number): Promise<void>" in page
    assert not re.search(r"^ *(?:readonly )?#\w+", page.replace("### ", "").replace("\n## ", ""), re.MULTILINE)


def test_an_export_that_nobody_declares_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "index.ts").write_text('export { gone } from "./a.js";\n', encoding="utf-8")
    (tmp_path / "a.ts").write_text("", encoding="utf-8")
    with pytest.raises(LookupError, match="gone"):
        typescript.page(tmp_path)


def test_options_stand_with_their_defaults() -> None:
    page = reference.configuration(taskpoint, ["task", "RetryPolicy", "RunOptions", "SqliteSaver"])
    assert "| `max_attempts` | `3` |" in page
    assert "| `synchronous` | `'FULL'` |" in page
    assert "| `raises` | - | Exception classes" in page
    assert all(f"| `{name}` |" in page for name in taskpoint.RunOptions.__annotations__)


def test_the_conversation_is_real(found: coverage.Coverage) -> None:
    fixture = next(each for each in found.fixtures if each.id == protocol.FIXTURE)
    first, second = protocol.recorded(fixture, data.reference_driver())
    for messages in (first, second):
        assert [direction for direction, each in messages[:2]] == [">", "<"]
        assert messages[0][1]["op"] == "hello"
        assert messages[1][1]["outcome"] == "hello"
    assert first[-1][1]["op"] == "saver.append"
    assert second[-1][1]["outcome"] == "completed"
    page = protocol.page([first, second])
    assert page.count("```json") == len(first) + len(second)


def test_each_statement_of_a_program_is_shown_in_a_fixture(found: coverage.Coverage) -> None:
    schema = json.loads((data.formats() / "program.schema.json").read_text(encoding="utf-8"))
    page = programs.page("program", schema, data.formats() / "examples", found.fixtures)
    names = [*schema["$defs"]["statement"]["properties"], *schema["$defs"]["expression"]["properties"]]
    rows = dict(re.findall(r"^\| `([^`]+)` \| (\[[A-Z].*) \|$", page, re.MULTILINE))
    assert set(names) - rows.keys() <= {"heartbeat"}  # what it changes only a clock shows


def test_programs_find_every_page_of_the_navigation(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        '---\ntitle: no\ndescription: "A \\"first\\" one."\n---\n# First\n', encoding="utf-8"
    )
    (tmp_path / "b.md").write_text("# Second\n", encoding="utf-8")
    nav = [{"Start": ["a.md"]}, {"More": [{"Named": "b.md"}]}]
    settings = {"site_name": "S", "site_description": "D", "nav": nav}
    assert llms.listing(settings, tmp_path).splitlines() == [
        "# S",
        "",
        "> D",
        "",
        "## Start",
        "",
        '- [First](a.html): A "first" one.',
        "",
        "## More",
        "",
        "- [Named](b.html)",
    ]


def test_each_part_of_the_site_begins_with_a_page_that_its_list_shows() -> None:
    settings = yaml.safe_load((DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8"))
    assert "navigation.indexes" not in settings["theme"]["features"]  # it takes any index.md for the part's own page
    assert all(isinstance(pages, list) for part in settings["nav"] for pages in part.values())


BEGUN = {
    "checkpoint": {"entrypoint": {"name": "main"}},
    "entries": [entry("run.started", "a", attempt=1), entry("run.completed", "a")],
}
