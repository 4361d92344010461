"""A hand-over finds what a port does with a thread that is not its own."""

import json
import shlex
import subprocess
import sys

from judging import META, TOY, broken

from taskpoint_conformance.fixtures import discover, suite_digest
from taskpoint_conformance.handover import Handover, hand_over, in_a_file
from taskpoint_conformance.results import SuiteResult


def from_to(first, heir, sweep="full"):
    fixtures, _ = discover(META / "must-pass")
    return hand_over(fixtures, Handover(first, heir, sweep), SuiteResult([], suite_digest(fixtures), len(fixtures), ""))


def test_a_right_driver_hands_over_to_itself():
    result = from_to(TOY, TOY)
    assert result.exit_code == 0
    points = {variant.point for each in result.results for variant in each.variants}
    assert {"by the first alone", "killed before begin", "killed after task.completed fetch#0"} <= points


def test_who_reads_only_what_it_wrote_itself_is_found_in_the_pair_and_not_alone():
    odd = broken("handover-own-only")
    assert from_to(odd, odd).exit_code == 0
    result = from_to(TOY, odd)
    assert result.exit_code == 1
    assert {each.first_problem[0].code for each in result.results if each.first_problem} == {"effect.repeated"}
    assert from_to(odd, TOY).exit_code == 0


def test_who_loses_the_journal_is_found():
    result = from_to(TOY, broken("run-ignores-journal"), sweep="quick")
    assert result.exit_code == 1


def test_a_broken_heir_is_no_verdict():
    assert from_to(TOY, broken("hello-dies")).exit_code == 2
    assert from_to(TOY, broken("run-garbage")).exit_code == 2


def test_what_needs_the_runner_s_store_is_not_put_into_a_file():
    fixtures = {each.id: each for each in discover()[0]}
    assert in_a_file(fixtures["INT-ask-and-answer"]).saver == "sqlite"
    assert in_a_file(fixtures["RPL-crash-after-commit"]) is None


def test_the_command_reports_each_ordered_pair(tmp_path):
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "taskpoint_conformance", "handover", "--fixtures", str(META / "must-pass")]
    command += [
        "--driver",
        shlex.join(TOY),
        "--driver",
        shlex.join(broken("handover-own-only")),
        "--report",
        str(report),
    ]
    done = subprocess.run([*command, "--sweep", "full"], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    document = json.loads(report.read_text())
    assert [each["summary"]["failed"] > 0 for each in document["pairs"]] == [True, False]
    assert len(document["suite"]["digest"]) == 64


def test_the_reference_hands_over_through_one_file():
    command = [sys.executable, "-m", "taskpoint_conformance", "handover", "--fixture", "INT-ask-and-answer"]
    done = subprocess.run([*command, "--sweep", "full"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "1 passed, 0 failed"
