import re

import pytest
from judging import META, TOY, judge

from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import FixtureError, discover, load, load_yaml

INVALID = {
    "newer-format": "format 1.1 is newer than 1.0",
    "unknown-member": "'expected' was unexpected",
    "unknown-step-member": "'timeout' was unexpected",
    "unknown-operation": "'inwoke' is not one of",
    "unknown-statement": "'exec' was unexpected",
    "two-statements-in-one": "too many properties",
    "unknown-profile": "'kernel' is not one of",
    "no-value": "'value' is a required property",
    "failed-without-code": "'code' is a required property",
    "killed-without-fault": "`killed` and a fault that kills belong together",
    "fault-without-killed": "`killed` and a fault that kills belong together",
    "two-faults": "$.steps[0].fault",
    "unknown-kind": "$.final.journal",
    "unknown-program": "there is no such program",
    "no-program": "needs `program`",
    "uncounted-effects": "effect_totals: has to be given",
    "key-twice": "the key 'input' stands twice",
    "not-a-number": "no JSON number",
    "finish-without-start": "no step before started it",
    "sql-without-sqlite": "only with saver: sqlite",
    "items-without-sqlite": "only with store: sqlite",
    "given-thread": "$.given.threads[0], filled in",
    "given-journal": "another attempt_id than the attempt that it follows (JRN-003)",
    "no-why": "'why' is a required property",
    "no-steps": "$.steps",
    "no-rule": "$.verifies",
    "other-name": "the file is not named after it",
}


@pytest.mark.parametrize("name", INVALID)
def test_what_is_no_fixture_is_refused_for_its_own_reason(name):
    with pytest.raises(FixtureError) as caught:
        load(META / "invalid" / f"CNF-invalid-{name}.yaml")
    assert INVALID[name] in str(caught.value)
    assert caught.value.code == ("fixture.newer" if name == "newer-format" else "fixture.invalid")


def test_every_invalid_fixture_is_tested():
    assert {path.stem.removeprefix("CNF-invalid-") for path in (META / "invalid").glob("*.yaml")} == set(INVALID)


def test_the_suite_has_no_invalid_fixture():
    fixtures, bad = discover()
    assert [str(error) for error in bad] == []
    assert fixtures


def test_an_id_stands_for_one_fixture(tmp_path):
    source = (META / "must-pass" / "RPL-toy-sweep.yaml").read_text()
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "RPL-toy-sweep.yaml").write_text(source)
    _, bad = discover(tmp_path)
    assert "stands twice" in str(bad[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [("2026-01-01", "2026-01-01"), ("yes", "yes"), ("no", "no"), ("true", True), ("on", "on"), ("1", 1)],
)
def test_yaml_is_read_as_json(tmp_path, text, value):
    (tmp_path / "a.yaml").write_text(f"a: {text}\n")
    assert load_yaml(tmp_path / "a.yaml") == {"a": value}


def test_a_file_that_is_no_yaml(tmp_path):
    (tmp_path / "a.yaml").write_text("{")
    with pytest.raises(HarnessError):
        load_yaml(tmp_path / "a.yaml")


def test_what_is_left_out_of_a_given_thread_is_filled_in():
    fixtures, _ = discover()
    given = [
        thread for fixture in fixtures for thread in fixture.threads if not fixture.document["given"].get("unchecked")
    ]
    assert given
    assert all(item["checkpoint"]["seq"] == seq for thread in given for seq, item in enumerate(thread["checkpoints"]))


BLAMED = re.compile(r"\b(?:port|runtime|driver|saver|store|program)s?\b", re.IGNORECASE)


def test_every_fixture_says_shortly_what_a_wrong_port_would_do():
    fixtures, _ = discover()
    said = {each.id: str(each.document["why"]) for each in fixtures}
    assert [name for name, why in said.items() if not 40 <= len(why) <= 280 or not why.endswith(".")] == []
    assert [name for name, why in said.items() if not BLAMED.search(why)] == []
    assert [each.id for each in fixtures if len(each.title) > 130 or "\n" in each.title] == []
    titles = [each.title for each in fixtures]
    assert sorted(each for each in set(titles) if titles.count(each) > 1) == []


def test_core_needs_no_other_profile():
    fixtures, _ = discover()
    assert {each.profile for each in fixtures if not each.profiles} == {"core"}
    assert [each.id for each in fixtures if each.profile == "core" and each.profiles] == []


def test_a_fixture_is_judged_where_all_that_it_uses_is_claimed(tmp_path):
    text = (META / "must-pass" / "RPL-toy-sweep.yaml").read_text()
    state = "{values: null, next: [], interrupts: [], tasks: []}"
    step = f"  - {{op: state, thread: t9, expect: {{outcome: state, state: {state}}}}}\n"
    (tmp_path / "RPL-toy-sweep.yaml").write_text(text.replace("steps:\n", f"steps:\n{step}"))
    [result] = judge(TOY, tmp_path, sweep="none").results
    assert (result.verdict, result.reason) == ("not_claimed", "profile state is not claimed")
