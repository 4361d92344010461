import re
from pathlib import Path

import pytest
from judging import META, broken, judge

GREETING = [
    ("hello-garbage", "no JSON"),
    ("hello-dies", "exit status 3"),
    ("hello-refuses", "refuses the hello: I speak protocol 2.0"),
    ("hello-other-spec", "hello is not of protocol"),
    ("hello-without-core", "hello is not of protocol"),
    ("hello-unknown-profile", "telepathy"),
    ("hello-unknown-member", "motto"),
    ("hello-other-id", "another id"),
    ("hello-no-object", "no object"),
    ("hello-endless-line", "a line of"),
]


@pytest.mark.parametrize(("behaviour", "words"), GREETING)
def test_a_driver_without_a_hello_is_broken_before_anything_runs(behaviour, words):
    result = judge(broken(behaviour))
    assert result.exit_code == 2
    assert words in result.error
    assert result.executed == 0


def test_a_driver_that_never_says_hello_is_not_waited_for():
    result = judge(broken("hello-hangs"), start=1.0)
    assert result.exit_code == 2
    assert "did not answer the hello within 1 s" in result.error


def test_a_driver_that_cannot_be_started():
    result = judge(["/nowhere/driver"])
    assert result.exit_code == 2
    assert "cannot be started" in result.error


PROTOCOL = [
    ("run-garbage", "driver.protocol"),
    ("run-nan", "driver.protocol"),
    ("run-other-id", "driver.protocol"),
    ("run-unknown-member", "driver.protocol"),
    ("run-unknown-outcome", "driver.protocol"),
    ("run-unknown-call", "driver.protocol"),
    ("run-second-hello", "driver.protocol"),
    ("run-same-cid", "driver.protocol"),
    ("run-errored", "driver.errored"),
    ("run-floods", "driver.flood"),
]


@pytest.mark.parametrize(("behaviour", "code"), PROTOCOL)
def test_who_breaks_the_protocol_is_broken_not_wrong(behaviour, code):
    result = judge(broken(behaviour))
    assert result.exit_code == 2
    assert result.counts["broken"] == len(result.results) > 0
    assert {each.first_problem[0].code for each in result.results} == {code}


PORT = [
    ("run-dies", "driver.died"),
    ("run-killed-by-itself", "driver.died"),
    ("run-skips", "driver.skipped"),
    ("run-bad-entry", "store.invalid"),
    ("run-large-entry", "store.invalid"),
    ("run-large-integer", "expect.value"),
    ("run-lone-completion", "store.invalid"),
    ("run-ignores-journal", "effect.repeated"),
]


@pytest.mark.parametrize(("behaviour", "code"), PORT)
def test_what_a_wrong_port_does_fails(behaviour, code):
    result = judge(broken(behaviour))
    assert result.exit_code == 1
    assert code in {each.first_problem[0].code for each in result.results if each.first_problem}


def test_a_port_that_hangs_in_a_run_fails():
    result = judge(broken("run-hangs"), silence=0.5)
    assert result.exit_code == 1
    assert {each.first_problem[0].code for each in result.results} == {"driver.timeout"}


def test_a_port_that_does_not_record_fails_everything():
    result = judge(broken("run-forgets"))
    assert result.exit_code == 1
    assert result.counts["passed"] == 0


def test_a_driver_that_claims_everything_and_returns_null_passes_nothing(tmp_path):
    result = judge(broken("claims-everything"))
    assert result.exit_code == 1
    assert result.counts["passed"] == 0


def test_what_is_claimed_is_mandatory(tmp_path):
    source = (META / "must-pass" / "RPL-toy-sweep.yaml").read_text()
    text = source.replace("profile: core", "profile: concurrency").replace("call:", "start:", 1)
    (tmp_path / "RPL-toy-sweep.yaml").write_text(text)
    honest = judge([*broken("none")], folder=tmp_path)
    assert honest.results[0].verdict == "not_claimed"
    assert honest.exit_code == 2, "nothing was executed"
    lying = judge(broken("claims-too-much"), folder=tmp_path)
    assert lying.results[0].verdict == "failed"
    assert lying.exit_code == 1


def test_to_ask_for_what_is_not_claimed_fails(tmp_path):
    source = (META / "must-pass" / "RPL-toy-sweep.yaml").read_text()
    (tmp_path / "RPL-toy-sweep.yaml").write_text(source.replace("profile: core", "profile: state"))
    (tmp_path / "RPL-toy-crash-after-commit.yaml").write_text(
        (META / "must-pass" / "RPL-toy-crash-after-commit.yaml").read_text()
    )
    result = judge(broken("none"), folder=tmp_path, profiles=frozenset({"core", "state"}))
    assert result.exit_code == 1
    assert {each.id: each.verdict for each in result.results} == {
        "RPL-toy-crash-after-commit": "passed",
        "RPL-toy-sweep": "failed",
    }


def test_a_driver_that_does_not_stop_is_broken():
    result = judge(broken("stop-ignored"), stop=0.5)
    assert result.exit_code == 2
    assert "asked to stop" in result.error


def test_after_five_fixtures_that_the_driver_ended_the_rest_is_not_run():
    folder = META / "must-fail"
    result = judge(broken("run-dies"), folder=folder, jobs=1)
    assert result.exit_code == 2
    assert "the driver is broken" in result.error
    assert result.executed == 5


def test_two_processes_that_say_different_things_are_no_driver():
    result = judge(broken("hello-changes"), jobs=1)
    assert result.exit_code == 2
    assert "driver.hello" in {each.first_problem[0].code for each in result.results if each.first_problem}


def test_a_form_that_records_otherwise_fails():
    result = judge(broken("forms-record-otherwise"))
    assert result.exit_code == 1
    assert {each.first_problem[0].code for each in result.results} == {"variants.journal"}


TWO_FORMS = """
format: "1.0"
id: CNF-two-forms
title: An effect in the body
why: A port whose forms differ does something twice.
verifies: [CNF-020]
profile: core
program: {entrypoint: main, params: [x], body: [{effect: {name: fetch, args: [1], as: r}}, {return: 1}]}
effects: {fetch: [{return: 1}, {return: 1}]}
steps:
  - {op: invoke, thread: t1, input: 1, expect: {outcome: completed, value: 1, effects: {$any: true}}}
"""


def test_a_form_that_does_something_else_fails(tmp_path):
    (tmp_path / "CNF-two-forms.yaml").write_text(TWO_FORMS)
    result = judge(broken("forms-count-otherwise"), folder=tmp_path)
    assert [each.first_problem[0].code for each in result.results] == ["variants.effects"]


def test_what_a_language_cannot_have_is_skipped_and_counts_neither_way(tmp_path):
    (tmp_path / "VAL-host.yaml").write_text("""
format: "1.0"
id: VAL-host
title: A value of some languages only
why: A port that writes it gives others what they cannot read.
verifies: [VAL-020]
profile: core
steps:
  - {op: encode, expr: {$host: lone_surrogate}, expect: {outcome: rejected, code: value.lone_surrogate}}
""")
    alone = judge(broken("none"), folder=tmp_path)
    assert [each.verdict for each in alone.results] == ["skipped"]
    assert (alone.exit_code, alone.error_code) == (2, "suite.nothing")
    (tmp_path / "RPL-toy-sweep.yaml").write_text((META / "must-pass" / "RPL-toy-sweep.yaml").read_text())
    both = judge(broken("none"), folder=tmp_path)
    assert both.exit_code == 0
    assert (both.executed, both.required) == (1, 2)


def test_a_saver_called_in_a_run_without_one_is_not_the_protocol(tmp_path):
    text = TWO_FORMS.replace("profile: core", "profile: core\nsaver: none")
    (tmp_path / "CNF-two-forms.yaml").write_text(text)
    result = judge(broken("none"), folder=tmp_path)
    assert [each.first_problem[0].code for each in result.results] == ["driver.protocol"]


JUDGE = META.parent / "runner" / "taskpoint_conformance"
RAISED = re.compile(r'(?:Failure|Broken|Skipped|FixtureError|_compare)\(\s*"([a-z]+\.[a-z_]+)"')
UNREACHABLE = {"suite.request"}  # a request of the suite's own that breaks the protocol


def test_the_judge_is_judged_in_each_way_in_which_it_can_judge():
    raised = {code for file in JUDGE.rglob("*.py") for code in RAISED.findall(file.read_text())}
    tests = [*META.rglob("*.json"), *Path(__file__).parent.glob("test_*.py")]
    provoked = "".join(each.read_text() for each in tests)
    assert len(raised) > 20
    assert sorted(code for code in raised - UNREACHABLE if f'"{code}"' not in provoked) == []
