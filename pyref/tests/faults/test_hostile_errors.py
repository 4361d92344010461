"""Exceptions that are hard to keep: each is recorded, and comes back the same on the first run and on every replay."""

import asyncio
import configparser
import json
import sys
import urllib.error
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError
from threads_under_test import entries

from taskpoint import Command, InMemorySaver, TaskError, entrypoint, interrupt, task
from taskpoint.models import entry_to_document

sys.path.insert(0, str(Path(__file__).parents[1]))
from schemas import accepts

made_with = []


class NeedsArguments(Exception):
    def __init__(self, order, *, amount):
        made_with.append((order, amount))
        super().__init__(f"{order}: {amount}")
        self.order = order
        self.amount = amount


class BrokenText(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class NoText(Exception):
    def __str__(self):
        return None  # noqa: PLE0307 - the point of it


class SurrogateText(Exception):
    def __str__(self):
        return "a\ud800b"


class Carrying(Exception):
    pass


class Slotted(Exception):
    __slots__ = ("detail",)


class Odd(Exception):
    @property
    def detail(self):
        raise RuntimeError("a property that fails")


def carrying(**attributes):
    error = Carrying("m")
    vars(error).update(attributes)
    return error


def circular():
    one, other = LookupError("one"), LookupError("other")
    one.__cause__, other.__cause__ = other, one
    one.__context__, other.__context__ = other, one
    return one


def itself():
    error = LookupError("me")
    error.data = error
    return error


def slotted():
    error = Slotted("m")
    error.detail = 5
    return error


HOSTILE = {
    "arguments": lambda: NeedsArguments("o", amount=1),
    "broken text": BrokenText,
    "no text": NoText,
    "surrogate text": SurrogateText,
    "surrogate argument": lambda: LookupError("a\ud800b"),
    "socket": lambda: carrying(good=1, bad=object()),
    "surrogate attribute": lambda: carrying(bad="\ud800"),
    "data": lambda: carrying(data={"a": [1, 2]}),
    "circular causes": circular,
    "itself": itself,
    "slots": slotted,
    "property": lambda: Odd("m"),
    "errno": lambda: FileNotFoundError(2, "gone", "/nowhere"),
    "unicode": lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"),
    "group": lambda: ExceptionGroup("several", [ValueError(1), LookupError(2)]),
    "stop": lambda: StopIteration(5),
    "async stop": StopAsyncIteration,
    "no arguments": ValueError,
    "empty text": lambda: ValueError(""),
    "many arguments": lambda: ValueError(1, "two", [3]),
    "key": lambda: KeyError("k"),
    "timeout": lambda: TimeoutError("late"),
    "deep": lambda: ValueError(deep(200)),
    "local class": lambda: type("Local", (Exception,), {})("hidden"),
    "named like a signal": lambda: type("SystemExit", (Exception,), {})("not really"),
    "named like a module": lambda: type("os.system", (Exception,), {})("not really"),
    "empty name": lambda: type("", (Exception,), {})("nameless"),
    "odd name": lambda: type("a\nb", (Exception,), {})("odd"),
}


def deep(n):
    value = 1
    for _ in range(n):
        value = [value]
    return value


def shown(error):
    """What a workflow can see of an error."""
    try:
        text = str(error)
    except Exception as broken:  # noqa: BLE001 - its own __str__ fails
        text = type(broken).__name__
    plain = {name: value for name, value in vars(error).items() if isinstance(value, str | int | list | dict)}
    return type(error).__name__, text, getattr(error, "type", None), getattr(error, "errno", None), plain


def workflow(form, saver, make, seen):
    def raising():
        raise make()

    async def araising():
        raise make()

    fails = task("fails", araising if form == "async" else raising, raises=[NeedsArguments])

    def main(n):
        try:
            fails().result()
        except Exception as error:  # noqa: BLE001 - every one
            seen.append(shown(error))
        return interrupt("?")

    async def amain(n):
        try:
            await fails()
        except Exception as error:  # noqa: BLE001 - every one
            seen.append(shown(error))
        return interrupt("?")

    return entrypoint("main", amain if form == "async" else main, checkpointer=saver)


ALL = list(HOSTILE)


@pytest.mark.parametrize("form", ["sync", "async"])
@pytest.mark.parametrize("what", ALL)
def test_a_hostile_error_is_kept_and_comes_back_the_same(form, what):
    saver, seen = InMemorySaver(), []
    main = workflow(form, saver, HOSTILE[what], seen)
    assert "__interrupt__" in main.invoke(0, thread_id="t")
    main.invoke(None, thread_id="t")
    assert len(seen) == 2
    assert seen[0] == seen[1]
    [entry] = entries(saver, "task.failed")
    assert accepts("entry", json.loads(json.dumps(entry_to_document(entry))))


@pytest.mark.parametrize("form", ["sync", "async"])
def test_a_class_that_needs_arguments_is_rebuilt_without_its_constructor(form):
    saver, caught = InMemorySaver(), []
    made_with.clear()

    def pay():
        raise NeedsArguments("o1", amount=5)

    step = task("pay", pay)

    def main(n):
        try:
            step().result()
        except NeedsArguments as error:
            caught.append((str(error), error.order, error.amount))
        interrupt("?")

    made = entrypoint("main", main, checkpointer=saver)
    made.invoke(0, thread_id="t")
    made.invoke(None, thread_id="t")
    assert caught == [("o1: 5", "o1", 5)] * 2
    assert made_with == [("o1", 5)]


def fails_as_json():
    json.loads("{")


def fails_deeper():
    raise urllib.error.URLError("no")


def fails_unnamed():
    name = "configparser"
    raise vars(sys.modules[name])["NoSectionError"]("there")


def catches_as_json(_):
    try:
        task("fail", fails_as_json)().result()
    except json.JSONDecodeError as error:
        return [error.pos, interrupt("wait")]


def catches_deeper(_):
    try:
        task("fail", fails_deeper)().result()
    except urllib.error.URLError as error:
        return [error.reason, interrupt("wait")]


@pytest.mark.parametrize(
    ("body", "what"), [(catches_as_json, 1), (catches_deeper, "no")], ids=["in a module", "in a module of a module"]
)
def test_a_class_that_code_names_behind_a_dot_is_caught_by_its_type(body, what):
    main = entrypoint("main", body, checkpointer=InMemorySaver())
    main.invoke(1, thread_id="t")
    assert main.invoke(Command(resume="again"), thread_id="t") == [what, "again"]


def test_a_class_that_only_the_entrypoint_names_is_caught_by_its_type():
    seen = []

    @entrypoint(checkpointer=InMemorySaver())
    def main(_):
        try:
            task("fail", fails_unnamed)().result()
        except configparser.NoSectionError as error:
            seen.append(error.section)
        interrupt("wait")

    main.invoke(1, thread_id="t")
    main.invoke(Command(resume=1), thread_id="t")
    assert seen == ["there", "there"]


def test_a_class_that_no_code_names_comes_as_a_task_error():
    main = entrypoint("main", lambda _: task("fail", fails_unnamed)().exception().type)
    assert main.invoke(1) == "NoSectionError"


def fails_in_a_model():
    TypeAdapter(int).validate_python("x")


def fails_as_a_group():
    raise ExceptionGroup("several", [ValueError(1)])


@pytest.mark.parametrize("fails", [fails_in_a_model, fails_as_a_group])
def test_a_class_that_cannot_be_made_again_is_not_asked_for(fails):
    declared = task("fail", fails, raises=[ValidationError, ExceptionGroup])
    main = entrypoint("main", lambda _: str(declared().exception()).partition("Hint: ")[2])
    assert main.invoke(1) == "its class cannot be made again from a record: catch TaskError, and look at its type"


def test_an_os_error_keeps_its_number():
    saver, caught = InMemorySaver(), []

    @task
    def read():
        raise PermissionError(13, "denied", "/secret")

    @entrypoint(checkpointer=saver)
    def main(n):
        try:
            read().result()
        except PermissionError as error:
            caught.append((error.errno, error.strerror, error.filename, str(error)))
        interrupt("?")

    main.invoke(0, thread_id="t")
    main.invoke(None, thread_id="t")
    assert caught == [(13, "denied", "/secret", "[Errno 13] denied: '/secret'")] * 2


def test_the_data_of_an_error_is_kept_as_far_as_it_is_a_value():
    saver = InMemorySaver()
    with pytest.raises(TaskError):
        workflow_that_fails(saver, lambda: type("Local", (Exception,), {})("m")).invoke(0, thread_id="t")
    with pytest.raises(Carrying) as caught:
        workflow_that_fails(saver, lambda: carrying(good=[1], bad=object())).invoke(0, thread_id="u")
    assert vars(caught.value) == {"good": [1]}


def workflow_that_fails(saver, make):
    def fail():
        raise make()

    fails = task("fails", fail, raises=[Carrying])
    return entrypoint("main", lambda n: fails().result(), checkpointer=saver)


@pytest.mark.parametrize("form", ["sync", "async"])
@pytest.mark.parametrize("what", ALL)
def test_a_hostile_error_of_the_body_fails_the_run_and_can_be_resumed(form, what):
    saver, tries = InMemorySaver(), []

    def main(n):
        tries.append(1)
        if len(tries) == 1:
            raise HOSTILE[what]()  # noqa: RSE102 - it is a function
        return n

    async def amain(n):
        return main(n)

    made = entrypoint("main", amain if form == "async" else main, checkpointer=saver)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each its own
        made.invoke(7, thread_id="t")
    assert not isinstance(caught.value, AssertionError | AttributeError)
    [entry] = entries(saver, "run.failed")
    assert accepts("entry", json.loads(json.dumps(entry_to_document(entry))))
    assert made.invoke(None, thread_id="t") == 7


@pytest.mark.parametrize("form", ["sync", "async"])
def test_the_members_of_a_group_run_again_and_nobody_else(form):
    saver, ran = InMemorySaver(), []

    def work(i):
        ran.append(i)
        if i in {1, 2} and ran.count(i) == 1:
            raise ValueError(i)
        return i

    async def awork(i):
        return work(i)

    step = task("work", awork if form == "async" else work)

    def main(n):
        futures = [step(i) for i in range(4)]
        if errors := [error for future in futures if (error := future.exception())]:
            raise ExceptionGroup("some", errors)
        return [future.result() for future in futures]

    async def amain(n):
        results = await asyncio.gather(*[step(i) for i in range(4)], return_exceptions=True)
        if errors := [result for result in results if isinstance(result, Exception)]:
            raise ExceptionGroup("some", errors)
        return results

    made = entrypoint("main", amain if form == "async" else main, checkpointer=saver)
    with pytest.raises(ExceptionGroup):
        made.invoke(0, thread_id="t")
    assert set(entries(saver, "run.failed")[0].rerun) == {"work#1", "work#2"}
    assert made.invoke(None, thread_id="t") == [0, 1, 2, 3]
    assert sorted(ran) == [0, 1, 1, 2, 2, 3]
