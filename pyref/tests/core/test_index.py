"""What a journal says: outcomes, what is void, who waits for an answer, and what runs again."""

import pytest
from builders import (
    answered,
    asked,
    cancelled,
    completed,
    done,
    failed,
    interrupted,
    journal,
    resumed,
    run_failed,
    stopped,
)
from hypothesis import given
from hypothesis import strategies as st

from taskpoint._core.index import Index, Status
from taskpoint._core.journal import TaskFailed


def index(*entries):
    return Index(journal(*entries))


def pending(*entries):
    return [entry.id for entry in index(*entries).pending()]


@pytest.mark.parametrize(
    ("last", "status"),
    [
        ([], Status.RUNNING),
        ([done("f#0")], Status.RUNNING),
        ([stopped()], Status.STOPPED),
        ([run_failed()], Status.FAILED),
        ([asked("!0"), interrupted("!0")], Status.INTERRUPTED),
        ([completed()], Status.COMPLETED),
        ([run_failed(), resumed()], Status.RUNNING),
        ([asked("!0"), interrupted("!0"), resumed()], Status.RUNNING),
    ],
)
def test_the_last_word_decides_how_a_run_stands(last, status):
    assert index(*last).status is status


def test_an_empty_journal_says_nothing():
    empty = Index()
    assert (empty.length, empty.attempt, empty.pending(), empty.failures(), empty.rerun()) == (0, 0, [], [], [])


def test_the_attempt_is_that_of_the_newest_beginning():
    assert index().attempt == 1
    assert index(run_failed(), resumed(2), run_failed(), resumed(3)).attempt == 3


def test_an_outcome_is_found_by_its_path_and_by_no_other():
    found = index(done("f#0"), done("f#0/g#0"), done("f#1"))
    assert [found.outcome(path).path for path in ("f#0", "f#0/g#0", "f#1")] == ["f#0", "f#0/g#0", "f#1"]
    assert found.outcome("g#0") is None
    assert found.outcome("f#0/f#1") is None


# --- void failures ------------------------------------------------------------------------------------------------


def test_a_failure_that_is_to_run_again_has_no_outcome_but_keeps_its_place():
    found = index(failed("f#0"), run_failed("f#0"), resumed(2, ["f#0"]))
    assert found.outcome("f#0") is None
    assert list(found.void[""]) == ["f#0"]


def test_a_void_failure_stays_void_over_a_crash_of_the_attempt_that_made_it_so():
    found = index(failed("f#0"), run_failed("f#0"), resumed(2, ["f#0"]), resumed(3))
    assert found.outcome("f#0") is None
    assert found.failures() == []


def test_a_new_outcome_takes_the_place_of_a_void_one():
    found = index(failed("f#0"), run_failed("f#0"), resumed(2, ["f#0"]), done("f#0"))
    assert found.outcome("f#0").kind == "task.completed"
    assert found.void[""] == {}


def test_voiding_reaches_back_and_not_forward():
    found = index(failed("f#0"), run_failed("f#0"), resumed(2, ["f#0"]), failed("f#0"))
    assert isinstance(found.outcome("f#0"), TaskFailed)
    assert found.rerun() == []  # the attempt crashed: the failure is history


def test_a_rerun_that_names_nothing_voids_nothing():
    found = index(done("f#0"), run_failed("g#0"), resumed(2, ["g#0", "h#0/g#0"]))
    assert found.outcome("f#0") is not None
    assert not any(found.void.values())


# --- what runs again ----------------------------------------------------------------------------------------------


def test_the_closure_goes_down_through_the_failures_that_caused_it():
    found = index(
        failed("a#0/b#0/c#0"),
        failed("a#0/b#0", rerun=["a#0/b#0/c#0"]),
        failed("a#0/x#0"),
        failed("a#0", rerun=["a#0/b#0"]),
        run_failed("a#0"),
    )
    assert found.rerun() == ["a#0", "a#0/b#0", "a#0/b#0/c#0"]


def test_only_a_failed_run_has_something_to_run_again():
    for end in ([], [stopped()], [asked("!0"), interrupted("!0")], [run_failed("f#0"), resumed(2)]):
        assert index(failed("f#0"), *end).rerun() == []


def test_the_closure_leaves_out_what_is_no_failure():
    found = index(done("f#0"), cancelled("g#0"), failed("h#0", rerun=["h#0/f#0", "h#0/k#0"]), done("h#0/f#0"))
    assert found.closure(["f#0", "g#0", "h#0", "nowhere#0"]) == ["h#0"]


def test_failures_come_in_journal_order():
    found = index(failed("b#0"), failed("a#0/z#0"), failed("a#0"))
    assert found.failures() == ["b#0", "a#0/z#0", "a#0"]


nodes = [f"n#{i}" for i in range(6)]


@given(
    st.dictionaries(st.sampled_from(nodes), st.lists(st.sampled_from(nodes), max_size=4)),
    st.lists(st.sampled_from(nodes)),
)
def test_the_closure_is_what_can_be_reached(graph, roots):
    """Also where a broken journal has a circle in it: it ends."""
    found = index(*[failed(path, rerun=rerun) for path, rerun in graph.items()])
    reached, before = {path for path in roots if path in graph}, None
    while reached != before:
        before = set(reached)
        reached |= {path for one in before for path in graph[one] if path in graph}
    closure = found.closure(roots)
    assert set(closure) == reached
    assert len(closure) == len(reached)


# --- who waits for an answer --------------------------------------------------------------------------------------


def test_pending_are_those_that_were_reported_and_not_answered():
    assert pending(asked("!0"), asked("f#0!0"), interrupted("!0", "f#0!0")) == ["!0", "f#0!0"]


def test_pending_come_in_the_order_of_the_report():
    assert pending(asked("a#0!0"), asked("b#0!0"), interrupted("b#0!0", "a#0!0")) == ["b#0!0", "a#0!0"]


def test_what_was_answered_is_not_pending():
    entries = [asked("!0"), asked("!1"), interrupted("!0", "!1"), resumed(), answered("!0"), interrupted("!1")]
    assert pending(*entries) == ["!1"]


def test_after_a_crash_what_was_raised_and_not_answered_is_pending():
    assert pending(asked("f#0!0"), asked("!0")) == ["f#0!0", "!0"]
    assert pending(asked("!0"), interrupted("!0"), resumed(), answered("!0")) == []


def test_nobody_asks_any_more_inside_a_call_that_has_an_outcome():
    assert pending(asked("f#0!0"), done("f#0")) == []
    assert pending(asked("f#0/g#0!0"), failed("f#0")) == []
    assert pending(asked("f#0!0"), interrupted("f#0!0"), resumed(), cancelled("f#0")) == []


def test_a_void_call_asks_again():
    entries = [asked("f#0!0"), failed("f#0"), run_failed("f#0")]
    assert pending(*entries) == []
    assert pending(*entries, resumed(2, ["f#0"])) == ["f#0!0"]


def test_null_is_an_answer():
    found = index(asked("!0"), interrupted("!0"), resumed(), answered("!0", "null"))
    assert found.answers == {"!0": "null"}
    assert found.pending() == []


def test_what_was_cancelled_behind_a_void_failure_is_void_with_it():
    found = index(
        cancelled("early#0"),
        failed("f#0/g#0"),
        cancelled("f#0/h#0/i#0"),
        cancelled("f#0/h#0"),
        failed("f#0", rerun=["f#0/g#0"]),
        cancelled("other#0/x#0"),
        run_failed("f#0"),
        resumed(2, rerun=["f#0/g#0"]),
    )
    assert [path for scope in found.void.values() for path in scope] == ["f#0/g#0", "f#0/h#0", "f#0/h#0/i#0"]
    assert found.outcome("early#0")
    assert found.outcome("other#0/x#0"), "it lies outside of the scope of the failure"
    found.make_void(["f#0"])
    assert not found.outcome("other#0/x#0")
    assert found.outcome("early#0")
