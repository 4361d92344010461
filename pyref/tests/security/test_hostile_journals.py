"""A journal that somebody else wrote is data: reading and replaying it runs nothing that it names."""

import contextlib
import json
import sqlite3
import sys
import threading

import pytest

from taskpoint import Command, FormatError, InMemorySaver, SqliteSaver, TaskError, entrypoint, interrupt, task
from taskpoint.codec import digest_arguments
from taskpoint.models import thread_from_document

WATCHED = {"import", "exec", "compile", "open", "marshal.loads", "pickle.find_class", "ctypes.dlopen", "os.system"}
watched = threading.local()
AT = "2026-01-01T00:00:00Z"


def hook(event, arguments):
    seen = getattr(watched, "seen", None)
    if seen is not None and (event in WATCHED or event.startswith(("subprocess.", "os.exec", "os.spawn", "socket."))):
        seen.append((event, str(arguments)[:200]))


sys.addaudithook(hook)

NAMES = [
    "os.system",
    "builtins.eval",
    "subprocess.Popen",
    "SystemExit",
    "KeyboardInterrupt",
    "GeneratorExit",
    "BaseException",
    "BaseExceptionGroup",
    "ExceptionGroup",
    "StopIteration",
    "StopAsyncIteration",
    "print",
    "__import__",
    "task.failed",
    "usage.bogus",
    "saver.closed",
    "run.concurrent",
    "antigravity",
    "constructed",
    "Boom",
    "Warning",
]
VALUES = [
    {"lc": 2, "type": "constructor", "id": ["os", "system"], "kwargs": {"command": "true"}},
    {"__class__": "os.system", "__reduce__": ["os.system", ["true"]]},
    {"$ext": {"name": "os.system", "v": 1, "data": ["true"]}},
    {"$ext": {"name": "python.exception", "v": 1, "data": {"args": ["x"], "attributes": {"__class__": "os"}}}},
    {"$error": {"type": "SystemExit", "message": "m"}},
    {"py/object": "os.system", "!!python/object/apply:os.system": ["true"]},
]

constructed = []


class Boom(Exception):
    """A class that the task's function can name, whose constructor and attributes must stay untouched."""

    def __init__(self, *args):
        constructed.append(args)
        super().__init__(*args)

    @property
    def trap(self):
        return None

    @trap.setter
    def trap(self, value):
        constructed.append(value)

    def __setattr__(self, name, value):
        constructed.append((name, value))
        super().__setattr__(name, value)


def thread(value, error):
    """A thread whose run was interrupted after a call with this value and one with this error."""
    stamp = {"at": AT, "attempt_id": "a1"}
    call = {"input_digest": digest_arguments([]), "alone": True, "attempts": 1, "started_at": AT}
    entries = [
        {"kind": "run.started", "attempt": 1},
        {"kind": "task.completed", "path": "fetch#0", "name": "fetch", **call, "value": value},
        {"kind": "task.failed", "path": "fail#0", "name": "fail", **call, "error": error, "rerun": []},
        {"kind": "interrupt.raised", "id": "!0", "value": value, "input_digest": None, "alone": True},
        {"kind": "run.interrupted", "interrupts": ["!0"]},
    ]
    checkpoint = {
        "kind": "checkpoint", "format": "1.0", "thread_id": "t", "seq": 0, "id": "c0", "parent_id": None,
        "source": "input", "created_at": AT, "run_id": "r", "entrypoint": {"name": "main", "version": None},
        "metadata": {"m": value}, "input": value, "previous_id": None,
    }  # fmt: skip
    numbered = [{**entry, **stamp, "seq": seq} for seq, entry in enumerate(entries)]
    document = {"kind": "thread", "format": "taskpoint.thread/1", "thread_id": "t"}
    return json.loads(json.dumps({**document, "checkpoints": [{"checkpoint": checkpoint, "entries": numbered}]}))


def workflow(saver, caught):
    def fetch():
        raise AssertionError("it is recorded")

    def fail():
        raise AssertionError(Boom, "it is recorded")

    fetching, failing = task("fetch", fetch), task("fail", fail)

    def main(value):
        got = fetching().result()
        try:
            failing().result()
        except Exception as error:  # noqa: BLE001 - every ordinary error
            caught.append(error)
        return [got, interrupt(value)]

    return entrypoint("main", main, checkpointer=saver)


def replayed(document, saver):
    """Store the thread, look at it and resume it; return what was caught, and what the process did meanwhile."""
    caught = []
    main = workflow(saver, caught)
    watched.seen = []
    try:
        [(checkpoint, entries)] = thread_from_document(document)
        saver.begin(checkpoint, None, entries)
        state = main.get_state(thread_id="t")
        value = main.invoke(Command(resume="answer"), thread_id="t")
        list(main.get_state_history(thread_id="t"))
        return caught, value, state, watched.seen
    finally:
        watched.seen = None


@pytest.fixture(params=["memory", "sqlite"])
def saver(request, tmp_path):
    made = InMemorySaver() if request.param == "memory" else SqliteSaver(tmp_path / "t.db")
    with made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def _warm():
    """What the library imports once, it has imported; Python itself loads an encoding when it is first used."""
    "".encode("utf-16-be")
    for _ in range(2):
        replayed(thread(1, {"type": "ValueError", "message": "m"}), InMemorySaver())


def test_the_hook_sees_what_it_is_to_see(tmp_path):
    watched.seen = []
    try:
        exec("import this_module_does_not_exist" if False else "1")
        (tmp_path / "f").touch()
        open(tmp_path / "f").close()  # noqa: PTH123 - the point
        seen = {event for event, _ in watched.seen}
    finally:
        watched.seen = None
    assert {"exec", "open"} <= seen


@pytest.mark.parametrize("value", VALUES, ids=lambda value: next(iter(value)))
def test_a_value_that_names_code_is_carried_and_nothing_runs(saver, value):
    _, got, state, seen = replayed(thread(value, {"type": "E", "message": "m"}), saver)
    assert seen == []
    assert got[1] == "answer"
    assert len(state.interrupts) == 1


@pytest.mark.parametrize("name", NAMES)
def test_an_error_that_names_code_becomes_an_ordinary_error(saver, name):
    constructed.clear()
    data = {"$ext": {"name": "python.exception", "v": 1, "data": {"args": ["x"], "attributes": {"code": 1}}}}
    caught, _, _, seen = replayed(thread(1, {"type": name, "message": "m", "data": data}), saver)
    assert seen == []
    [error] = caught
    assert isinstance(error, Exception)
    assert not isinstance(error, StopIteration | StopAsyncIteration | ExceptionGroup)
    assert [call for call in constructed if call == ("x",)] == []
    if name not in {"Warning", "Boom"} and "." not in name:
        assert isinstance(error, TaskError)
        assert error.type == name


HOSTILE_ATTRIBUTES = ["__class__", "__dict__", "__traceback__", "__cause__", "__context__", "args", "trap"]
HOSTILE_ATTRIBUTES += [
    "__init__",
    "with_traceback",
]


@pytest.mark.parametrize("attribute", HOSTILE_ATTRIBUTES)
def test_an_attribute_of_a_recorded_error_changes_nothing_of_its_class(saver, attribute):
    content = {"args": ["x"], "attributes": {attribute: {"a": 1}, "good": 1}}
    data = {"$ext": {"name": "python.exception", "v": 1, "data": content}}
    caught, _, _, seen = replayed(thread(1, {"type": "ValueError", "message": "m", "data": data}), saver)
    assert seen == []
    [error] = caught
    assert type(error) is ValueError
    assert callable(error.__init__)
    assert callable(error.with_traceback)
    assert error.__cause__ is None


@pytest.mark.parametrize(
    "content", [None, 1, [], {"args": 1}, {"args": {"a": 1}, "attributes": []}, {"attributes": {"errno": "x"}}, {"": 1}]
)
def test_an_error_with_odd_contents_is_still_an_error(saver, content):
    data = {"$ext": {"name": "python.exception", "v": 1, "data": content}}
    for name in ("ValueError", "OSError", "UnicodeDecodeError", "ImportError", "SyntaxError"):
        caught, _, _, seen = replayed(thread(1, {"type": name, "message": "m", "data": data}), saver)
        saver.delete("t")
        assert seen == []
        assert [type(error).__name__ for error in caught] == [name]


def test_a_previous_value_that_cannot_be_read_is_named_and_costs_no_answer(tmp_path):
    @entrypoint(checkpointer=tmp_path / "t.db")
    def main(n, previous=0):
        return [interrupt("?"), previous] if n else "kept"

    main.invoke(0, thread_id="t")
    kept = main.get_state(thread_id="t").config["configurable"]["checkpoint_id"]
    main.invoke(1, thread_id="t")
    with contextlib.closing(sqlite3.connect(tmp_path / "t.db", isolation_level=None)) as file:
        file.execute("""UPDATE checkpoints SET value = '[[' WHERE value = '"kept"'""")
        with pytest.raises(FormatError, match=kept):
            main.invoke(Command(resume="yes"), thread_id="t")
        file.execute("""UPDATE checkpoints SET value = '"kept"' WHERE value = '[['""")
    assert main.invoke(None, thread_id="t") == ["yes", "kept"]
