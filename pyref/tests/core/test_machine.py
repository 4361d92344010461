"""The machine, driven directly: what is made, recorded, delivered, suspended, and what is left over."""

import json

import pytest
from builders import answered, asked, cancelled, done, failed, interrupted, journal, resumed, run_failed
from hypothesis import given, settings
from hypothesis import strategies as st

from taskpoint._core.calls import Outcome, State
from taskpoint._core.index import Index
from taskpoint._core.journal import ErrorDocument, InterruptRaised, TaskCancelled, TaskCompleted, TaskFailed
from taskpoint._core.machine import DuplicateKey, Machine
from taskpoint._core.matching import Divergence


def machine(*entries, on_divergence="error"):
    return Machine(Index(journal(*entries)), attempt_id="a2", now=lambda: "now", on_divergence=on_divergence)


def run(made, call, outcome=None):
    """What a driver does with a new call: run it, and take its outcome."""
    call.state = State.RUNNING
    call.started_at = "then"
    made.finish(call, outcome or Outcome(value="1"))


def commit(made):
    """What a driver does with what waits: append it, and say that it is durable."""
    first, entries, calls = made.take()
    made.committed(calls)
    return first, entries


def drain(scope):
    found = []
    while scope.deliverable() is not None:
        found.append(scope.deliver().path)
    return found


# --- calls --------------------------------------------------------------------------------------------------------


def test_a_new_call_is_made_and_nothing_is_recorded():
    made = machine()
    call = made.call(made.open_scope(), "f", "d")
    assert (call.path, call.state, call.replayed) == ("f#0", State.MADE, False)
    assert made.outbox == []


def test_a_recorded_call_is_finished_at_once_and_costs_no_entry():
    made = machine(done("f#0", value="42"))
    scope = made.open_scope()
    call = made.call(scope, "f", "d")
    assert (call.state, call.replayed, call.outcome.value) == (State.FINISHED, True, "42")
    assert scope.deliver() is call
    assert made.outbox == []


def test_each_scope_counts_for_itself():
    made = machine()
    outer, other = made.open_scope("a#0"), made.open_scope("a#1")
    paths = [made.call(scope, "f", "d").path for scope in (outer, other, outer)]
    assert paths == ["a#0/f#0", "a#1/f#0", "a#0/f#1"]


def test_a_key_is_used_once_in_a_scope():
    made = machine()
    scope = made.open_scope()
    made.call(scope, "f", "d", "k")
    with pytest.raises(DuplicateKey, match="f@k"):
        made.call(scope, "f", "d", "k")
    assert made.call(scope, "g", "d", "k").path == "g@k"
    assert made.call(made.open_scope("a#0"), "f", "d", "k").path == "a#0/f@k"
    assert made.call(scope, "f", "d").path == "f#0"


def test_a_void_failure_runs_again_under_its_path():
    made = machine(failed("f#0"), run_failed("f#0"), resumed(2, ["f#0"]))
    call = made.call(made.open_scope(), "f", "another input")
    assert (call.path, call.state) == ("f#0", State.MADE)


def test_a_divergence_raises_or_takes_the_record_as_the_entrypoint_wants():
    strict = machine(done("f#0", "1"))
    with pytest.raises(Divergence):
        strict.call(strict.open_scope(), "f", "2")
    lenient = machine(done("f#0", "1"), on_divergence="replay")
    call = lenient.call(lenient.open_scope(), "f", "2")
    assert (call.path, call.replayed, call.diverged.attempted_digest) == ("f#0", True, "2")


# --- outcomes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (Outcome(value="null"), TaskCompleted),
        (Outcome(error=ErrorDocument("E", "m"), rerun=["f#0/g#0"]), TaskFailed),
        (Outcome(), TaskCancelled),
    ],
)
def test_an_outcome_becomes_one_entry_that_says_all(outcome, kind):
    made = machine()
    run(made, made.call(made.open_scope(), "f", "d"), outcome)
    first, [entry] = commit(made)
    assert type(entry) is kind
    assert (first, entry.seq) == (1, 1)
    assert (entry.at, entry.attempt_id, entry.started_at, entry.attempts) == ("now", "a2", "then", 1)
    assert (entry.path, entry.name, entry.input_digest, entry.alone) == ("f#0", "f", "d", True)
    assert list(getattr(entry, "rerun", [])) == list(outcome.rerun)


def test_an_outcome_is_deliverable_when_it_is_durable_and_not_before():
    made = machine()
    scope = made.open_scope()
    call = made.call(scope, "f", "d")
    run(made, call)
    assert scope.deliverable() is None
    calls = made.take()[2]
    assert scope.deliverable() is None
    made.committed(calls)
    assert scope.deliverable() is call


def test_seqs_count_on_over_batches():
    made = machine(done("x#0"))
    scope = made.open_scope()
    batches = []
    for size in (2, 0, 3):
        for _ in range(size):
            run(made, made.call(scope, "f", "d"))
        first, entries = commit(made)
        batches.append((first, [entry.seq for entry in entries]))
    assert batches == [(2, [2, 3]), (4, []), (4, [4, 5, 6])]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_deliveries_come_in_journal_order_recorded_ones_first(data):
    """Any recorded part, any order of making, finishing and committing."""
    names = [f"n{i}" for i in range(data.draw(st.integers(1, 7)))]
    recorded = data.draw(st.lists(st.sampled_from(names), unique=True))
    made = machine(*[done(f"{name}#0") for name in recorded])
    scope = made.open_scope()
    calls = {name: made.call(scope, name, "d") for name in data.draw(st.permutations(names))}
    assert drain(scope) == [f"{name}#0" for name in recorded]
    finished = data.draw(st.permutations([name for name in names if name not in recorded]))
    delivered = []
    for name in finished:
        run(made, calls[name])
        if data.draw(st.booleans()):
            commit(made)
            delivered += drain(scope)
    commit(made)
    delivered += drain(scope)
    assert delivered == [f"{name}#0" for name in finished]
    assert scope.open == 0
    assert [call.turn for call in sorted(calls.values(), key=lambda call: call.turn)] == list(range(1, len(names) + 1))


def test_what_was_recorded_for_a_call_that_does_not_come_holds_nobody_up():
    """CON-003."""
    made = machine(done("gone#0"), done("f#0"))
    scope = made.open_scope()
    made.call(scope, "f", "d")
    assert drain(scope) == ["f#0"]


def test_a_recorded_outcome_that_is_asked_for_late_comes_before_a_new_one():
    made = machine(done("f#0"))
    scope = made.open_scope()
    run(made, made.call(scope, "g", "d"))
    commit(made)
    made.call(scope, "f", "d")
    assert drain(scope) == ["f#0", "g#0"]


# --- alone --------------------------------------------------------------------------------------------------------


def recorded_alone(made):
    return {entry.path: entry.alone for entry in commit(made)[1]}


def test_a_call_that_its_scope_waits_for_is_alone():
    made = machine()
    run(made, made.call(made.open_scope(), "f", "d"))
    assert recorded_alone(made) == {"f#0": True}


def test_calls_that_were_open_together_are_not_alone_whoever_ends_last():
    made = machine()
    scope = made.open_scope()
    first, second = made.call(scope, "f", "d"), made.call(scope, "g", "d")
    run(made, first)
    run(made, second)
    assert recorded_alone(made) == {"f#0": False, "g#0": False}


def test_a_call_beside_one_that_is_recorded_but_not_delivered_is_not_alone():
    made = machine(done("f#0"))
    scope = made.open_scope()
    made.call(scope, "f", "d")
    run(made, made.call(scope, "g", "d"))
    assert recorded_alone(made) == {"g#0": False}


def test_after_all_is_delivered_the_next_call_is_alone_again():
    made = machine()
    scope = made.open_scope()
    for name in "ab":
        run(made, made.call(scope, name, "d"))
    commit(made)
    drain(scope)
    run(made, made.call(scope, "c", "d"))
    assert recorded_alone(made) == {"c#0": True}


def test_calls_of_another_scope_make_nobody_less_alone():
    made = machine()
    outer = made.call(made.open_scope(), "a", "d")
    run(made, made.call(made.open_scope("a#0"), "f", "d"))
    run(made, outer)
    assert recorded_alone(made) == {"a#0/f#0": True, "a#0": True}


# --- failures -----------------------------------------------------------------------------------------------------


def test_delivered_failures_are_noted_with_the_calls_made_before():
    made = machine(failed("f#0"), done("g#0"), failed("h#0"))
    scope = made.open_scope()
    for name in "fgh":
        made.call(scope, name, "d")
        scope.deliver()
    assert [(calls, call.path) for calls, call in scope.failures] == [(1, "f#0"), (3, "h#0")]


# --- cancelling ---------------------------------------------------------------------------------------------------


def test_a_dropped_call_has_no_entry():
    made = machine()
    scope = made.open_scope()
    made.drop(made.call(scope, "f", "d"))
    assert made.outbox == []
    assert scope.open == 0


def test_a_recorded_cancellation_replays_as_one():
    made = machine(cancelled("f#0"))
    scope = made.open_scope()
    call = made.call(scope, "f", "d")
    assert isinstance(call.outcome, TaskCancelled)
    assert drain(scope) == [], "not before the code cancels it again"
    assert scope.release(call)
    assert drain(scope) == ["f#0"]


# --- interrupts ---------------------------------------------------------------------------------------------------


def test_a_question_without_an_answer_is_recorded_and_suspends_its_scope():
    made = machine()
    scope = made.open_scope("f#0")
    verdict = made.interrupt(scope, '"?"', "q")
    assert (verdict.id, verdict.answer) == ("f#0!0", None)
    assert scope.suspended
    _, [entry] = commit(made)
    assert isinstance(entry, InterruptRaised)
    assert (entry.id, entry.value, entry.input_digest, entry.alone, entry.seq) == ("f#0!0", '"?"', "q", True, 1)


def test_a_question_that_is_pending_is_not_recorded_again():
    made = machine(asked("!0", "q"), interrupted("!0"), resumed())
    scope = made.open_scope()
    assert made.interrupt(scope, '"?"', "q").answer is None
    assert made.outbox == []
    assert [entry.id for entry in made.raised] == ["!0"]
    assert scope.suspended


def test_an_answer_is_given_again_on_every_attempt():
    made = machine(asked("!0", "q"), interrupted("!0"), resumed(), answered("!0", "null"))
    scope = made.open_scope()
    assert made.interrupt(scope, '"?"', "q").answer == "null"
    assert (made.raised, made.outbox, scope.suspended) == ([], [], False)
    assert made.interrupt(scope, '"?"', "q").id == "!1"


def test_a_changed_question_does_not_get_the_old_answer():
    entries = [asked("!0", "q"), interrupted("!0"), resumed(), answered("!0")]
    strict = machine(*entries)
    with pytest.raises(Divergence):
        strict.interrupt(strict.open_scope(), '"!"', "another")
    lenient = machine(*entries, on_divergence="replay")
    verdict = lenient.interrupt(lenient.open_scope(), '"!"', "another")
    assert (verdict.answer, verdict.diverged.record.path) == ('"yes"', "!0")


def test_questions_in_another_order_get_their_own_answers():
    entries = [asked("!0", "p", alone=False), asked("!1", "q", alone=False), interrupted("!0", "!1"), resumed()]
    made = machine(*entries, answered("!0", '"to p"'), answered("!1", '"to q"'))
    scope = made.open_scope()
    assert [made.interrupt(scope, "0", digest).answer for digest in "qp"] == ['"to q"', '"to p"']


def test_a_suspended_scope_starts_nothing_and_replays_what_it_has():
    made = machine(done("f#0"), asked("!0", "q"))
    scope, other = made.open_scope(), made.open_scope("g#0")
    made.interrupt(scope, '"?"', "q")
    assert made.call(scope, "f", "d").state is State.FINISHED
    parked = made.call(scope, "f", "d")
    assert parked.state is State.PARKED
    assert scope.open == 1
    assert made.call(other, "f", "d").state is State.MADE


def test_a_suspended_scope_does_not_diverge():
    """Code that swallowed the signal is on a way that it will not take again."""
    made = machine(asked("!0", "q"), done("f#0", "1"))
    scope = made.open_scope()
    made.interrupt(scope, '"?"', "q")
    assert made.call(scope, "f", "2").state is State.PARKED


def test_a_scope_is_suspended_once():
    made = machine()
    scope = made.open_scope()
    made.suspend(scope)
    made.suspend(scope)
    assert scope.suspended


# --- orphans ------------------------------------------------------------------------------------------------------


def test_what_nobody_asked_for_is_an_orphan_in_journal_order():
    made = machine(done("z#0"), done("f#0"), failed("a@k"), asked("!0"), done("f#0/g#0"))
    scope = made.open_scope()
    made.call(scope, "f", "d")
    made.close_scope(scope)
    assert made.orphans() == ["z#0", "a@k"]


def test_void_failures_are_no_orphans():
    made = machine(failed("f#0"), run_failed("f#0"), resumed(2, ["f#0"]))
    made.close_scope(made.open_scope())
    assert made.orphans() == []


def test_a_scope_that_did_not_end_orphans_nothing():
    made = machine(done("f#0"))
    made.open_scope()
    assert made.orphans() == []


def test_the_machine_writes_text_and_never_reads_it():
    """Values pass through as they are: here one that no decoder takes."""
    made = machine(done("f#0", value="not JSON"))
    scope = made.open_scope()
    assert made.call(scope, "f", "d").outcome.value == "not JSON"
    run(made, made.call(scope, "g", "d"), Outcome(value="neither"))
    assert commit(made)[1][0].value == "neither"
    with pytest.raises(json.JSONDecodeError):
        json.loads("neither")


def ahead(count):
    return Machine(Index(), attempt_id="a1", now=lambda: "now", ahead=count)


def test_an_outcome_that_may_run_ahead_is_deliverable_at_once_and_has_its_place():
    made = ahead(2)
    scope = made.open_scope()
    calls = [made.call(scope, "f", str(n)) for n in range(3)]
    for call in calls[::-1]:
        run(made, call)
    assert [call.outcome.seq for call in calls] == [-1, 1, 0]
    assert [scope.deliver(), scope.deliver()] == [calls[2], calls[1]]
    assert scope.deliverable() is None


def test_what_may_not_run_ahead_comes_after_what_did():
    made = ahead(1)
    scope = made.open_scope()
    calls = [made.call(scope, "f", str(n)) for n in range(4)]
    run(made, calls[0])
    run(made, calls[1])
    first, entries, shown = made.take()
    assert (first, [entry.seq for entry in entries], shown) == (0, [0, 1], [calls[1]])
    run(made, calls[2])  # while that is written, nothing may come in between
    assert calls[2].outcome.seq == -1
    made.committed(shown)
    first, entries = commit(made)
    assert (first, [entry.seq for entry in entries]) == (2, [2])
    run(made, calls[3])
    assert calls[3].outcome.seq == 3
    assert drain(scope) == [call.path for call in calls]


def test_what_is_enqueued_during_a_write_goes_on_from_it():
    made = ahead(9)
    scope = made.open_scope()
    calls = [made.call(scope, "f", str(n)) for n in range(2)]
    run(made, calls[0])
    assert made.take_nothing() == (0, [], [])
    first, entries, shown = made.take()
    run(made, calls[1])
    assert (first, len(entries), shown) == (0, 1, [])
    made.committed(shown)
    assert made.take_nothing()[0] == 1
    assert commit(made)[0] == 1
    assert made.take_nothing()[0] == 2


def test_a_question_runs_ahead_too():
    made = ahead(9)
    made.interrupt(made.open_scope(), '"?"', "d")
    assert (made.outbox, [entry.seq for entry in made.behind], made.raised[0].seq) == ([], [0], 0)
