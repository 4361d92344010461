"""A program for LangGraph's Functional API does the same here once its imports are changed, and nothing else.

`moving_over/*.py` are such programs, as their users write them, and `*.txt` what each prints under LangGraph.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime
from pathlib import Path

import pytest

from taskpoint import (
    Command,
    InMemorySaver,
    InMemoryStore,
    SqliteSaver,
    TaskpointError,
    UsageError,
    ValueEncodingError,
    entrypoint,
    get_store,
    interrupt,
    task,
)

REPOSITORY = Path(__file__).parents[2]
PROGRAMS = sorted((Path(__file__).parent / "moving_over").glob("*.py"))
GUIDE = (REPOSITORY / "docs" / "from-langgraph.md").read_text(encoding="utf-8")
RENAMED = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|$", GUIDE, re.MULTILINE))
IMPORT = re.compile(r"^from lang(?:graph|chain_core)[\w.]* import (?P<names>.+)$", re.MULTILINE)

programs = pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)


def moved(source: str) -> str:
    """Return a program with its imports changed, as the guide says."""

    def line(match: re.Match[str]) -> str:
        names = [RENAMED.get(name, name) for name in match["names"].split(", ")]
        return "from taskpoint import " + ", ".join(
            name if name == old else f"{name} as {old}"
            for name, old in zip(names, match["names"].split(", "), strict=True)
        )

    return IMPORT.sub(line, source)


def printed(source: str, folder: Path) -> str:
    (folder / "program.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=folder,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@programs
def test_only_the_imports_change(program: Path, tmp_path: Path) -> None:
    source = program.read_text(encoding="utf-8")
    assert "langgraph" not in moved(source)
    assert printed(moved(source), tmp_path) == program.with_suffix(".txt").read_text(encoding="utf-8")


@pytest.mark.skipif(
    importlib.util.find_spec("langgraph") is None, reason="LangGraph is not installed: pip install -e '.[compare]'"
)
@programs
def test_the_same_program_does_the_same_under_langgraph(program: Path, tmp_path: Path) -> None:
    source = program.read_text(encoding="utf-8")
    assert printed(source, tmp_path) == program.with_suffix(".txt").read_text(encoding="utf-8")


def test_there_are_programs() -> None:
    assert len(PROGRAMS) >= 3
    assert RENAMED["MemorySaver"] == "InMemorySaver"


class Message:
    """A host object, as libraries of models return them."""


@task
def answer(n: int):
    return Message()


@entrypoint(checkpointer=InMemorySaver())
def host_object(n: int) -> int:
    answer(n).result()
    return n


@entrypoint(checkpointer=InMemorySaver())
def two_questions(n: int) -> list:
    calls = [task(name=name)(interrupt)(name) for name in ("a", "b")]
    return [call.result() for call in calls]


def asked_twice():
    two_questions.invoke(1, thread_id="t")
    two_questions.invoke(Command(resume="?"), thread_id="t")


@entrypoint
async def awaited(n: int) -> int:
    return inner.invoke(n)


@entrypoint
def inner(n: int) -> int:
    return n


@entrypoint
def threaded(n: int) -> int:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(copy_context().run, lambda: answer(n).result()).result()


def asked_before():
    two_questions.invoke(1, thread_id="before")
    older = two_questions.get_state(thread_id="before").config
    two_questions.invoke(
        Command(resume={asked.id: 1 for asked in two_questions.get_state(thread_id="before").interrupts}), older
    )
    two_questions.invoke(Command(resume=2), older)


REFUSED = {
    "a lambda as a task": (lambda: task(lambda n: n), UsageError),
    "a task that is called in a thread of your own": (lambda: threaded.invoke(1), UsageError),
    "`inner.invoke(...)` in an async entrypoint": (lambda: asyncio.run(awaited.ainvoke(1)), UsageError),
    "`interrupt(...)` without a checkpointer": (lambda: entrypoint("main", interrupt).invoke(1), UsageError),
    "`Command(resume=...)` with the config of an older checkpoint": (asked_before, UsageError),
    "`get_store()` where the entrypoint has no store": (
        lambda: entrypoint("main", lambda _: get_store()).invoke(1),
        UsageError,
    ),
    "a `datetime` without a time zone": (lambda: inner.invoke(datetime(2026, 1, 2)), ValueEncodingError),  # noqa: DTZ001
    "an object of a class given to the stream writer": (
        lambda: list(entrypoint("main", lambda _, writer: writer(Message())).stream(1, stream_mode="custom")),
        ValueEncodingError,
    ),
    "`retry=` and `config_schema=`": (lambda: task(retry=None), UsageError),
    "`checkpointer=True`": (lambda: entrypoint(checkpointer=True), UsageError),
    "`checkpointer.list(config)`": (lambda: InMemorySaver().list({}), AttributeError),
    "`get_graph()`": (lambda: inner.get_graph().nodes, AttributeError),
    "a task that returns a host object": (lambda: host_object.invoke(1, thread_id="t"), ValueEncodingError),
    "unknown options": (lambda: task(foo=1), UsageError),
    "unknown options, modes": (lambda: list(host_object.stream(1, thread_id="u", stream_mode="messages")), UsageError),
    "unknown options, modes and config members": (
        lambda: host_object.invoke(1, {"callbacks": []}, thread_id="u"),
        UsageError,
    ),
    "a thread id that is no string": (lambda: host_object.invoke(1, thread_id=123), UsageError),
    "`Command(resume=...)` where nobody asked": (
        lambda: host_object.invoke(Command(resume=1), thread_id="u"),
        UsageError,
    ),
    "`Command(resume=answer)` with several questions open": (asked_twice, UsageError),
    "`Command(goto=..., update=...)`": (lambda: Command(goto="node", update={}), UsageError),
    "`AsyncSqliteSaver(connection)`": (lambda: SqliteSaver(object()), UsageError),
    "`InMemoryStore(index=...)`": (lambda: InMemoryStore(index={}), UsageError),
    "`serde=` of savers and caches": (lambda: InMemorySaver(serde=1), UsageError),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_guide_calls_refused_is_refused(what: str) -> None:
    assert f"| {what}" in GUIDE
    attempt, error = REFUSED[what]
    with pytest.raises(error) as caught:
        attempt()
    if isinstance(caught.value, TaskpointError):
        assert caught.value.hint
