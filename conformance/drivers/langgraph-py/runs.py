"""The request `run`: one use of the entrypoint's public API, and what it came to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ir.checks import Skip, check
from ir.statements import Broken
from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.store.memory import InMemoryStore
from langgraph.types import Command, StateUpdate
from offered import refuse_what_is_not_offered
from pipe.event_loop import EventLoop
from pipe.wire import Wire
from program import OPTIONS, Program, describe
from values import from_tree, to_tree

__all__ = ("Run",)

Document = dict[str, Any]
_RUNS = frozenset(("invoke", "resume", "command"))
_CACHES: dict[str, InMemoryCache] = {}
"""The caches in memory, by the names that the runner gives them."""
_STREAMED = frozenset(("values", "updates", "custom"))
"""The modes whose payloads are values; those of the others are documents of the library's own."""


class Run:
    """One `run` request."""

    def __init__(self, message: Document, wire: Wire, loop: EventLoop) -> None:
        self._message = message
        self._wire = wire
        self._loop = loop
        self._is_async = message["mode"] == "async"
        self._options: Document = message.get("options", {})

    def answer(self) -> Document:
        """Do what is asked and return the answer."""
        refuse_what_is_not_offered(self._message)
        check(self._message["program"], OPTIONS)
        program = Program(self._message["program"], self._effect, is_async=self._is_async)
        try:
            if self._is_async:
                answered: Document = self._loop.run(lambda: self._waiting(program))
                return answered
            with self._saver() as saver:
                return self._act(program.entrypoint(saver, self._store(), self._cache()), saver)
        except (Broken, Skip):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever left the run is its outcome
            if not program.entered:
                return {"outcome": "rejected", "code": "usage.refused", "message": f"{type(error).__name__}: {error}"}
            return {"outcome": "failed", "code": "body.failed", "error": to_tree(describe(error))}

    def _path(self) -> Path | None:
        saver = self._message["saver"]
        return Path(saver["path"]) / "threads.db" if saver["kind"] == "own" else None

    @contextmanager
    def _saver(self) -> Iterator[SqliteSaver | None]:
        path = self._path()
        if path is None:
            yield None
            return
        with SqliteSaver.from_conn_string(str(path)) as saver:
            yield saver

    async def _waiting(self, program: Program) -> Document:
        path = self._path()
        if path is None:
            return await self._aact(program.entrypoint(None, self._store(), self._cache()), None)
        async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
            return await self._aact(program.entrypoint(saver, self._store(), self._cache()), saver)

    def _store(self) -> InMemoryStore | None:
        return InMemoryStore() if "store" in self._message else None

    def _cache(self) -> InMemoryCache | None:
        return _CACHES.setdefault(self._message["cache"]["name"], InMemoryCache()) if "cache" in self._message else None

    def _effect(self, **members: object) -> Any:
        return self._wire.call(self._message["id"], "effect", **members)

    def _emit(self, **event: object) -> None:
        self._wire.call(self._message["id"], "emit", **event).result()

    def _config(self) -> Document:
        configurable: Document = {}
        if self._message["thread"] is not None:
            configurable["thread_id"] = self._message["thread"]
        if "checkpoint_id" in self._options:
            configurable["checkpoint_id"] = self._options["checkpoint_id"]
        config = {name: self._options[name] for name in ("max_concurrency", "run_id") if name in self._options}
        if "metadata" in self._options:
            config["metadata"] = from_tree(self._options["metadata"])
        return {"configurable": configurable, **config}

    def _given(self) -> Document:
        return {name: self._options[name] for name in ("durability",) if name in self._options}

    def _act(self, workflow: Any, saver: Any) -> Document:
        config, message = self._config(), self._message
        match message["action"]:
            case action if action in _RUNS:
                if not self._options.get("stream"):
                    return _outcome(workflow.invoke(self._input(), config, **self._given()))
                taken = _Events(self._options, self._emit)
                for event in workflow.stream(self._input(), config, **taken.options, **self._given()):
                    if taken.take(event):
                        return {"outcome": "stopped"}
                return taken.answer
            case "update":
                workflow.update_state(config, from_tree(message["value"]), self._options.get("as_node"))
                return {"outcome": "updated"}
            case "bulk_update":
                workflow.bulk_update_state(config, self._updates())
                return {"outcome": "updated"}
            case "delete":
                saver.delete_thread(message["thread"])
                return {"outcome": "deleted"}
            case "state":
                return {"outcome": "state", "state": _state(workflow.get_state(config))}
            case "history":
                return _history(list(workflow.get_state_history(config, **self._page())))
            case _:
                raise Skip(f"LangGraph has no counterpart of {message['action']}")

    async def _aact(self, workflow: Any, saver: Any) -> Document:
        config, message = self._config(), self._message
        match message["action"]:
            case action if action in _RUNS:
                if not self._options.get("stream"):
                    return _outcome(await workflow.ainvoke(self._input(), config, **self._given()))
                taken = _Events(self._options, self._emit)
                stream = workflow.astream(self._input(), config, **taken.options, **self._given())
                async for event in stream:
                    if await asyncio.to_thread(taken.take, event):
                        await stream.aclose()
                        return {"outcome": "stopped"}
                return taken.answer
            case "update":
                await workflow.aupdate_state(config, from_tree(message["value"]), self._options.get("as_node"))
                return {"outcome": "updated"}
            case "bulk_update":
                await workflow.abulk_update_state(config, self._updates())
                return {"outcome": "updated"}
            case "delete":
                await saver.adelete_thread(message["thread"])
                return {"outcome": "deleted"}
            case "state":
                return {"outcome": "state", "state": _state(await workflow.aget_state(config))}
            case "history":
                return _history([each async for each in workflow.aget_state_history(config, **self._page())])
            case _:
                raise Skip(f"LangGraph has no counterpart of {message['action']}")

    def _updates(self) -> list[list[StateUpdate]]:
        return [
            [StateUpdate(from_tree(each["value"]), each.get("as_node")) for each in step]
            for step in self._message["updates"]
        ]

    def _page(self) -> Document:
        page: Document = {"limit": self._options["limit"]} if "limit" in self._options else {}
        if "filter" in self._options:
            page["filter"] = from_tree(self._options["filter"])
        return page

    def _input(self) -> Any:
        """Return what `invoke` gets; without an input an empty one, as None would be a resume."""
        match self._message["action"]:
            case "resume":
                return None
            case "command":
                command = self._message["command"]
                if "resume" in command:
                    return Command(resume=from_tree(command["resume"]))
                return Command(resume={id: from_tree(answer) for id, answer in command["answers"].items()})
            case _:
                return from_tree(self._message["input"]) if "input" in self._message else {}


class _Events:
    """A run that is streamed: each event is handed to the runner when it comes."""

    def __init__(self, options: Document, emit: Callable[..., None]) -> None:
        self._modes: list[str] | None = options["stream"] if isinstance(options["stream"], list) else None
        self._left: int | None = options.get("stop_after")
        self._emit = emit
        self.answer: Document = {"outcome": "completed", "value": None}
        if not _STREAMED.issuperset(self._modes or []):
            raise Skip("the events of this mode are documents of LangGraph's own")
        self.options: Document = {"stream_mode": "updates"}
        if self._modes is not None:
            modes = [*self._modes, *([] if "updates" in self._modes else ["updates"])]  # which tells how it ended
            self.options = {"stream_mode": modes, "subgraphs": options.get("subgraphs", False), "version": "v2"}

    def take(self, event: Any) -> bool:
        """Hand an event over; tell whether it is the last to be read."""
        kind = "updates" if self._modes is None else event["type"]
        data = event if self._modes is None else event["data"]
        if kind == "updates":
            self.answer = _outcome(data if "__interrupt__" in data else next(iter(data.values())))
            shown: Any = {"__interrupt__": _asked(data)} if "__interrupt__" in data else to_tree(data)
        else:
            shown = to_tree(data)
        if self._modes is None:
            self._emit(mode="updates", data=shown)
        elif kind not in self._modes:
            return False
        else:
            part: Document = {"type": kind, "ns": list(event["ns"]), "data": shown}
            if kind == "values":
                part["interrupts"] = [_one(each) for each in event.get("interrupts", ())]
            self._emit(part=part)
        if self._left is not None:
            self._left -= 1
        return self._left == 0


def _one(interrupt: Any) -> Document:
    return {"id": interrupt.id, "value": to_tree(interrupt.value)}


def _asked(result: Document) -> list[Document]:
    return [_one(each) for each in result["__interrupt__"]]


def _outcome(result: Any) -> Document:
    if isinstance(result, dict) and "__interrupt__" in result:
        return {"outcome": "interrupted", "interrupts": _asked(result)}
    return {"outcome": "completed", "value": to_tree(result)}


def _history(snapshots: list[Any]) -> Document:
    return {"outcome": "history", "states": [_state(each) for each in snapshots]}


def _state(snapshot: Any) -> Document:
    metadata = snapshot.metadata or {}
    source = metadata.get("source")
    return {
        "values": to_tree(snapshot.values),
        "next": list(snapshot.next),
        "checkpoint_id": snapshot.config["configurable"].get("checkpoint_id"),
        "parent_id": snapshot.parent_config["configurable"]["checkpoint_id"] if snapshot.parent_config else None,
        "source": source if source in {"input", "loop", "update", "fork"} else None,
        "metadata": to_tree(metadata),
        "interrupts": [_one(each) for each in snapshot.interrupts],
        "tasks": [],
    }
