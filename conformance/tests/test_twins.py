"""Twins: what a port's own idiom records is what the same program in the IR records."""

import json
import subprocess
import sys

from judging import META, TOY, broken

from taskpoint_conformance import data
from taskpoint_conformance.fixtures import discover, suite_digest
from taskpoint_conformance.results import SuiteResult
from taskpoint_conformance.traffic import Limits
from taskpoint_conformance.twins import run_twins


def twins_of(command):
    fixtures, _ = discover(META / "must-pass")
    return run_twins(fixtures, SuiteResult(command, suite_digest(fixtures), len(fixtures), ""), Limits())


def test_a_twin_that_records_the_same_passes():
    result = twins_of(broken("twin-right"))
    assert result.exit_code == 0
    assert [each.id for each in result.results] == ["RPL-toy-sweep:fetched"]


def test_a_twin_with_another_journal_is_found():
    result = twins_of(broken("twin-wrong"))
    assert result.exit_code == 1
    assert result.results[0].first_problem[0].code == "final.journal"


def test_no_twins_and_a_twin_of_nothing_are_no_success():
    assert twins_of(TOY).exit_code == 2
    assert "no fixture" in twins_of(broken("twin-of-nothing")).error


def test_the_reference_has_a_dozen_and_all_are_alike():
    folder = data.root() / "conformance" / "twins" / "python"
    index = json.loads((folder / "twins.json").read_text())
    assert len(index) >= 12
    assert {each.stem for each in folder.glob("*.py")} == {name.replace("-", "_") for name in index}
    command = [sys.executable, "-m", "taskpoint_conformance", "twins"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == f"{len(index)} passed, 0 failed"
