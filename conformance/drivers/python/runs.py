"""The request `run`: one use of the entrypoint's public API. Profiles add what else can be done than run it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from typing import Any, Final

from answers import ended, failed
from ir.checks import check
from ir.statements import Broken, Document
from pipe.event_loop import EventLoop
from pipe.wire import Wire
from program import OPTIONS, Program
from runner_saver import RunnerSaver
from twins import Twin

from taskpoint import CheckpointSaver, Entrypoint, codec

__all__ = ("ACTIONS", "GIVEN", "SAVERS", "WAYS", "Run", "invoke")


class Run:
    """One `run` request.

    Attributes:
        message: The request.
        options: Its options.
        program: What it runs.
        workflow: The entrypoint that the program came to.
        saver: Where its threads are.
        given: What the entrypoint was given.
        opened: What is closed when the request has its answer.
    """

    workflow: Entrypoint[Any, Any]
    saver: CheckpointSaver | None = None

    def __init__(self, message: Document, wire: Wire, loop: EventLoop) -> None:
        self.message = message
        self.options: Document = message.get("options", {})
        self.is_async = message["mode"] == "async"
        self.given: Document = {}
        self.opened = ExitStack()
        self._wire = wire
        self._loop = loop
        self.program = self._program()

    def _program(self) -> Program:
        program, form = self.message["program"], self.message["form"]
        if "twin" in program:
            return Twin(program["twin"], form, self._effect, is_async=self.is_async)
        check(program, OPTIONS)
        return Program(program, form, self._effect, is_async=self.is_async)

    def answer(self) -> Document:
        """Do what is asked and return the answer."""
        try:
            with self.opened:
                self.saver = SAVERS[self.message["saver"]["kind"]](self)
                self.given = {} if self.saver is None else {"checkpointer": self.saver}
                self.given |= {name: make(self) for name, make in GIVEN.items() if name in self.message}
                self.workflow = self.program.entrypoint(self.given)
                return ACTIONS[self.message["action"]](self)
        except Broken:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever left the run is its outcome
            return failed(error, getattr(self.saver, "failure", None), entered=self.program.entered)

    def use(self, owner: Any, verb: str, *args: Any, **options: Any) -> Any:
        """Use a method of the library, in async mode the one of its name with an `a`, on the event loop."""
        if self.is_async:
            return self._loop.run(lambda: getattr(owner, f"a{verb}")(*args, **options))
        return getattr(owner, verb)(*args, **options)

    def wait(self, function: Callable[[], Any]) -> Any:
        """Return what a coroutine function comes to on the event loop."""
        return self._loop.run(function)

    def call(self, op: str, **members: object) -> Future[Document]:
        """Call the runner."""
        return self._wire.call(self.message["id"], op, **members)

    def _effect(self, **members: object) -> Future[Document]:
        return self.call("effect", **members)

    def chosen(self, *names: str, encoded: Sequence[str] = ()) -> Document:
        """Return those of these options that the request has; values are encoded in it."""
        plain = {name: self.options[name] for name in names if name in self.options}
        return plain | {name: codec.from_tree(self.options[name]) for name in encoded if name in self.options}

    def config(self) -> Document:
        """Return the config of the run."""
        thread = {} if self.message["thread"] is None else {"thread_id": self.message["thread"]}
        configurable = thread | self.chosen("checkpoint_id")
        return {"configurable": configurable, **self.chosen("max_concurrency", "run_id", encoded=["metadata"])}

    def options_of_run(self) -> Document:
        """Return what `invoke` gets beside the input and the config."""
        return self.chosen("take_over", "once", "retry", "durability", encoded=["context"])


def invoke(run: Run, value: Any) -> Document:
    """Invoke the entrypoint in the way that the request asks for."""
    for option, way in WAYS.items():
        if run.options.get(option):
            return way(run, value)
    return ended(run.use(run.workflow, "invoke", value, run.config(), **run.options_of_run()))


def _input(run: Run) -> Any:
    """Return what `invoke` gets; without an input an empty one, as None would be a resume."""
    return codec.from_tree(run.message["input"]) if "input" in run.message else {}


WAYS: Final[dict[str, Callable[[Run, Any], Document]]] = {}
"""Other ways to run than `invoke`, by the option that asks for them."""
SAVERS: Final[dict[str, Callable[[Run], CheckpointSaver | None]]] = {
    "runner": lambda run: RunnerSaver(run.call),
    "none": lambda _: None,
}
GIVEN: Final[dict[str, Callable[[Run], Any]]] = {}
"""What else an entrypoint is given, by the member of the request that says so."""
ACTIONS: Final[dict[str, Callable[[Run], Document]]] = {
    "invoke": lambda run: invoke(run, _input(run)),
    "resume": lambda run: invoke(run, None),
}
