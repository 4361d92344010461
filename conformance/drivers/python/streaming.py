"""A run through `stream` or `astream`: each event is handed to the runner when it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from computing import is_array
from program import describe

from taskpoint import Entrypoint, Interrupt, ValueEncodingError, codec

__all__ = ("Streamed", "asked_in", "interrupted")

Document = dict[str, Any]


def asked_in(result: Any) -> tuple[Interrupt, ...] | None:
    """Return the interrupts that a result or an event carries, None where it is a value."""
    if not isinstance(result, dict) or len(cast("Document", result)) != 1:
        return None
    found: Any = cast("Document", result).get("__interrupt__")
    if not isinstance(found, list | tuple):
        return None
    interrupts = [each for each in cast("Sequence[Any]", found) if isinstance(each, Interrupt)]
    return tuple(interrupts) or None


def interrupted(interrupts: Sequence[Interrupt]) -> Document:
    """Return the answer to a run that waits for answers."""
    return {"outcome": "interrupted", "interrupts": _asked(interrupts)}


def _asked(interrupts: Sequence[Interrupt]) -> list[Document]:
    return [{"id": each.id, "value": codec.to_tree(each.value)} for each in interrupts]


class Streamed:
    """One run, streamed.

    Args:
        options: The options of the request: `stream` is true for the updates alone, or a list of modes.
        emit: Hands an event to the runner and waits for its reply.
    """

    def __init__(self, options: Document, emit: Callable[..., object]) -> None:
        self._modes: list[Any] | None = options["stream"] if is_array(options["stream"]) else None
        self._subgraphs: bool = options.get("subgraphs", False)
        self._left: int | None = options.get("stop_after")
        self._emit = emit
        self.answer: Document = {}

    def _given(self) -> Document:
        if self._modes is None:
            return {}
        wanted = [*self._modes, *([] if "values" in self._modes else ["values"])]  # which tells how the run ended
        return {"stream_mode": wanted, "subgraphs": self._subgraphs, "version": "v2"}

    def run(self, workflow: Entrypoint[Any, Any], value: Any, config: Document, options: Document) -> Document:
        """Read the stream to its end, or to where it is to be closed."""
        stream: Iterator[Any] = workflow.stream(value, config, **self._given(), **options)
        for event in stream:
            if self._take(event):
                cast("Any", stream).close()
                return {"outcome": "stopped"}
        return self.answer

    async def arun(self, workflow: Entrypoint[Any, Any], value: Any, config: Document, options: Document) -> Document:
        """Do what `run` does, on the event loop."""
        stream: AsyncIterator[Any] = workflow.astream(value, config, **self._given(), **options)
        async for event in stream:
            if await asyncio.to_thread(self._take, event):
                await cast("Any", stream).aclose()
                return {"outcome": "stopped"}
        return self.answer

    def _take(self, event: Any) -> bool:
        """Hand an event over; tell whether it is the last to be read."""
        if self._modes is None:
            self._update(event)
        elif event["type"] == "values":
            asked = event["interrupts"]
            self.answer = interrupted(asked) if asked else _completed(event["data"])
            if "values" not in self._modes:
                return False
            self._emit(part=_part(event))
        else:
            self._emit(part=_part(event))
        if self._left is not None:
            self._left -= 1
        return self._left == 0

    def _update(self, event: Document) -> None:
        asked = asked_in(event)
        self.answer = _completed(next(iter(event.values()))) if asked is None else interrupted(asked)
        self._emit(mode="updates", data=_update(event))


def _completed(value: Any) -> Document:
    return {"outcome": "completed", "value": codec.to_tree(value)}


def _update(data: Document) -> Any:
    asked = asked_in(data)
    return codec.to_tree(data) if asked is None else {"__interrupt__": _asked(asked)}


def _part(event: Document) -> Document:
    """Return the document of a part."""
    head = {"type": event["type"], "ns": list(event["ns"])}
    if event["type"] == "values":
        return {**head, "data": codec.to_tree(event["data"]), "interrupts": _asked(event["interrupts"])}
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
    return [{"id": each["id"], "value": codec.to_tree(each["value"])} for each in interrupts]


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
