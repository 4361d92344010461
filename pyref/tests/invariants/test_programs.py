"""Programs made at random, crashed at random, against the value that a fold over the program gives."""

import pytest
from crashing import MODES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from judge import judge
from world import FORMS, World

from taskpoint import interrupt

numbers = st.integers(0, 9)
leaf = st.one_of(
    st.tuples(st.just("call"), numbers),
    st.tuples(st.just("fail"), numbers),
    st.tuples(st.just("ask"), numbers),
)


def blocks(statement):
    return st.lists(statement, max_size=3)


programs = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.tuples(st.just("sub"), blocks(inner)),
        st.tuples(st.just("fan"), st.lists(blocks(inner), max_size=3)),
        st.tuples(st.just("try"), blocks(inner)),
    ),
    max_leaves=9,
)


class Raised(Exception):
    pass


def fold(program):
    """What the program gives, by reading it; an error leaves as `Raised`."""
    values = []
    for what, argument in program:
        match what:
            case "call":
                values.append(argument * 2)
            case "ask":
                values.append(f"answer to {argument}")
            case "fail":
                raise Raised(argument)
            case "sub":
                values.append(fold(argument))
            case "fan":
                values.append(_fold_all(argument))
            case "try":
                try:
                    values.append(fold(argument))
                except Raised as error:
                    values.append(["caught", *error.args])
    return values


def _fold_all(branches):
    results = []
    for branch in branches:
        try:
            results.append(fold(branch))
        except Raised as error:
            results.append(error)
    for result in results:
        if isinstance(result, Raised):
            raise result
    return results


def interpreter(world):
    """The same program as a workflow."""

    def decline(n):
        raise LookupError(n)

    double, declines = world.leaf("double", lambda n: n * 2), world.leaf("decline", decline)

    def run(program):
        values = []
        for what, argument in program:
            match what:
                case "call":
                    values.append((yield double(argument)))
                case "ask":
                    values.append(interrupt(argument))
                case "fail":
                    yield declines(argument)
                case "sub":
                    values.append((yield sub(argument)))
                case "fan":
                    values.append((yield [sub(branch) for branch in argument]))
                case "try":
                    try:
                        values.append((yield from run(argument)))
                    except LookupError as error:
                        values.append(["caught", *error.args])
        return values

    sub = world.branch("sub", run)
    return world.main(lambda program, _: run(program))


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    program=blocks(programs),
    plan=st.dictionaries(st.integers(1, 40), st.sampled_from(MODES), max_size=4),
    limit=st.none() | st.integers(1, 3),
)
def test_any_program_crashed_anywhere_gives_the_value_of_its_text(form, program, plan, limit):
    program = [("try", program)]
    world = World(form, plan)
    config = {} if limit is None else {"max_concurrency": limit}
    assert world.carry(interpreter, [program], config) == [fold(program)]
    judge(world, by_schema=False)
