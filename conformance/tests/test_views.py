"""Reports for machines and for people, one run or several side by side, and what none of them may show as green."""

import json
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner
from judging import META, TOY, broken, judge

from taskpoint_conformance import data
from taskpoint_conformance.cli import conformance
from taskpoint_conformance.codes import CODES
from taskpoint_conformance.matrix import matrix
from taskpoint_conformance.report import report
from taskpoint_conformance.schemas import format_problem
from taskpoint_conformance.summaries import badge, markdown, standing

SECRET = "<script>alert(1)</script> & | `x`"


@pytest.fixture(scope="module")
def green():
    return report(judge(TOY))


@pytest.fixture(scope="module")
def red():
    return report(judge(TOY, META / "must-fail"))


def invoke(*arguments):
    done = CliRunner().invoke(conformance, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_a_report_rolls_its_fixtures_up_to_profiles_and_rules(green, red):
    for document in (green, red):
        assert format_problem("report", document) is None
    core = next(each for each in green["profiles"] if each["name"] == "core")
    assert core == {
        "name": "core", "claimed": True, "fixtures": 2, "executed": 2, "passed": 2, "falsely_claimed": False,
    }  # fmt: skip
    assert [each["id"] for each in green["requirements"]] == list(data.requirements())
    verdicts = {each["id"]: each["verdict"] for each in green["requirements"]}
    assert verdicts["RPL-003"] == "passed"
    assert verdicts["VAL-001"] == "no_fixture"
    assert {each["id"]: each["verdict"] for each in red["requirements"]}["CNF-020"] == "failed"


def test_a_rule_passes_only_where_all_its_fixtures_were_run():
    result = judge(TOY)
    result.results = result.results[:1]
    [missing] = {each.id for each in result.suite} - {result.results[0].id}
    rules = {each["id"]: each for each in report(result)["requirements"]}
    assert {each["verdict"] for each in rules.values() if missing in each["fixtures"]} == {"not_run"}


def test_a_failure_keeps_its_difference_and_its_journals(red):
    by_id = {each["id"]: each["variants"][0] for each in red["results"]}
    assert by_id["CNF-fails-journal-value"]["detail"].keys() == {"expected", "actual"}
    value = by_id["CNF-fails-value"]
    assert value["step"] == 1
    assert "expected" in value["detail"]


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.resources, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.resources += [value for name, value in attrs if name in {"src", "href"}]
        if tag not in {"meta", "input", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += f" {data}"


def test_a_page_of_several_reports_shows_rules_fixtures_and_journals(green, red):
    text = matrix([green, red])
    page = Page(text)
    assert page.open == []
    assert page.resources == []  # nothing is loaded from anywhere
    assert "url(" not in text
    assert "@import" not in text
    said = " ".join(page.text.split())
    for words in ("toy 1", "passing", "failing", "RPL-003", "final.journal", "not of the same suite", "≠"):
        assert words in said
    assert CODES["final.journal"].happened in said
    assert "prefers-color-scheme: dark" in text
    assert 'name="viewport"' in text


def test_what_a_port_says_is_text_on_the_page(green):
    hostile = json.loads(json.dumps(green))
    hostile["driver"]["hello"]["name"] = SECRET
    hostile["results"][0] |= {"title": SECRET, "why": SECRET, "verdict": "failed"}
    hostile["results"][0]["variants"][0] |= {
        "verdict": "failed", "code": "expect.value", "message": SECRET, "sweep": SECRET,
        "detail": {"expected": SECRET, "actual": [SECRET]}, "journals": {SECRET: {"expected": [], "actual": [SECRET]}},
    }  # fmt: skip
    hostile["error"] = SECRET
    page = matrix([hostile])
    assert "<script>alert" not in page
    assert Page(page).open == []
    summary = markdown([hostile])
    assert "<script>" not in summary
    rows = [line for line in summary.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows[:2]}) == 1


def test_a_summary_names_what_failed(green, red):
    text = markdown([green, red])
    assert "| core | 2 of 2 | " in text
    assert "| interrupts | 0 of 0 | " not in text
    assert "| CNF-fails-code | `expect.code` |" in text
    assert "not of the same suite" in text


def test_a_badge_is_green_only_for_what_a_claim_can_rest_on(green, red):
    assert badge(green) == {
        "schemaVersion": 1, "label": "taskpoint 1.0", "message": "core +1 2 of 2 pass", "color": "brightgreen",
    }  # fmt: skip
    assert badge(red)["color"] == "red"
    assert badge(report(judge(broken("hello-dies"))))["color"] == "red"
    selection = judge(TOY)
    selection.results = selection.results[:1]
    assert badge(report(selection)) | {"label": ""} == {
        "schemaVersion": 1, "label": "", "message": "1 of 2 executed", "color": "yellow",
    }  # fmt: skip
    expected = {each["id"]: {"code": each["variants"][0]["code"], "reason": "r"} for each in red["results"]}
    known = report(judge(TOY, META / "must-fail", baseline=expected))
    assert standing(known)[0] == "partial"
    assert badge(known)["color"] == "yellow"


def run(*arguments, driver=TOY, folder="must-pass"):
    return invoke("run", "--driver", " ".join(driver), "--fixtures", META / folder, *arguments)


def test_a_run_and_a_report_write_the_same_views(tmp_path):
    paths = {name: tmp_path / "new" / name for name in ("report", "html", "markdown", "badge")}
    options = [part for name, path in paths.items() for part in (f"--{name}", path)]
    assert run(*options, "--sweep", "none").exit_code == 0
    assert json.loads(paths["report"].read_text())["asked"]["sweep"] == "none"
    for view in ("html", "markdown", "badge"):
        again = tmp_path / f"again.{view}"
        assert invoke("report", f"--{view}", again, paths["report"]).exit_code == 0
        assert again.read_text() == paths[view].read_text()
    shown = invoke("report", paths["report"])
    assert shown.output == paths["markdown"].read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "is no report"), ("{}", "is no report"), ('{"format": "1.1"}', "is newer than 1.0"), (None, "is no report")],
)
def test_what_is_no_report_is_refused(tmp_path, text, words):
    path = tmp_path / "report.json"
    if text is not None:
        path.write_text(text)
    done = invoke("report", path)
    assert done.exit_code == 2
    assert words in done.output


def test_a_badge_shows_one_report(tmp_path, green):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(green))
    done = invoke("report", "--badge", tmp_path / "badge.json", path, path)
    assert done.exit_code == 2
    assert "one report" in done.output


# --- no false green


def codes(result):
    return {each.first_problem[0].code for each in result.results if each.first_problem}


def test_a_claim_of_which_nothing_passes_is_a_verdict_of_its_own(tmp_path):
    source = (META / "must-pass" / "RPL-toy-sweep.yaml").read_text()
    for name, profile in (("RPL-toy-sweep", "core"), ("CON-toy", "concurrency")):
        text = source.replace("profile: core", f"profile: {profile}").replace("RPL-toy-sweep", name)
        text = text.replace("call:", "start:", 1) if profile == "concurrency" else text
        (tmp_path / f"{name}.yaml").write_text(text)
    result = judge(broken("claims-too-much"), tmp_path)
    assert result.false_claims == ["concurrency"]
    assert result.exit_code == 1
    assert next(each for each in report(result)["profiles"] if each["name"] == "concurrency")["falsely_claimed"]
    honest = judge(broken("none"), tmp_path)
    assert honest.false_claims == []
    assert honest.exit_code == 0


def test_the_profile_sqlite_without_its_saver_is_a_false_claim(tmp_path):
    source = (META / "must-pass" / "RPL-toy-sweep.yaml").read_text()
    text = source.replace("profile: core", "profile: sqlite\nsaver: sqlite").replace("RPL-toy-sweep", "STO-toy")
    (tmp_path / "STO-toy.yaml").write_text(text)
    (tmp_path / "RPL-toy-sweep.yaml").write_text(source)
    result = judge(broken("claims-sqlite-without-its-saver"), tmp_path)
    assert codes(result) == {"suite.false_claim"}
    assert result.exit_code == 1


@pytest.mark.parametrize("asked", [{"form": "named"}, {"mode": "async"}])
def test_a_form_or_mode_that_is_asked_for_has_to_be_claimed(asked):
    result = judge(TOY, **asked)
    assert (result.exit_code, result.error_code, result.executed) == (2, "suite.not_claimed", 0)


def test_nothing_executed_has_its_own_code(tmp_path):
    result = judge(TOY, tmp_path)
    assert (result.exit_code, result.error_code) == (2, "suite.nothing")
    assert report(result)["code"] == "suite.nothing"
    assert report(judge(broken("hello-refuses")))["code"] == "driver.errored"


def test_a_baseline_entry_for_what_is_not_claimed_or_skipped_is_stale(tmp_path):
    source = (META / "must-pass" / "RPL-toy-sweep.yaml").read_text()
    (tmp_path / "RPL-toy-sweep.yaml").write_text(source)
    (tmp_path / "STA-toy.yaml").write_text(
        source.replace("profile: core", "profile: state").replace("RPL-toy-sweep", "STA-toy")
    )
    result = judge(TOY, tmp_path, baseline={"STA-toy": {"code": "expect.value", "reason": "not yet"}})
    assert codes(result) == {"baseline.stale"}
    assert result.exit_code == 1


def test_half_a_character_is_shown_and_breaks_no_report(tmp_path):
    names = {"--report": "r.json", "--junit": "r.xml", "--html": "r.html", "--markdown": "r.md"}
    files = [each for option, name in names.items() for each in (option, str(tmp_path / name))]
    driver = shlex.join(broken("run-surrogate"))
    command = ["run", "--driver", driver, "--fixtures", str(META / "must-pass"), *files]
    done = subprocess.run(
        [sys.executable, "-m", "taskpoint_conformance", *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "\\ud83d" in done.stdout
    assert {each.name for each in tmp_path.iterdir()} == set(names.values())
    assert format_problem("report", json.loads((tmp_path / "r.json").read_text())) is None
