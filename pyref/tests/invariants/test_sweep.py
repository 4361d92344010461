"""Every workflow of the corpus, with every operation of its saver failing in every way, comes to the same end."""

from functools import cache

import pytest
from corpus import CASES, IN_ORDER, inputs_of, time_out
from crashing import MODES
from judge import history, judge
from world import World

cases = pytest.mark.parametrize(("make", "form"), CASES, ids=[f"{make.__name__}-{form}" for make, form in CASES])


@cache
def undisturbed(make, form):
    """What a run without any fault gives: the values, its history, and how many operations it takes."""
    world = World(form)
    values = world.carry(make, inputs_of(make))
    judge(world)
    return values, history(world), world.saver.count


@cases
def test_a_run_without_faults_keeps_the_rules(make, form):
    values, _, operations = undisturbed(make, form)
    assert len(values) == len(inputs_of(make))
    assert operations > 3


@cases
@pytest.mark.parametrize("mode", MODES)
def test_a_fault_at_any_operation_changes_nothing(make, form, mode):
    values, expected, operations = undisturbed(make, form)
    for n in range(1, operations + 1):
        world = World(form, {n: mode})
        assert world.carry(make, inputs_of(make)) == values, f"operation {n}"
        judge(world, by_schema=n == operations)
        if make.__name__ in IN_ORDER:
            assert history(world) == expected, f"operation {n}"


def test_a_time_out_replays():
    world = World("async", {5: "killed after"})
    assert world.carry(time_out) == undisturbed(time_out, "async")[0]
    judge(world)


@pytest.mark.parametrize("make", dict.fromkeys(make for make, _ in CASES), ids=lambda make: make.__name__)
def test_all_forms_give_the_same_values(make):
    given = [undisturbed(make, form)[0] for other, form in CASES if other is make]
    assert all(values == given[0] for values in given)


@pytest.mark.parametrize(("make", "form"), [case for case in CASES if case[0].__name__ in {"nested", "questions"}])
def test_a_process_that_dies_after_every_operation_gets_there_all_the_same(make, form):
    """One operation succeeds for each attempt beyond those that begin it: the run makes its way entry by entry."""
    values, _, operations = undisturbed(make, form)
    world = World(form, dict.fromkeys(range(4, 12 * operations, 4), "killed after"))
    assert world.carry(make, inputs_of(make)) == values
    judge(world)
    assert world.crashes >= operations // 4
