"""Small workflows of every kind. Each is made anew for each attempt, as a new process would make it."""

import asyncio

from taskpoint import as_completed, entrypoint, interrupt, task

SECRET = "canary"
"""Part of every payload, and of no text that the library writes."""


def step(world, name="step"):
    return world.leaf(name, lambda *args: [SECRET, name, *args])


def sequential(world):
    one, other = step(world, "one"), step(world, "other")

    def body(n, _):
        first = yield one(n)
        second = yield other(first)
        third = yield one(second)
        return [first, second, third]

    return world.main(body)


def fan_out(world):
    one = step(world)

    def body(n, _):
        return (yield [one(i) for i in range(4)])

    return world.main(body)


def nested(world):
    one = step(world)

    def middle(n):
        return [(yield one(n)), (yield one(n + 10))]

    def outer(n):
        return [(yield inner(n)), (yield one(n))]

    inner = world.branch("middle", middle)
    top = world.branch("outer", outer)

    def body(n, _):
        first = yield top(n)
        return [first, (yield top(n + 1))]

    return world.main(body)


def nested_fan_out(world):
    one = step(world)

    def pair(n):
        return (yield [one(n), one(-n)])

    two = world.branch("pair", pair)

    def body(n, _):
        return (yield [two(i) for i in range(1, 4)])

    return world.main(body)


def questions(world):
    one = step(world)

    def body(n, _):
        first = interrupt([SECRET, "first", n])
        got = yield one(first)
        return [got, interrupt("second"), (yield one(n))]

    return world.main(body)


def questions_in_tasks(world):
    one = step(world)

    def ask(n):
        got = yield one(n)
        return [interrupt([n, got]), (yield one(n + 10)), interrupt("and?")]

    asking = world.branch("ask", ask)

    def body(n, _):
        return (yield [asking(1), one(0), asking(2)])

    return world.main(body)


def question_two_deep(world):
    one = step(world)

    def low(n):
        return [(yield one(n)), interrupt(n)]

    def high(n):
        return [(yield inner(n)), (yield one("after"))]

    inner, outer = world.branch("low", low), world.branch("high", high)

    def body(n, _):
        return [(yield outer(n)), (yield one("last"))]

    return world.main(body)


def caught_error(world):
    def decline(n):
        raise LookupError(SECRET, n)

    declines, one = world.leaf("decline", decline), step(world)

    def body(n, _):
        try:
            yield declines(n)
        except LookupError as error:
            way = list(error.args)
        else:
            way = ["never"]
        return [way, (yield one(n)), interrupt("?")]

    return world.main(body)


def uncaught_error(world):
    """Fails twice, deep inside; what had succeeded around it is kept."""

    def flaky(n):
        world.state["tries"] = world.state.get("tries", 0) + 1
        if world.state["tries"] < 3:
            raise LookupError(SECRET)
        return n

    fails, one = world.leaf("flaky", flaky), step(world)

    def outer(n):
        got = yield one(n)
        return [got, (yield fails(n))]

    top = world.branch("outer", outer)

    def body(n, _):
        return [(yield one("before")), (yield top(n)), (yield one("after"))]

    return world.main(body)


def caught_and_raised(world):
    """An error is wrapped: what caused it is run again."""

    def flaky(n):
        world.state["tries"] = world.state.get("tries", 0) + 1
        if world.state["tries"] < 2:
            raise KeyError(SECRET)
        return n

    fails, one = world.leaf("flaky", flaky), step(world)

    def body(n, _):
        got = yield one(n)
        try:
            return [got, (yield fails(n))]
        except KeyError as error:
            raise LookupError("wrapped") from error

    return world.main(body)


def keys(world):
    one = step(world)

    def body(n, _):
        made = [one.with_options(key=f"k/{i}")(i) for i in range(3)]
        got = yield made
        return [got, (yield one("without")), (yield one.with_options(key="last")(got))]

    return world.main(body)


def conversation(world):
    """Two runs: the second sees what the first saved."""
    one = step(world)

    def body(n, previous):
        got = yield one([n, previous])
        return entrypoint.final(value=got, save=[n, previous])

    return world.main(body)


def completed_in_order(world):
    """`as_completed`, whose order is history."""
    one = step(world)

    def gone(value, previous=None):
        order = [future.result()[-1] for future in as_completed([one(i) for i in range(4)])]
        one("after").result()
        return sorted(order)

    async def agone(value, previous=None):
        order = [(await future)[-1] async for future in as_completed([one(i) for i in range(4)])]
        await one("after")
        return sorted(order)

    is_async = world.form in {"async", "mixed"}
    return entrypoint("main", agone if is_async else gone, checkpointer=world.saver)


def uneven_branches(world):
    one = step(world)

    async def walk(branch):
        done = []
        for turn in range(1 + branch % 3):
            for _ in range(branch * 5 % 4):
                await asyncio.sleep(0)
            done.append(await one(branch, turn))
        return done

    async def main(value):
        return await asyncio.gather(*[walk(branch) for branch in range(4)])

    return entrypoint("main", main, checkpointer=world.saver)


def _slow(world):
    """Make a task that never ends by itself."""

    async def sleep(n):
        world.effect("slow", n)
        await asyncio.sleep(3600)

    return task("slow", sleep)


def cancelled_call(world):
    """The call is cancelled by the workflow whatever happens, and that is then history."""
    one, slow = step(world), _slow(world)

    async def main(value):
        started = slow(value)
        first = await one("first")
        started.cancel()
        try:
            await started
        except asyncio.CancelledError:
            first.append("cancelled")
        return [first, await one("last")]

    return entrypoint("main", main, checkpointer=world.saver)


def time_out(world):
    """The same by the clock."""
    one, slow = step(world), _slow(world)

    async def main(value):
        first = await one("first")
        try:
            await asyncio.wait_for(slow(value), 0.004)
        except TimeoutError:
            first.append("timed out")
        return [first, await one("last")]

    return entrypoint("main", main, checkpointer=world.saver)


def group_with_an_error(world):
    """A `TaskGroup` cancels the other branches when one fails."""

    def decline(n):
        raise LookupError(SECRET)

    one, declines = step(world), world.leaf("decline", decline)

    async def forever():
        await one("in the group")
        await asyncio.sleep(3600)

    async def failing():
        await one("before the error")
        await declines(1)

    async def main(value):
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(forever())
                group.create_task(failing())
        except* LookupError:
            pass
        return await one("after")

    return entrypoint("main", main, checkpointer=world.saver)


EITHER = (
    sequential,
    fan_out,
    nested,
    nested_fan_out,
    questions,
    questions_in_tasks,
    question_two_deep,
    caught_error,
    uncaught_error,
    caught_and_raised,
    keys,
    conversation,
    completed_in_order,
)
"""Written once, run in every form."""
ONLY_ASYNC = (uneven_branches, cancelled_call, group_with_an_error)
CASES = [(make, form) for make in EITHER for form in ("sync", "async", "mixed", "inverted")]
CASES += [(make, form) for make in ONLY_ASYNC for form in ("async", "mixed")]
INPUTS = {"conversation": (1, 2)}
IN_ORDER = {"sequential", "nested", "questions", "question_two_deep", "caught_error", "uncaught_error", "conversation"}
"""Those in which only one thing can happen at a time."""


def inputs_of(make):
    return INPUTS.get(make.__name__, (1,))
