"""Skeletons are built for real, where the language's tools are installed; `smoke` is shown drivers that are wrong."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from judging import HERE, META, broken

from taskpoint_conformance import codes, data
from taskpoint_conformance.cli import conformance
from taskpoint_conformance.codes import CODES
from taskpoint_conformance.expect import COMPARED
from taskpoint_conformance.fixtures import discover, suite_digest
from taskpoint_conformance.porting import LEVELS, in_order, level_of
from taskpoint_conformance.requirements import PROFILES
from taskpoint_conformance.skeletons import SKELETONS
from taskpoint_conformance.smoke import Smoke
from taskpoint_conformance.types import schema_names


def invoke(*arguments):
    done = CliRunner().invoke(conformance, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a function that gives the folder of a language's skeleton, built."""
    folders = {}

    def build(language):
        skeleton = SKELETONS[language]
        missing = [tool for tool in skeleton.tools if shutil.which(tool) is None]
        if missing:
            pytest.skip(f"{language}: {', '.join(missing)} is not installed")
        if language not in folders:
            folder = tmp_path_factory.mktemp("skeleton") / f"a-{language}-port"
            done = invoke("init", "--lang", language, folder)
            assert done.exit_code == 0, done.output
            environment = {name: each for name, each in os.environ.items() if name != "PYTHONPATH"}
            for command in skeleton.build:
                built = subprocess.run(
                    command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
                )
                output = built.stdout + built.stderr
                if built.returncode != 0 and command == "npm install":
                    pytest.skip("typescript: the compiler cannot be fetched here")
                assert built.returncode == 0, output
                assert "warning" not in output.lower() or command == "npm install", output
            folders[language] = folder
        return folders[language]

    return build


def driver(folder, language):
    """Return the command of a driver that can be started from anywhere."""
    return shlex.join(["sh", "-c", f"cd {shlex.quote(str(folder))} && exec {SKELETONS[language].driver}"])


@pytest.mark.parametrize("language", sorted(SKELETONS))
def test_a_skeleton_builds_and_speaks_the_protocol(built, language):
    folder = built(language)
    done = invoke("smoke", "--driver", driver(folder, language))
    assert done.exit_code == 0, done.output
    assert f"a-{language}-port 0.0.0; claims profiles core" in done.output
    assert "WRONG" not in done.output
    assert "implement encode: " in done.output
    assert "speaks the protocol" in done.output


@pytest.mark.parametrize("language", sorted(SKELETONS))
def test_a_skeleton_fails_its_first_fixture_and_says_where_to_write(built, language):
    folder = built(language)
    done = invoke("run", "--driver", driver(folder, language), "--fixture", "RPL-crash-after-commit", "--sweep", "none")
    assert done.exit_code == 2
    assert "driver.errored" in done.output
    said = " ".join(done.output.replace("│", " ").split())
    assert "implement run: " in said
    named = said.partition("implement run: ")[2].partition(",")[0]
    assert (folder / named).is_file()
    assert done.output.splitlines()[-1] == "0 passed, 1 failed"


@pytest.mark.parametrize("language", sorted(SKELETONS))
def test_a_skeleton_is_named_after_its_port(tmp_path, language):
    assert invoke("init", "--lang", language, "--name", "acme-flows", tmp_path / "new").exit_code == 0
    texts = {each: each.read_text() for each in (tmp_path / "new").rglob("*") if each.is_file()}
    assert tmp_path / "new" / ".gitignore" in texts
    assert "acme-flows" in "".join(texts.values())
    assert "my-port" not in "".join(texts.values())
    assert SKELETONS[language].first in {str(each.relative_to(tmp_path / "new")) for each in texts}
    readme = texts[tmp_path / "new" / "README.md"]
    assert SKELETONS[language].driver in readme
    assert all(command in readme for command in SKELETONS[language].build)


def test_a_skeleton_overwrites_nothing(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = invoke("init", "--lang", "go", tmp_path)
    assert done.exit_code == 2
    assert "not empty" in done.output
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]
    assert invoke("init", "--lang", "go", "--name", "Ümlaut", tmp_path / "new").exit_code == 2


SMOKE = [
    ("unflushed", "starts, and answers hello", "flush the output after every line"),
    ("prints", "one request, one answer, flushed", "standard output is for messages only"),
    ("answers-twice", "one request, one answer, flushed", "a second message"),
    ("wrong-id", "one request, one answer, flushed", "has the id 1"),
    ("ascii", "text is UTF-8", "as UTF-8"),
    ("short-lines", "a long line", "nothing came"),
    ("wrong-value", "a run without effects", "look at the interpreter"),
    ("no-effect", "a run with an effect", "one call was due"),
    ("wrong-path", "a run with an effect", "one call was due"),
    ("changes-effect", "a run with an effect", "the effect's value was 7"),
    ("chokes-on-a-reply", "a reply that nobody waits for is dropped", "CNF-012"),
    ("accepts-unknown", "an unknown statement is refused", "CNF-021"),
    ("never-stops", "stops when it is asked to", "it did not exit"),
    ("stops-with-3", "stops when it is asked to", "exited with 3"),
    ("outlives-its-input", "stops when its input ends", "did not exit"),
    ("another-hello", "starts again after a kill", "another hello"),
]


def smoke(behaviour, timeout=20.0):
    command = [sys.executable, str(HERE / "smoke_driver.py"), behaviour]
    return list(Smoke(command, timeout).checks())


def test_smoke_has_nothing_to_say_of_a_driver_that_is_right():
    assert {check.verdict for check in smoke("none")} == {"ok"}


@pytest.mark.parametrize(("behaviour", "step", "words"), SMOKE)
def test_smoke_names_the_step_that_is_wrong_and_what_to_do(behaviour, step, words):
    silent = {"unflushed", "short-lines", "never-stops", "outlives-its-input"}
    checks = smoke(behaviour, timeout=1.0 if behaviour in silent else 20.0)
    wrong = [check for check in checks if check.verdict == "wrong"]
    assert step in {check.name for check in wrong}
    assert words in next(check.text for check in wrong if check.name == step)


def test_smoke_of_what_cannot_be_started():
    done = invoke("smoke", "--driver", "/nowhere/driver")
    assert done.exit_code == 1
    assert "cannot be started" in done.output
    assert "it is the driver" in done.output


def test_every_template_belongs_to_a_language():
    folder = HERE.parent / "drivers" / "templates"
    assert sorted(each.name for each in folder.iterdir()) == sorted(SKELETONS)
    assert Path(folder / "python" / "__main__.py").is_file()


def toy(behaviour="none"):
    return shlex.join(broken(behaviour))


def test_next_shows_the_next_rule_its_smallest_fixture_and_the_difference():
    done = invoke("next", "--driver", toy(), "--timeout", "20")
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert lines[0].startswith(f"level 1 of {len(LEVELS)}, values: 0 of ")
    assert "next: VAL-001, by VAL-plain" in lines
    assert "taskpoint conformance explain VAL-001" in done.output
    assert "A wrong port: " in done.output


def test_next_goes_past_what_passes_and_names_what_is_not_claimed(monkeypatch):
    fixtures = [each for each in discover(META / "must-pass")[0] if each.id == "RPL-toy-crash-after-commit"]
    unclaimed = [each for each in discover()[0] if each.id == "CON-fan-out"]
    monkeypatch.setattr("taskpoint_conformance.cli.next.discover", lambda: ([*fixtures, *unclaimed], []))
    done = invoke("next", "--driver", toy())
    assert done.exit_code == 0, done.output
    assert "Not claimed yet: concurrency (1)." in done.output
    assert "next: claim `concurrency`." in done.output


def test_next_is_never_content_with_nothing(monkeypatch):
    monkeypatch.setattr("taskpoint_conformance.cli.next.discover", lambda: ([], []))
    done = invoke("next", "--driver", toy())
    assert done.exit_code == 2
    assert "nothing was executed" in done.output
    unclaimed = [each for each in discover()[0] if each.id == "CON-fan-out"]
    monkeypatch.setattr("taskpoint_conformance.cli.next.discover", lambda: (unclaimed, []))
    assert invoke("next", "--driver", toy()).exit_code == 2


def test_next_sends_who_has_no_working_driver_to_smoke():
    done = invoke("next", "--driver", toy("hello-dies"))
    assert done.exit_code == 2
    assert "exit status 3" in done.output
    assert "conformance smoke" in done.output


def test_every_fixture_has_a_level_and_every_level_fixtures():
    fixtures, _ = discover()
    assert {level_of(each) for each in fixtures} == set(range(len(LEVELS)))
    assert {level.profile for level in LEVELS} == set(PROFILES)
    listed = in_order(fixtures)
    assert [each.id for each in listed] == [each.id for each in in_order(reversed(listed))]
    assert {each for level in LEVELS for each in level.first} <= {each.id for each in fixtures}


def test_the_porting_guide_has_the_levels():
    guide = (HERE.parent / "PORTING.md").read_text()
    rows = [
        line for line in guide.splitlines() if line.startswith("| ") and " | `" in line and "conformance" not in line
    ]
    assert rows == [f"| {level.name} | `{level.profile}` | {level.buys} |" for level in LEVELS]


def test_a_rule_is_explained_with_its_chapter_and_its_fixtures():
    done = invoke("explain", "RPL-034")
    assert done.exit_code == 0
    said = " ".join(done.output.split())
    assert "RPL-034 MUST, profile core" in said
    assert "06-replay.md#" in said
    assert "RPL-crash-after-commit" in said
    assert "wrong: A port that commits at the end of a run" in said
    assert "No fixture can observe it: how a program is written" in invoke("explain", "CNF-001").output


def test_a_fixture_and_a_code_are_explained():
    shown = invoke("explain", "RPL-crash-after-commit").output
    assert "level 3 of" in shown
    assert "RPL-003 MUST" in shown
    assert "entrypoint: main" in shown
    for code, each in CODES.items():
        said = invoke("explain", code).output
        assert all(text in said for text in (each.happened, *each.causes, each.do, f"verdicts/{code}.html"))
    for each in data.error_codes().values():
        assert f"Do: {each['remedy']}" in invoke("explain", each["code"]).output
    assert "errors/run.concurrent.html" in invoke("explain", "run.concurrent").output
    unknown = invoke("explain", "RPL-crash-after-comit")
    assert unknown.exit_code == 2
    assert "did you mean RPL-crash-after-commit" in unknown.output


RAISED = re.compile(
    r'(?:Failure|Broken|Skipped|FixtureError|_compare)\(\s*"(?P<code>[a-z]+\.[a-z_]+)"|"(?P<suite>suite\.[a-z_]+)"'
)


def test_each_code_that_the_runner_can_give_is_explained():
    table = Path(codes.__file__)
    sources = [path.read_text() for path in table.parent.glob("*.py") if path != table]
    raised = {found["code"] or found["suite"] for text in sources for found in RAISED.finditer(text)}
    assert raised | {f"expect.{member}" for member in COMPARED} == set(CODES)


def test_what_is_said_of_a_code_names_rules_and_commands_that_there_are():
    texts = [text for each in CODES.values() for text in (each.happened, each.look, *each.causes, each.do)]
    named = {rule for text in texts for rule in re.findall(r"\b(?!SHA)[A-Z]{3}-\d{3}\b", text)}
    assert len(named) > 20
    assert named <= set(data.requirements())
    commands = {name for text in texts for name in re.findall(r"`taskpoint conformance (\w+)", text)}
    schemas = {name for text in texts for name in re.findall(r"\bschema ([\w-]+)`", text)}
    assert {"smoke", "explain"} < commands <= set(conformance.commands)
    assert {"entry", "fixture"} < schemas <= set(schema_names())


def test_fixtures_are_exported_as_json(tmp_path):
    folder = tmp_path / "export"
    assert invoke("export", folder).exit_code == 0
    fixtures, _ = discover()
    index = json.loads((folder / "index.json").read_text())
    assert [each["id"] for each in index["fixtures"]] == [each.id for each in in_order(fixtures)]
    assert index["digest"] == suite_digest(fixtures)
    by_id = {each.id: each for each in fixtures}
    for each in index["fixtures"]:
        document = json.loads((folder / each["file"]).read_text())
        source = by_id[each["id"]]
        assert document["steps"] == source.steps
        assert document.get("given", {}).get("threads", []) == source.threads
    assert {each["id"] for each in json.loads((folder / "requirements.json").read_text())} >= {"RPL-003"}
    assert (folder / "format" / "driver.schema.json").is_file()
    assert (folder / "schema" / "entry.schema.json").is_file()


def test_an_export_replaces_an_export_and_nothing_else(tmp_path):
    folder = tmp_path / "export"
    invoke("export", folder)
    assert invoke("export", "--profile", "streams", folder).exit_code == 0
    listed = json.loads((folder / "index.json").read_text())["fixtures"]
    assert {each["profile"] for each in listed} == {"streams"}
    assert len(list((folder / "fixtures").rglob("*.json"))) == len(listed)
    (folder / "mine.txt").write_text("mine")
    assert invoke("export", folder).exit_code == 2
    assert (folder / "mine.txt").is_file()


QUESTIONS = HERE.parents[1] / "spec" / "1.0" / "implementation-questions.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in QUESTIONS.read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| question")
]


def test_every_question_of_a_porter_has_an_answer_and_says_who_decides():
    assert len(ROWS) > 60
    assert len({row[0] for row in ROWS}) == len(ROWS)
    assert {row[1] for row in ROWS} == {"Conformance", "Latitude", "Platform"}
    assert [row[0] for row in ROWS if len(row) != 5 or not row[2].endswith(".")] == []


def test_what_a_rule_decides_has_its_rules_and_fixtures():
    verified = {each.id: set(each.verifies) for each in discover()[0]}
    rules = data.requirements()
    for question, decided_by, _, cited, fixtures in ROWS:
        ids = [each for each in cited.split(", ") if each]
        shown = [each.strip("`") for each in fixtures.split(", ") if each]
        assert decided_by != "Conformance" or ids, question
        assert decided_by != "Latitude" or not shown, question
        assert all(verified[each] & set(ids) for each in shown), question
        observable = [each for each in ids if rules[each]["observable"] and rules[each]["keyword"].startswith("MUST")]
        assert decided_by != "Conformance" or bool(shown) == bool(observable), question


TYPES_IN_USE = """
import type { Checkpoint, DriverAnswer, DriverCall, DriverRequest, Entry, ProgramExpression, Value } from "./types.js";
export const entry: Entry = { kind: "run.started", seq: 0, at: "2026-01-01T00:00:00Z", attempt_id: "a", attempt: 1 };
export const request: DriverRequest = { id: 1, op: "stop" };
export const answer: DriverAnswer = { id: 1, outcome: "completed", value: [1] };
export const call: DriverCall = { cid: 1, id: 1, op: "saver.head", thread_id: "t" };
export const expression: ProgramExpression = { $list: [1, { $var: "x" }] };
export const input = (of: Checkpoint): Value | undefined => "input" in of ? of.input : undefined;
// @ts-expect-error - no such kind
export const unknownKind: Entry = { kind: "run.begun", seq: 0, at: "", attempt_id: "a" };
// @ts-expect-error - a call without its number
export const noNumber: DriverCall = { id: 1, op: "saver.head", thread_id: "t" };
// @ts-expect-error - a member too many
export const tooMany: DriverRequest = { id: 1, op: "stop", why: 1 };
"""


def test_the_types_for_typescript_compile_and_tell_right_from_wrong(built):
    folder = built("typescript")
    (folder / "src" / "types.ts").write_text(invoke("schema", "--types", "ts").output)
    (folder / "src" / "use.ts").write_text(TYPES_IN_USE)
    done = subprocess.run("npm run build", shell=True, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


GO_IN_USE = """
package taskpoint

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
)

func TestAnEntryComesBackAsItWas(t *testing.T) {
	text, _ := os.ReadFile("entry.json")
	var entry Entry
	if err := json.Unmarshal(text, &entry); err != nil {
		t.Fatal(err)
	}
	again, _ := json.Marshal(entry)
	var before, after any
	json.Unmarshal(text, &before)
	json.Unmarshal(again, &after)
	if entry.Kind != "task.completed" || !reflect.DeepEqual(before, after) {
		t.Fatalf("%s became %s", text, again)
	}
}
"""


def test_the_types_for_go_compile_and_keep_a_document(tmp_path):
    if shutil.which("go") is None:
        pytest.skip("go is not installed")
    (tmp_path / "go.mod").write_text("module taskpoint\n\ngo 1.19\n")
    (tmp_path / "types.go").write_text(invoke("schema", "--types", "go").output)
    (tmp_path / "types_test.go").write_text(GO_IN_USE)
    call = {"name": "fetch", "path": "fetch#0", "input_digest": None, "alone": True, "attempts": 1, "started_at": "s"}
    entry = {"kind": "task.completed", "seq": 1, "at": "t", "attempt_id": "a", **call, "value": None}
    (tmp_path / "entry.json").write_text(json.dumps(entry))
    for command in ("go vet ./...", "go test ./..."):
        done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_schemas_are_named_and_printed():
    assert "entry " in invoke("schema").output
    printed = json.loads(invoke("schema", "driver").output)
    assert printed == json.loads((data.formats() / "driver.schema.json").read_text())
    assert invoke("schema", "nothing").exit_code == 2
