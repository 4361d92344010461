import json
import os
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from judging import META, TOY, broken, judge

from taskpoint_conformance.canonical import canonical, same
from taskpoint_conformance.console import compared
from taskpoint_conformance.errors import Failure
from taskpoint_conformance.expect import check_cache, check_items, check_step
from taskpoint_conformance.fixtures import discover, load_yaml
from taskpoint_conformance.journal import comparable, entry_view
from taskpoint_conformance.match import difference
from taskpoint_conformance.schemas import format_problem

rfc8785 = pytest.importorskip("rfc8785")
EXPECTED = load_yaml(META / "must-fail" / "expected.json")
BASELINE = {entry["id"]: entry for entry in EXPECTED["expected"]}


def test_an_honest_driver_passes():
    result = judge(TOY)
    assert result.exit_code == 0
    assert result.counts["passed"] == len(result.results)


def test_an_honest_driver_survives_every_crash():
    result = judge(TOY, sweep="full")
    assert result.exit_code == 0
    points = {variant.point for each in result.results for variant in each.variants}
    assert {"killed before begin", "killed after begin", "killed after task.completed fetch#0"} <= points
    assert "killed after run.completed" in points


def test_a_sweep_sees_what_a_straight_run_does_not():
    # It loses an acknowledged entry only where another process goes on.
    sweeping = judge(broken("run-ignores-journal"), sweep="full")
    sweep = next(each for each in sweeping.results if each.id == "RPL-toy-sweep")
    assert sweep.variants[0].verdict == "passed"
    assert sweep.variants[-1].problem.code == "effect.repeated"


def test_every_must_fail_fixture_fails_for_its_own_reason():
    result = judge(TOY, META / "must-fail")
    assert {each.id: each.first_problem[0].code for each in result.results} == {
        key: each["code"] for key, each in BASELINE.items()
    }
    assert result.exit_code == 1


def test_a_baseline_makes_known_failures_pass():
    result = judge(TOY, META / "must-fail", baseline=BASELINE)
    assert result.exit_code == 0
    assert result.counts["expected_failure"] == len(BASELINE)


def test_a_failure_for_another_reason_is_not_expected():
    other = BASELINE | {"CNF-fails-value": {"code": "expect.effects", "reason": "guessed"}}
    result = judge(TOY, META / "must-fail", baseline=other)
    assert [each.id for each in result.results if each.verdict == "failed"] == ["CNF-fails-value"]
    assert result.exit_code == 1


def test_a_stale_baseline_fails():
    result = judge(TOY, baseline={"RPL-toy-sweep": {"code": "expect.value", "reason": "was wrong once"}})
    assert result.exit_code == 1
    assert {each.problem.code for each in result.results if each.problem} == {"baseline.stale"}


def test_a_fixture_that_cannot_be_used_breaks_the_run():
    result = judge(TOY, META / "invalid")
    assert result.exit_code == 2
    assert result.executed == 0
    assert {each.first_problem[0].code for each in result.results} == {"fixture.invalid", "fixture.newer"}


def test_an_empty_suite_is_never_green(tmp_path):
    assert judge(TOY, tmp_path).exit_code == 2


def command(*arguments, blocked=False):
    code = "import sys; sys.modules['taskpoint'] = None\n" if blocked else ""
    code += "from taskpoint_conformance.cli import conformance; conformance()"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "COLUMNS": "120"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, check=False
    )
    assert "Traceback" not in done.stderr
    return done


def run(*arguments, driver=TOY, folder="must-pass", **options):
    return command("run", "--driver", " ".join(driver), "--fixtures", str(META / folder), *arguments, **options)


def test_the_judge_runs_without_the_judged_and_writes_reports(tmp_path):
    report, junit = tmp_path / "report.json", tmp_path / "new" / "junit.xml"
    done = run("--report", str(report), "--junit", str(junit), "--sweep", "none", blocked=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "2 passed, 0 failed"
    document = json.loads(report.read_text())
    assert format_problem("report", document) is None
    assert document["summary"]["executed"] == document["summary"]["required"] == 2
    suite = ET.parse(junit).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "0", "0")
    assert {case.get("classname") for case in suite} == {"toy.core"}


def test_a_failure_shows_the_rule_the_difference_and_the_program(tmp_path):
    junit, report = tmp_path / "junit.xml", tmp_path / "report.json"
    done = run(
        "--fixture", "CNF-fails-journal-value", "--junit", str(junit), "--report", str(report), folder="must-fail"
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "0 passed, 1 failed"
    for words in (
        "final.journal: journal of t1[1].value: differs",
        "expected",
        "actual",
        "≠",
        "CNF-020",
        "entrypoint main(x):",
    ):
        assert words in done.stdout
    failure = ET.parse(junit).getroot().find("testcase/failure")
    assert failure.get("type") == "final.journal"
    assert json.loads(report.read_text())["results"][0]["variants"][0]["code"] == "final.journal"


def test_a_failure_in_a_step_shows_the_step_the_journal_so_far_and_what_was_said():
    arguments = ("--fixture", "RPL-toy-crash-after-commit", "--sweep", "none")
    shown = run(*arguments, driver=broken("run-ignores-journal")).stdout
    for words in (
        "effect.repeated: fetch(1) ran at fetch#0 although task.completed fetch#0 is recorded",
        "Look at: the port.",
        "taskpoint conformance explain effect.repeated",
        "step 2 of 2 (resume)",
        "the step {",
        '"op": "resume", "thread": "t1"}',
        "journal of t1: expected at the end, and when this happened",
    ):
        assert words in " ".join(shown.replace("│", " ").split())
    assert "the last messages" not in shown
    assert '< {"cid": ' in run(*arguments, "-v", driver=broken("run-ignores-journal")).stdout


def test_rows_that_only_one_side_has_stand_alone():
    entries = [{"kind": "run.started", "attempt": 1}, {"kind": "task.completed", "path": "a#0", "value": 1}]
    assert [differs for *_, differs in compared(entries, entries[1:])] == [True, False]
    assert compared([{"$any": True}, {"$bind": "x"}], [1, 2]) == [
        ('{"$any": true}', "1", False),
        ('{"$bind": "x"}', "2", False),
    ]
    assert compared({"a": 1}, {"a": 1, "b": 2}) == [("a: 1", "a: 1", False), ("", "b: 2", True)]


def test_a_broken_driver_shows_its_last_words():
    done = run(driver=broken("run-errored"))
    assert done.returncode == 2
    assert "the last words of the driver" in done.stdout
    assert done.stdout.splitlines()[-1] == "0 passed, 2 failed"


def test_reports_are_written_of_a_run_that_never_began(tmp_path):
    report, junit = tmp_path / "report.json", tmp_path / "junit.xml"
    done = run("--report", str(report), "--junit", str(junit), driver=broken("hello-refuses"))
    assert done.returncode == 2
    assert done.stdout.splitlines()[-1] == "0 passed, 0 failed"
    document = json.loads(report.read_text())
    assert format_problem("report", document) is None
    assert "protocol 2.0" in document["error"]
    assert ET.parse(junit).getroot().get("errors") == "1"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--fixture", "RPL-toy-swep"), "did you mean RPL-toy-sweep?"),
        (("--baseline", "nowhere.json"), "nowhere.json"),
        (("--profile", "telepathy"), "telepathy"),
        (("--driver", "/nowhere/driver"), "cannot be started"),
    ],
)
def test_wrong_arguments_are_the_harness_s_fault(arguments, words):
    done = run(*arguments)
    assert done.returncode == 2
    assert words in done.stdout + done.stderr


def test_a_baseline_that_names_nothing_is_refused(tmp_path):
    path = tmp_path / "baseline.yaml"
    path.write_text('{format: "1.0", expected: [{id: RPL-gone, code: expect.value, reason: it was there}]}')
    done = run("--baseline", str(path))
    assert done.returncode == 2
    assert "there is no fixture RPL-gone" in done.stderr


def test_fixtures_are_listed_and_shown():
    fixture = discover()[0][0]
    listed = command("list", "--profile", fixture.profile)
    assert listed.returncode == 0
    assert fixture.id in listed.stdout
    shown = command("show", fixture.id)
    assert shown.returncode == 0
    assert fixture.title in shown.stdout
    assert command("show", "RPL-nowhere").returncode == 2


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(json_values)
def test_canonical_json_is_rfc_8785(value):
    assert canonical(value).encode() == rfc8785.dumps(value)


@given(json_values, json_values)
def test_two_values_are_the_same_where_their_canonical_texts_are(left, right):
    assert same(left, right) == (canonical(left) == canonical(right))
    assert (difference(left, right, {}) is None) == same(left, right)


def test_failures_that_end_alike_are_shown_once():
    done = run(driver=broken("run-errored"), folder="must-fail")
    assert done.returncode == 2
    assert done.stdout.count("the last words of the driver") == 1
    named = [line for line in done.stdout.splitlines() if line.startswith("broken: ")]
    assert len(named) == 1
    assert named[0].endswith("more: driver.errored: the driver's own fault: my own fault")


def test_a_driver_that_cannot_do_everything_yet_is_not_given_up_on():
    result = judge(broken("run-errored"), META / "must-fail", jobs=1)
    assert result.error is None
    assert result.executed == len(result.results) > 10


STATE = {"values": 1, "next": [], "interrupts": [], "tasks": []}


@pytest.mark.parametrize(
    ("code", "check"),
    [
        ("expect.state", lambda: check_step({"outcome": "state", "state": STATE | {"values": 2}},
                                            {"outcome": "state", "state": STATE}, [], [], {})),
        ("expect.canonical", lambda: check_step({"outcome": "encoded", "canonical": "1.0"},
                                                {"outcome": "encoded", "canonical": "1"}, [], [], {})),
        ("expect.unsaid", lambda: check_step({"outcome": "rejected", "code": "a.b", "unsaid": ["secret"]},
                                             {"outcome": "rejected", "code": "a.b", "message": "secret"}, [], [], {})),
        ("final.items", lambda: check_items({"items": [{"key": "a"}]}, lambda _: [], {})),
        ("final.cache", lambda: check_cache({"cache": [{"value": 1}]}, lambda _: [{"value": 2}], {})),
        ("expect.error", lambda: check_step(
            {"outcome": "failed", "code": "body.failed", "error": {"type": "A"}},
            {"outcome": "failed", "code": "body.failed", "error": {"type": "B", "message": "m"}}, [], [], {})),
    ],
)  # fmt: skip
def test_states_items_and_errors_are_compared(code, check):
    with pytest.raises(Failure) as caught:
        check()
    assert caught.value.code == code


def test_the_order_of_a_set_of_paths_is_not_compared():
    entry = {"kind": "run.resumed", "seq": 0, "attempt": 2, "rerun": ["b#0", "a#0"]}
    expected = {"kind": "run.resumed", "attempt": 2, "rerun": ["a#0", "b#0"]}
    assert difference(expected, entry_view(expected, entry, {}), {}) is None
    other = {**expected, "rerun": ["a#0", "c#0"]}
    assert difference(other, entry_view(other, entry, {}), {}).path == "rerun[0]"

    def threads(rerun):
        return {"t1": [({"kind": "checkpoint", "source": "input"}, [{**entry, "rerun": rerun}])]}

    assert comparable(threads(["a#0", "b#0"])) == comparable(threads(["b#0", "a#0"]))
    assert comparable(threads(["a#0", "b#0"])) != comparable(threads(["b#0"]))
