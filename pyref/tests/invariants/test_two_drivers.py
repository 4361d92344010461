"""Sync and async are two drivers of one core: the same workflow feeds the machine the same inputs."""

import pytest
from corpus import EITHER, IN_ORDER, inputs_of
from judge import history
from world import World

from taskpoint._core.machine import Machine
from taskpoint.runtime.runs import beginning

ORDERED = [make for make in EITHER if make.__name__ in IN_ORDER]


class Recorded(Machine):
    """A machine that writes down what it is told."""

    log = None

    def open_scope(self, path=""):
        self.log.append(("open", path))
        return super().open_scope(path)

    def open_call(self, call):
        self.log.append(("open", call.path))
        return super().open_call(call)

    def call(self, scope, name, digest, key=None, encoded=None):
        call = super().call(scope, name, digest, key, encoded)
        self.log.append(("call", scope.path, name, digest, key, call.path, call.replayed))
        return call

    def finish(self, call, outcome):
        super().finish(call, outcome)
        error = outcome.error and (outcome.error.type, outcome.error.message, outcome.error.path)
        self.log.append(("finish", call.path, outcome.value, error, list(outcome.rerun), call.outcome.alone))

    def interrupt(self, scope, value, digest, schema=None):
        verdict = super().interrupt(scope, value, digest, schema)
        self.log.append(("interrupt", scope.path, value, digest, schema, verdict.id, verdict.answer))
        return verdict

    def suspend(self, scope):
        super().suspend(scope)
        self.log.append(("suspend", scope.path))

    def drop(self, call):
        super().drop(call)
        self.log.append(("drop", call.path))

    def take(self):
        first, entries, calls = super().take()
        self.log += [("take", first, [entry.kind for entry in entries])] if entries else []
        return first, entries, calls

    def close_scope(self, scope):
        super().close_scope(scope)
        self.log.append(("close", scope.path))


def fed(make, form, monkeypatch, config=None, plan=None):
    """Carry a workflow to its end; return what the machine was told, and what is left."""
    log = []
    monkeypatch.setattr(beginning, "Machine", type("Recording", (Recorded,), {"log": log}))
    world = World(form, plan)
    world.carry(make, inputs_of(make), config)
    story = [event for event in log if event[0] != "take"]
    story += [("written", kind) for what, *rest in log if what == "take" for kind in rest[1]]  # in whichever batches
    return story, history(world), [entry.kind for loaded in world.saver.peek() for entry in loaded.entries]


@pytest.mark.parametrize("form", ["async", "mixed", "inverted"])
@pytest.mark.parametrize("make", ORDERED, ids=lambda make: make.__name__)
def test_where_one_thing_happens_at_a_time_the_machine_hears_the_same_story(make, form, monkeypatch):
    expected = fed(make, "sync", monkeypatch)
    assert len(expected[0]) > 6
    assert fed(make, form, monkeypatch) == expected


@pytest.mark.parametrize("form", ["async", "mixed", "inverted"])
@pytest.mark.parametrize("make", ORDERED, ids=lambda make: make.__name__)
def test_the_story_is_the_same_after_a_crash_too(make, form, monkeypatch):
    plan = {4: "killed after"}  # of what follows, a driver may write two things at once where another writes one
    assert fed(make, form, monkeypatch, plan=plan) == fed(make, "sync", monkeypatch, plan=plan)


def by_kind(log):
    """What happens beside each other has no order over kinds; what a scope does has one of its own.

    Nor is it sure which calls were alone: a thread may be done before the next call is made.
    """
    told = {}
    for what, *members in log:
        if what in {"call", "interrupt"}:
            told.setdefault((what, members[0]), []).append(members)
        elif what == "finish":
            told.setdefault(what, set()).add(repr(members[:-1]))
        elif what in {"suspend", "close"}:
            told.setdefault(what, set()).add(repr(members))
    return told


@pytest.mark.parametrize("form", ["async", "mixed", "inverted"])
@pytest.mark.parametrize(
    "make",
    [make for make in EITHER if make.__name__ in {"fan_out", "nested_fan_out", "keys"}],
    ids=lambda m: m.__name__,
)
def test_side_by_side_each_scope_tells_the_same_story(make, form, monkeypatch):
    """One call at a time, so that the order in which they finish is no accident."""
    config = {"max_concurrency": 1}
    expected, expected_history, kinds = fed(make, "sync", monkeypatch, config)
    log, left, other_kinds = fed(make, form, monkeypatch, config)
    assert by_kind(log) == by_kind(expected)
    assert {repr(one) for one in left[0]} == {repr(one) for one in expected_history[0]}
    assert sorted(kinds) == sorted(other_kinds)
