"""Runs through `stream` or `astream`: each event is handed to the runner when it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from answers import asked_in, ended, question, questions
from ir.expressions import is_array
from ir.statements import Document, Scope, statement
from program import describe
from runs import WAYS, Run

from taskpoint import ValueEncodingError, codec, get_stream_writer


class _Streamed:
    """One run, streamed.

    Args:
        run: The run; its option `stream` is true for the updates alone, or a list of modes.
    """

    def __init__(self, run: Run) -> None:
        options = run.options
        self._run = run
        self._modes: list[Any] | None = options["stream"] if is_array(options["stream"]) else None
        self._subgraphs: bool = options.get("subgraphs", False)
        self._left: int | None = options.get("stop_after")
        self._answer: Document = {}

    def _given(self) -> Document:
        if self._modes is None:
            return {}
        wanted = [*self._modes, *([] if "values" in self._modes else ["values"])]  # which tells how the run ended
        return {"stream_mode": wanted, "subgraphs": self._subgraphs, "version": "v2"}

    def answer(self, value: Any) -> Document:
        """Read the stream to its end, or to where it is to be closed."""
        run = self._run
        if run.is_async:
            answer: Document = run.wait(lambda: self._read(value))
            return answer
        stream: Iterator[Any] = run.workflow.stream(value, run.config(), **self._given(), **run.options_of_run())
        for event in stream:
            if self._take(event):
                cast("Any", stream).close()
                return {"outcome": "stopped"}
        return self._answer

    async def _read(self, value: Any) -> Document:
        run = self._run
        stream: AsyncIterator[Any] = run.workflow.astream(value, run.config(), **self._given(), **run.options_of_run())
        async for event in stream:
            if await asyncio.to_thread(self._take, event):
                await cast("Any", stream).aclose()
                return {"outcome": "stopped"}
        return self._answer

    def _emit(self, **event: object) -> None:
        self._run.call("emit", **event).result()

    def _take(self, event: Any) -> bool:
        """Hand an event over; tell whether it is the last to be read."""
        if self._modes is None:
            self._answer = ended(event if asked_in(event) else next(iter(event.values())))
            self._emit(mode="updates", data=_update(event))
        else:
            if event["type"] == "values":
                asked = event["interrupts"]
                self._answer = ended({"__interrupt__": asked} if asked else event["data"])
                if "values" not in self._modes:
                    return False
            self._emit(part=_part(event))
        if self._left is not None:
            self._left -= 1
        return self._left == 0


def _update(data: Document) -> Any:
    asked = asked_in(data)
    return codec.to_tree(data) if asked is None else {"__interrupt__": questions(asked)}


def _part(event: Document) -> Document:
    """Return the document of a part."""
    head = {"type": event["type"], "ns": list(event["ns"])}
    if event["type"] == "values":
        return {**head, "data": codec.to_tree(event["data"]), "interrupts": questions(event["interrupts"])}
    return {**head, "data": _DATA[event["type"]](event["data"])}


def _task(data: Document) -> Document:
    if "input" in data:
        return {**data, "input": _input(data["input"], is_call=bool(data["path"])), "triggers": list(data["triggers"])}
    error = data["error"]
    return {
        **data,
        "error": None if error is None else codec.to_tree(describe(error)),
        "result": codec.to_tree(data["result"]),
        "interrupts": _questions(data["interrupts"]),
    }


def _input(given: Any, *, is_call: bool) -> Any:
    if not is_call:
        return codec.to_tree(given)
    args, kwargs = given
    return [[_argument(each) for each in args], {name: _argument(each) for name, each in kwargs.items()}]


def _argument(value: Any) -> Any:
    try:
        return codec.to_tree(value)
    except ValueEncodingError:
        return None


def _questions(interrupts: Sequence[Document]) -> list[Document]:
    return [question(each) for each in interrupts]


def _checkpoint(data: Document) -> Document:
    return {
        **data,
        "config": data["config"]["configurable"],
        "parent_config": data["parent_config"] and data["parent_config"]["configurable"],
        "values": codec.to_tree(data["values"]),
        "metadata": codec.to_tree(data["metadata"]),
        "tasks": [{**each, "interrupts": _questions(each["interrupts"])} for each in data["tasks"]],
    }


def _debug(data: Document) -> Document:
    inner = _checkpoint if data["type"] == "checkpoint" else _task
    return {**data, "payload": inner(data["payload"])}


_DATA: Mapping[str, Callable[[Any], Any]] = {
    "updates": _update,
    "custom": codec.to_tree,
    "tasks": _task,
    "checkpoints": _checkpoint,
    "debug": _debug,
}


@statement
async def _write(scope: Scope, *, value: Any) -> None:
    get_stream_writer()(scope.value(value))


WAYS["stream"] = lambda run, value: _Streamed(run).answer(value)
