"""A sweep finds what a straight run does not: drivers that are right as long as nothing goes wrong."""

import queue
import signal

import pytest
from judging import META, TOY, broken, judge

from taskpoint_conformance import data
from taskpoint_conformance.copies import Original
from taskpoint_conformance.fixtures import load
from taskpoint_conformance.process import Driver
from taskpoint_conformance.strikes import Operation, Strike, chosen, strikes_of

WRONG = [
    ("run-repeats-unacknowledged", "acknowledgement lost of task.completed", "effect.repeated"),
    ("run-gives-up", "acknowledgement lost of begin", "expect.outcome"),
    ("run-trusts-blindly", "nobody knows whether it was written, and it was not", "expect.outcome"),
    ("run-does-not-wait", "acknowledgement delayed of task.completed", "store.unacknowledged"),
    ("run-takes-any-reply", "sent twice of", "expect.value"),
    ("run-swallows-failures", "store failed at", None),
]


@pytest.mark.parametrize(("behaviour", "point", "code"), WRONG)
def test_what_only_a_sweep_can_see(behaviour, point, code):
    straight = judge(broken(behaviour), sweep="none")
    assert straight.exit_code == 0
    swept = judge(broken(behaviour), sweep="full", silence=3.0)
    assert swept.exit_code != 0
    found = [each for result in swept.results for each in result.variants if each.problem]
    assert found
    assert all(each.point for each in found)
    assert point in " ".join(each.point for each in found)
    assert code is None or code in {each.problem.code for each in found}


def test_a_full_sweep_tries_each_fault_at_each_operation():
    result = judge(TOY, sweep="full")
    assert result.exit_code == 0
    points = [each.point for each in next(one for one in result.results if one.id == "RPL-toy-sweep").variants[1:]]
    written = ["begin", "task.completed fetch#0", "task.completed outer#0/fetch#0", "task.completed outer#0"]
    for label in [*written, "run.completed"]:
        assert f"killed after {label}" in points
        assert f"acknowledgement lost of {label}" in points
        assert f"acknowledgement delayed of {label}" in points
        assert f"acknowledgement sent twice of {label}" in points
        assert f"store failed at {label}" in points
        assert f"store failed at {label} although it was written" in points
        assert f"store failed at {label}, nobody knows whether it was written, and it was not" in points
    for effect in ["fetch(1)", "fetch(10)", "note(20)"]:
        assert f"killed after effect {effect}" in points
    assert "killed before begin" in points
    assert "store failed at load" in points
    assert not [each for each in points if "not reached" in each]


def test_a_kill_before_an_operation_is_the_kill_after_the_one_before_it():
    begin, effect = Operation("write", "begin", 0, True), Operation("effect", "work", 0, True)
    hows = [(each.number, each.how) for each in strikes_of([begin, effect], whole=True) if each.kills]
    assert hows == [(0, "killed before"), (0, "killed after"), (1, "killed after")]
    unseen = [(each.number, each.how) for each in strikes_of([effect, effect], whole=False) if each.kills]
    assert unseen == [(0, "killed before"), (0, "killed after"), (1, "killed before"), (1, "killed after")]


def test_a_copy_is_a_process_of_its_own_and_says_how_it_ended():
    original = Original(data.reference_driver(), 60)
    try:
        first, second = (Driver(original.copy(), queue.Queue()) for _ in range(2))
        assert first.greet(60) == second.greet(60)
        first.kill()  # asks for SIGKILL in its wait status
        assert first.wait_status == -signal.SIGKILL
        assert second.alive
        assert second.stop(60) == 0
    finally:
        original.close()


def test_who_claims_copies_and_makes_none_is_broken():
    result = judge(broken("hello-false-copies"), sweep="full", start=3.0)
    assert result.exit_code == 2
    problems = [each.first_problem[0] for each in result.results if each.first_problem]
    assert any(each.code == "driver.died" and "made none" in each.message for each in problems)


def test_what_must_not_end_is_struck_silently_only():
    strikes = strikes_of([Operation("write", "begin", 0, False, False)], whole=True)
    assert strikes
    assert all(each.is_silent for each in strikes)


def test_a_sample_turns_with_its_seed_and_stays_with_it():
    begin = Operation("write", "begin", 0, True)
    strikes = [Strike(number, how, begin) for number in range(20) for how in ("killed after", "lost", "failed")]
    samples = [chosen("RPL-a", strikes, "sample", seed) for seed in range(20)]
    assert samples[3] == chosen("RPL-a", strikes, "sample", 3)
    assert len({tuple(each) for each in samples}) > 10
    quick = chosen("RPL-a", strikes, "quick")
    assert [each.kills for each in quick].count(True) == 1
    assert len(quick) < len(samples[0]) < len(chosen("RPL-a", strikes, "full")) == len(strikes)


def test_a_fixture_opts_out_for_a_reason(tmp_path):
    path = tmp_path / "RPL-toy-sweep.yaml"
    source = (META / "must-pass" / "RPL-toy-sweep.yaml").read_text()
    path.write_text(source.replace("sweep: {crash: all}", "sweep: {except: [kill, fail], reason: a test}"))
    assert load(path).unswept == ["kill", "fail"]
    result = judge(TOY, folder=tmp_path, sweep="full")
    assert result.exit_code == 0
    points = [each.point for each in result.results[0].variants[1:]]
    assert points
    assert all(each.startswith("acknowledgement") for each in points)


def test_an_opt_out_without_a_reason_is_no_fixture(tmp_path):
    source = (META / "must-pass" / "RPL-toy-sweep.yaml").read_text()
    (tmp_path / "RPL-toy-sweep.yaml").write_text(source.replace("{crash: all}", "{except: [kill]}"))
    assert judge(TOY, folder=tmp_path).exit_code == 2
