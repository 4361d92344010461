"""The mutants are judged too: gone, surviving, crashing, unclaimed and clumsy ones are each found out."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from taskpoint_conformance import data
from taskpoint_conformance.catalogue import load_mutants
from taskpoint_conformance.cli import conformance
from taskpoint_conformance.coverage import Coverage, load
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import discover
from taskpoint_conformance.requirements import Requirement

MUTANTS = Path(__file__).parents[1] / "mutants"
FIXTURE = "RPL-crash-after-commit"

HEAD = '''"""{wrong}"""

from mutating import replaces

BREAKS = ("RPL-003",)
'''
HARMLESS = """
@replaces("taskpoint._core.paths:encode_name")
def encode_name(original, name):
    return original(name)
"""
FORGETFUL = """
@replaces("taskpoint._core.matching:Matcher.call")
def call(original, self, encoded, digest):
    return original(self, encoded, digest)[0], None
"""
CRASHING = """
import os


@replaces("taskpoint._core.matching:Matcher.call")
def call(original, self, encoded, digest):
    os._exit(3)
"""
BROKEN = """
@replaces("taskpoint._core.matching:Matcher.call")
def call(original, self, encoded, digest):
    return self.no_such_member
"""
DRIFTED = """
@replaces("taskpoint._core.matching:Matcher.call")
def call(original, self, name, encoded, digest):
    return original(self, name, encoded, digest)
"""
CLUMSY = """
@replaces("taskpoint._core.paths:encode_name")
def encode_name(original, name):
    return "x" + original(name)
"""
GONE = """
@replaces("taskpoint._core.paths:no_such_function")
def no_such_function(original):
    return None
"""


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A suite of one fixture beside which a test puts its mutants."""
    shutil.copytree(MUTANTS, tmp_path / "mutants", ignore=lambda folder, names: [n for n in names if "." not in n])
    for folder in ("drivers", "twins"):  # what the driver of the reference consists of
        (tmp_path / folder).symlink_to(data.root() / "conformance" / folder)
    (tmp_path / "fixtures").mkdir()
    monkeypatch.setattr(data, "mutants", lambda: tmp_path / "mutants")
    monkeypatch.setattr(data, "fixtures", lambda: tmp_path / "fixtures")
    return tmp_path


def put(house, name, code, fixture=FIXTURE):
    (house / "mutants" / "rpl").mkdir(exist_ok=True)
    (house / "mutants" / "rpl" / f"{name}.py").write_text(HEAD.format(wrong=f"Wrong: {name}.") + code)
    [source] = (Path(__file__).parents[1] / "fixtures").rglob(f"{fixture}.yaml")
    lines = [line for line in source.read_text().splitlines() if not line.startswith("mutants:")]
    (house / "fixtures" / source.name).write_text("\n".join([*lines, f"mutants: [{name}]"]) + "\n")


def mutants(*arguments):
    done = CliRunner().invoke(conformance, ["mutants", *arguments])
    return done.exit_code, done.output.splitlines()


def test_every_mutant_still_finds_its_function():
    done = subprocess.run(
        [sys.executable, str(MUTANTS / "run.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_a_mutant_is_killed(house):
    put(house, "forgetful", FORGETFUL)
    code, lines = mutants("-v")
    assert (code, lines[-1]) == (0, "1 killed, 0 survived"), lines
    assert any("effect.repeated in RPL-crash-after-commit" in line for line in lines)


def test_a_survivor_fails(house):
    put(house, "harmless", HARMLESS)
    code, lines = mutants()
    assert (code, lines[-1]) == (1, "0 killed, 1 survived")
    assert any("claims it, and passes" in line for line in lines)


@pytest.mark.parametrize("code", [CRASHING, BROKEN])
def test_a_crash_is_no_kill(house, code):
    put(house, "crashing", code)
    code, lines = mutants()
    assert (code, lines[-1]) == (1, "0 killed, 1 survived")
    assert any("driver.died" in line for line in lines)


@pytest.mark.parametrize(("code", "said"), [(GONE, "no_such_function"), (DRIFTED, "takes other arguments now")])
def test_a_mutant_whose_function_is_gone_or_another_fails(house, code, said):
    put(house, "gone", code)
    code, lines = mutants()
    assert (code, lines[-1]) == (1, "0 killed, 1 survived")
    assert said in " ".join(lines)
    done = subprocess.run(
        [sys.executable, str(house / "mutants" / "run.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stdout.startswith("gone: ")


def test_a_mutant_that_breaks_everything_else_too_fails_the_collateral_check(house):
    put(house, "clumsy", CLUMSY)
    for other in ("RPL-equal-calls", "IDN-loop-counts"):
        [path] = (Path(__file__).parents[1] / "fixtures").rglob(f"{other}.yaml")
        text = path.read_text()
        lines = [line for line in text.splitlines() if not line.startswith("mutants:")]
        changed = "\n".join(lines).replace("RPL-003, ", "").replace(", RPL-003", "") + "\n"
        (house / "fixtures" / path.name).write_text(changed)
    assert mutants()[0] == 0
    for sample in ("0", "1"):  # what looks bad in a sample is decided by all
        code, lines = mutants("--collateral", "--sample", sample)
        assert (code, lines[-1]) == (1, "0 killed, 1 survived")
        assert "it breaks 2 of 2 fixtures" in "".join(lines)


def test_an_unknown_mutant_is_an_error():
    code, lines = mutants("--mutant", "no-such-mutant")
    assert (code, lines[-1]) == (2, "0 killed, 0 survived")


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("No-Snake.py", HEAD.format(wrong="x"), "snake case"),
        ("mute.py", 'BREAKS = ("RPL-003",)', "says in its docstring"),
        ("blunt.py", '"""Wrong."""', "BREAKS is a tuple"),
        ("list.py", '"""Wrong."""\nBREAKS = ["RPL-003"]', "BREAKS is a tuple"),
        ("torn.py", '"""Wrong', "torn.py"),
    ],
)
def test_a_malformed_mutant_is_refused(tmp_path, file, text, problem):
    (tmp_path / "rpl").mkdir()
    (tmp_path / "rpl" / file).write_text(text)
    with pytest.raises(HarnessError, match=problem):
        load_mutants(tmp_path)


# --- coverage -----------------------------------------------------------------------------------------------------


def rule(identifier="RPL-003", keyword="MUST", text="A.", exclusion=None):
    return Requirement(identifier, keyword, text, f"{text:0<64}", "core", ["effects"], exclusion, "06-replay.md", "a")


@pytest.fixture
def triangle(house):
    """One rule, one fixture, one mutant."""
    put(house, "forgetful", FORGETFUL)
    path = next((house / "fixtures").glob("*.yaml"))
    text = path.read_text().splitlines()
    path.write_text("\n".join("verifies: [RPL-003]" if line.startswith("verifies:") else line for line in text) + "\n")

    def make(rules=None, reviewed=None, excluded=None, without=()):
        fixtures, bad = discover(house / "fixtures")
        assert not bad
        reviewed = {"RPL-003": rule().hash[:16]} if reviewed is None else reviewed
        known = {name: each for name, each in load_mutants(house / "mutants").items() if name not in without}
        return list(Coverage(rules or [rule()], fixtures, known, excluded or {}, reviewed).problems())

    make.house = house
    return make


def test_a_whole_triangle_has_no_problems(triangle):
    assert triangle() == []


def test_a_rule_without_fixture_and_mutant_is_missed(triangle):
    assert triangle([rule(), rule("XYZ-001", "MUST NOT")]) == [
        "XYZ-001 MUST NOT has no fixture",
        "XYZ-001 MUST NOT has no mutant",
    ]


def test_what_is_not_binding_needs_nothing(triangle):
    assert triangle([rule(), rule("XYZ-001", "SHOULD"), rule("XYZ-002", exclusion="nothing shows it")]) == []


def test_a_reason_stands_for_a_mutant_until_there_is_one(triangle):
    assert triangle([rule(), rule("XYZ-001")], excluded={"XYZ-001": "why"}) == ["XYZ-001 MUST has no fixture"]
    assert triangle(excluded={"RPL-003": "why"}) == ["exclusions.yaml names RPL-003, which has a mutant"]
    assert triangle(excluded={"XYZ-003": "why"}) == ["exclusions.yaml names XYZ-003, which does not exist"]


def test_an_unclaimed_mutant_is_missed(triangle):
    (triangle.house / "mutants" / "rpl" / "idle.py").write_text(HEAD.format(wrong="Idle.") + HARMLESS)
    assert triangle() == ["the mutant idle is claimed by no fixture"]


def test_unknown_rules_and_mutants_are_seen(triangle):
    assert triangle([rule("XYZ-002")], reviewed={})[2:] == [
        "RPL-crash-after-commit verifies RPL-003, which does not exist",
        "the mutant forgetful breaks RPL-003, which does not exist",
    ]
    problems = triangle(without=["forgetful"])
    assert "RPL-crash-after-commit claims to kill forgetful, which does not exist" in problems


def test_a_changed_rule_asks_for_its_fixtures(triangle):
    [problem] = triangle([rule(text="B.")])
    assert problem.startswith("RPL-003 says something else than when its fixtures were looked at: read RPL-crash")
    [problem] = triangle(reviewed={})
    assert problem.startswith("RPL-003 is new")
    [problem] = triangle(reviewed={"RPL-003": rule().hash[:16], "XYZ-001": "0"})
    assert problem.startswith("reviewed.json names XYZ-001")


def test_accepting_says_which_text_was_looked_at(house):
    put(house, "forgetful", FORGETFUL)
    reviewed = house / "fixtures" / "reviewed.json"
    reviewed.write_text('{"RPL-003": "old", "XYZ-003": "old"}')
    done = CliRunner().invoke(conformance, ["coverage", "--accept", "new"])
    assert done.exit_code == 0, done.output
    assert json.loads(reviewed.read_text())["RPL-003"] == "old"  # a change is looked at rule by rule
    assert CliRunner().invoke(conformance, ["coverage", "--accept", "RPL-003"]).exit_code == 0
    assert json.loads(reviewed.read_text())["RPL-003"] == load().hashes()["RPL-003"]
    assert CliRunner().invoke(conformance, ["coverage", "--accept", "XYZ-004"]).exit_code == 2


def test_coverage_says_what_is_missing_and_fails(house):
    put(house, "forgetful", FORGETFUL)
    done = CliRunner().invoke(conformance, ["coverage"])
    assert done.exit_code == 1
    assert "VAL-001 MUST has no fixture" in done.output
    assert done.output.splitlines()[-1].startswith(f"{sum(each.binding for each in load().rules)} binding rules, 1 fix")
