"""The corpus once more, with writes in the background and at the end: what is lost differs, what comes out does not."""

import pytest
from corpus import CASES, IN_ORDER, inputs_of
from crashing import MODES
from judge import history, judge
from test_sweep import undisturbed
from world import World

cases = pytest.mark.parametrize(("make", "form"), CASES, ids=[f"{make.__name__}-{form}" for make, form in CASES])
durabilities = pytest.mark.parametrize("durability", ["async", "exit"])


@cases
@durabilities
def test_a_run_without_faults_comes_to_the_same(make, form, durability):
    values, expected, _ = undisturbed(make, form)
    world = World(form, durability=durability)
    assert world.carry(make, inputs_of(make)) == values
    judge(world)
    if make.__name__ in IN_ORDER:
        assert history(world) == expected


@cases
@durabilities
@pytest.mark.parametrize("mode", MODES)
def test_a_fault_at_any_operation_changes_nothing(make, form, durability, mode):
    values, expected, operations = undisturbed(make, form)
    for n in range(1, operations + 1):
        world = World(form, {n: mode}, durability)
        assert world.carry(make, inputs_of(make)) == values, f"operation {n}"
        judge(world, by_schema=n == operations)
        if make.__name__ in IN_ORDER:
            assert history(world) == expected, f"operation {n}"
        if n > world.saver.count:
            break


@cases
def test_exit_writes_twice_an_attempt(make, form):
    """Its beginning and its end (DUR-011), however the attempt ends."""
    world = World(form, durability="exit")
    world.carry(make, inputs_of(make))
    attempts = {entry.attempt_id for loaded in world.saver.peek() for entry in loaded.entries}
    assert world.saver.writes == 2 * len(attempts)
