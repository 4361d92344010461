"""Ports with a store of their own: what is judged of them, and what is not."""

import sys

import pytest
from judging import HERE, META, TOY, judge

from taskpoint_conformance import data
from taskpoint_conformance.cli.common import baseline_entries, driver_command
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import discover, load
from taskpoint_conformance.handover import Handover, hand_over
from taskpoint_conformance.matrix import matrix
from taskpoint_conformance.own import loosened, unfit
from taskpoint_conformance.report import report
from taskpoint_conformance.results import SuiteResult
from taskpoint_conformance.schemas import format_problem
from taskpoint_conformance.summaries import load_report, standing
from taskpoint_conformance.traffic import Limits
from taskpoint_conformance.world import Release

SWEPT = "RPL-toy-sweep"


def own(behaviour="is-right"):
    return [sys.executable, str(HERE / "own_driver.py"), behaviour]


def by_id(result):
    return {each.id: each for each in result.results}


def test_an_honest_port_passes_and_is_killed_at_effects_only():
    result = judge(own(), sweep="full")
    assert result.exit_code == 0, result.error
    found = by_id(result)
    points = [each.point for each in found[SWEPT].variants if each.point]
    assert len(points) == 6
    assert all(" effect " in each and each.startswith("killed") for each in points)
    assert found[SWEPT].unjudged == ["final.journal"]


def test_what_strikes_at_a_write_is_left_out_and_the_report_says_why():
    found = by_id(judge(own()))["RPL-toy-crash-after-commit"]
    assert found.verdict == "not_claimed"
    assert found.reason == "not judged of a port with a store of its own: its fault strikes at a write"


def test_a_port_that_forgets_what_was_over_fails_after_a_kill():
    assert judge(own("forgets")).exit_code == 0  # without a kill nobody can tell
    result = judge(own("forgets"), sweep="full")
    problem, variant = by_id(result)[SWEPT].first_problem
    assert problem.code == "effect.repeated"
    assert "fetch(1) ran again" in problem.message
    assert variant.point.startswith("killed")


def test_a_rule_that_shows_in_the_journal_alone_is_not_judged(tmp_path):
    rules = data.requirements()
    shown = next(id for id, rule in rules.items() if rule["observable"] == ["journal"] and rule["profile"] == "core")
    source = (META / "must-pass" / f"{SWEPT}.yaml").read_text()
    (tmp_path / f"{SWEPT}.yaml").write_text(source.replace("[RPL-003]", f"[RPL-003, {shown}]"))
    document = report(judge(own(), folder=tmp_path))
    assert format_problem("report", document) is None
    verdicts = {each["id"]: each["verdict"] for each in document["requirements"]}
    assert (verdicts["RPL-003"], verdicts[shown]) == ("passed", "not_judged")
    assert document["results"][0]["unjudged"] == ["final.journal"]
    by_the_journal = report(judge(TOY, folder=tmp_path))
    assert {each["id"]: each["verdict"] for each in by_the_journal["requirements"]}[shown] == "passed"


ASKS = """
format: "1.0"
id: INT-asks
title: An answer reaches its question by the port's own id
why: A runner that sends the fixture's ids would ask for something that this port does not know.
verifies: [INT-001]
profile: interrupts
program:
  entrypoint: main
  params: [x]
  body: [{interrupt: {value: ok, as: a}}, {return: {$var: a}}]
steps:
  - {op: invoke, thread: t1, input: 0, expect: {outcome: interrupted, interrupts: [{id: "!0", value: ok}]}}
  - {op: command, thread: t1, answers: {"!0": ANSWER}, expect: {outcome: completed, value: yes indeed}}
final: {journal: []}
"""


@pytest.mark.parametrize(("answer", "code"), [("yes indeed", None), ("no", "expect.value")])
def test_the_ids_of_the_port_are_learned(tmp_path, answer, code):
    (tmp_path / "INT-asks.yaml").write_text(ASKS.replace("ANSWER", f'"{answer}"'))
    found = judge(own(), folder=tmp_path).results[0].first_problem
    assert (found and found[0].code) == code


TRIES_AGAIN = """
format: "1.0"
id: ERR-tries-again
title: A call that failed is executed anew
why: A runner that takes it for a repetition gives the same error for ever.
verifies: [ERR-001]
profile: core
program:
  entrypoint: main
  params: []
  tasks: {pay: {params: [], body: [{effect: {name: pay, as: r}}, {return: {$var: r}}]}}
  body: [{call: {task: pay, as: a}}, {return: {$var: a}}]
effects: {pay: [{raise: {type: Declined, message: expired}}, {return: 10}, {return: 20}]}
steps:
  - {op: invoke, thread: t1, expect: {outcome: failed, code: task.failed, error: {type: Declined, message: expired}}}
  - {op: resume, thread: t1, fault: {effect: pay(), when: after}, expect: {outcome: killed}}
  - {op: resume, thread: t1, note: it came to no end, expect: {outcome: completed, value: 10}}
  - {op: invoke, thread: t1, expect: {outcome: completed, value: 20}}
final: {effect_totals: {"pay()": 4}}
"""


def test_a_call_that_failed_is_executed_anew_and_one_that_was_killed_is_the_same(tmp_path):
    (tmp_path / "ERR-tries-again.yaml").write_text(TRIES_AGAIN)
    assert judge(own(), folder=tmp_path).results[0].first_problem is None


def test_what_such_a_port_has_no_word_for_is_skipped_and_nothing_else_may_be(tmp_path):
    (tmp_path / "INT-asks.yaml").write_text(ASKS.replace("ANSWER", "x"))
    result = judge(own("has-no-word"), folder=tmp_path)
    assert [each.verdict for each in result.results] == ["skipped"]
    assert result.exit_code == 2  # nothing was executed


def test_after_a_kill_an_order_gives_way_to_what_will_not_come_again():
    whole = [{"arrived": ["fast()", "slow()"]}, "fast()", "slow()"]
    release = Release(list(whole)).without(set(), gives_way=True)
    release.held.append(("slow()", "the reply to slow()"))  # fast() has its outcome in the port's store
    assert release.next() is None
    release.go_on()
    assert release.next() is None  # it is not the turn of slow()
    release.go_on()
    assert release.next() == "the reply to slow()"
    waits = Release(list(whole)).without(set())
    waits.go_on()
    assert waits.items == whole


def test_a_difference_of_intent_is_told_from_a_defect():
    def judged(kind):
        entry = {"code": "effect.repeated", "reason": "told apart by nothing", "kind": kind}
        return report(judge(own("forgets"), sweep="full", baseline={SWEPT: entry}))

    meant, mistaken = judged("intent"), judged("defect")
    assert format_problem("report", meant) is None
    for document, kind in ((meant, "intent"), (mistaken, "defect")):
        assert {each["id"]: each.get("kind") for each in document["results"]}[SWEPT] == kind
        assert {each["id"]: each.get("kind") for each in document["requirements"]}["RPL-003"] == kind
    assert standing(meant) == ("partial", "1 known failures, 1 of them differences of intent")
    page = matrix([meant, mistaken])
    assert "differs, and is meant to: told apart by nothing" in page
    assert "fails, and the baseline knows it: told apart by nothing" in page


def test_its_own_store_and_the_runner_s_are_not_claimed_together():
    result = judge(own("claims-both"))
    assert result.exit_code == 2
    assert "not of protocol" in result.error


def test_nothing_is_handed_over():
    asked = Handover(first=own(), heir=TOY, limits=Limits(start=60), jobs=1)
    result = hand_over([load(META / "must-pass" / f"{SWEPT}.yaml")], asked, SuiteResult([], "", 1, ""))
    assert "has no thread that another port could go on with" in result.error


def test_names_of_the_specification_are_not_judged_and_the_rest_is():
    expect = {
        "outcome": "failed",
        "code": "task.failed",
        "error": {"type": "value.not_encodable", "message": "m", "path": "a#0"},
        "effects": [
            {"$unordered": [{"name": "pay", "args": [1], "path": "a#0", "idempotency_key": "k", "attempt": 2}]}
        ],
        "events": [{"work": 20}, {"__interrupt__": [{"id": "!0", "value": "ok"}]}],
        "state": {"values": 1, "next": [], "interrupts": [], "source": "loop", "checkpoint_id": {"$bind": "c"}},
    }
    assert loosened(expect) == {
        "outcome": "failed",
        "error": {"type": {"$any": True}, "message": "m"},
        "effects": [{"$unordered": [{"name": "pay", "args": [1], "attempt": 2}]}],
        "events": [{"work": 20}, {"__interrupt__": [{"id": {"$any": True}, "value": "ok"}]}],
        "state": {"values": 1, "next": [], "interrupts": [], "checkpoint_id": {"$bind": "c"}},
    }


@pytest.mark.parametrize(
    ("identifier", "reason"),
    [
        ("VAL-plain", "it is about documents of this specification"),
        ("RPL-crash-after-commit", "its fault strikes at a write"),
        ("INT-answers-in-the-order-raised", "it begins with threads in the store"),
        ("STO-sqlite-read-by-the-port", "it is about a file of the normative layout"),
        ("INT-ask-and-answer", None),
    ],
)
def test_fixtures_that_tell_nothing_of_such_a_port_are_left_out(identifier, reason):
    assert unfit(load(next(data.fixtures().rglob(f"{identifier}.yaml")))) == reason


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("langgraph-py", r"python3 -m venv \.venv && \.venv/bin/pip install -r requirements\.txt"),
        ("langgraph-js", "langgraph-js && npm install"),
    ],
)
def test_a_known_driver_that_is_not_installed_says_how(monkeypatch, tmp_path, name, how):
    monkeypatch.setattr(data, "drivers", lambda: tmp_path)
    with pytest.raises(HarnessError, match=how):
        driver_command(name)
    readme = (HERE.parent / "drivers" / name / "README.md").read_text()
    assert how.replace("\\", "").rpartition("&& ")[2] in readme


LANGGRAPH = ("CNF-expressions", "INT-ask-and-answer", "CON-first-wins")


@pytest.mark.parametrize("name", ["langgraph-py", "langgraph-js"])
def test_langgraph_is_driven(name):
    try:
        command = driver_command(name)
    except HarnessError as error:
        pytest.skip(str(error))
    result = judge(command, folder=data.fixtures(), wanted=LANGGRAPH)
    assert result.counts["passed"] == len(LANGGRAPH)


@pytest.mark.parametrize("name", ["langgraph-py", "langgraph-js"])
def test_the_committed_report_knows_every_difference(name):
    report = load_report(data.reports() / f"{name}.json")
    known = {fixture.id for fixture in discover()[0]}
    entries = baseline_entries(data.drivers() / name / "baseline.yaml", known)
    failures = {each["id"]: each for each in report["results"] if each["verdict"] == "expected_failure"}
    assert (report["summary"]["failed"], report["summary"]["broken"]) == (0, 0)
    assert {name: (each["kind"], each["reason"]) for name, each in failures.items()} == {
        name: (each["kind"], each["reason"]) for name, each in entries.items()
    }
    assert report["driver"]["command"] == [name]
    assert report["asked"]["sweep"] == "full"
    assert report["asked"]["fixtures"] == []
