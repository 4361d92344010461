"""The request `run`: one use of the entrypoint's public API, and what it came to."""

from __future__ import annotations

import re
from concurrent.futures import Future
from functools import partial
from typing import Any

from checks import Broken, check
from event_loop import EventLoop
from program import Program, describe
from runner_saver import NotingSqliteSaver, RunnerSaver
from streaming import Streamed, asked_in, interrupted
from twins import Twin
from wire import Wire

from taskpoint import (
    BaseCache,
    BaseStore,
    CheckpointSaver,
    Command,
    ConcurrentRunError,
    Entrypoint,
    InMemoryCache,
    InMemoryStore,
    Interrupt,
    SaverError,
    SqliteCache,
    SqliteStore,
    StateSnapshot,
    StateUpdate,
    StopRun,
    TaskError,
    TaskpointError,
    TaskSnapshot,
    UsageError,
    codec,
    stop_runs,
)

__all__ = ("Run", "stop")

Document = dict[str, Any]
_LIBRARY_CODE = re.compile(r"[a-z]+\.[a-z_]+")
_RUNS = frozenset(("invoke", "resume", "command"))
_CACHES: dict[str, InMemoryCache] = {}
"""The caches in memory, by the names that the runner gives them."""


def stop(message: Document) -> Document:
    """Ask the runs on a thread to stop."""
    stop_runs(message["thread"])
    return {"outcome": "stopping"}


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
        program = self._program()
        saver: RunnerSaver | NotingSqliteSaver | None = None
        store: BaseStore | None = None
        cache: BaseCache | None = None
        try:
            saver = self._saver()
            store = self._store()
            cache = self._cache()
            if self._message["action"] == "clear_cache":
                return self._clear(program, program.entrypoint(saver, store, cache), cache)
            return self._act(program.entrypoint(saver, store, cache), saver)
        except Broken:
            raise
        except StopRun:
            return {"outcome": "stopped"}
        except BaseException as error:  # noqa: BLE001 - whatever left the run is its outcome
            return _failure(error, saver, entered=program.entered)
        finally:
            for each in (saver, store, cache if isinstance(cache, SqliteCache) else None):
                if each is not None:
                    each.close()

    def _program(self) -> Program:
        program, form = self._message["program"], self._message["form"]
        if "twin" in program:
            return Twin(program["twin"], form, self._effect, is_async=self._is_async)
        check(program, is_async=self._is_async)
        return Program(program, form, self._effect, is_async=self._is_async)

    def _saver(self) -> RunnerSaver | NotingSqliteSaver | None:
        kind = self._message["saver"]["kind"]
        if kind == "sqlite":
            return NotingSqliteSaver(self._message["saver"]["path"])
        return RunnerSaver(self._call) if kind == "runner" else None

    def _store(self) -> BaseStore | None:
        asked = self._message.get("store")
        if asked is None:
            return None
        return SqliteStore(asked["path"]) if asked["kind"] == "sqlite" else InMemoryStore()

    def _cache(self) -> BaseCache | None:
        asked = self._message.get("cache")
        if asked is None:
            return None
        if asked["kind"] == "sqlite":
            return SqliteCache(asked["path"])
        return _CACHES.setdefault(asked["name"], InMemoryCache())

    def _clear(self, program: Program, workflow: Entrypoint[Any, Any], cache: BaseCache | None) -> Document:
        """Clear what is kept of the entrypoint, or of one of its tasks."""
        name = self._message.get("task")
        if name is None:
            clear, aclear = workflow.clear_cache, workflow.aclear_cache
        elif cache is None:
            raise Broken("there is no cache to clear")
        else:
            task = program.tasks[name]
            clear, aclear = partial(task.clear_cache, cache), partial(task.aclear_cache, cache)
        if self._is_async:
            self._loop.run(aclear)
        else:
            clear()
        return {"outcome": "cleared"}

    def _call(self, op: str, **members: object) -> Future[Document]:
        return self._wire.call(self._message["id"], op, **members)

    def _effect(self, **members: object) -> Future[Document]:
        return self._call("effect", **members)

    def _config(self) -> Document:
        configurable: Document = {}
        if self._message["thread"] is not None:
            configurable["thread_id"] = self._message["thread"]
        if "checkpoint_id" in self._options:
            configurable["checkpoint_id"] = self._options["checkpoint_id"]
        config = self._chosen("max_concurrency", "run_id")
        if "metadata" in self._options:
            config["metadata"] = codec.from_tree(self._options["metadata"])
        return {"configurable": configurable, **config}

    def _given(self) -> Document:
        given = self._chosen("take_over", "retry", "durability")
        if "context" in self._options:
            given["context"] = codec.from_tree(self._options["context"])
        return given

    def _chosen(self, *names: str) -> Document:
        return {name: self._options[name] for name in names if name in self._options}

    def _act(self, workflow: Entrypoint[Any, Any], saver: CheckpointSaver | None) -> Document:
        config = self._config()
        action = self._message["action"]
        if action in _RUNS:
            return self._run(workflow, self._input(), config, self._given())
        if action == "update":
            value = codec.from_tree(self._message["value"])
            node = self._options.get("as_node")
            if self._is_async:
                self._loop.run(lambda: workflow.aupdate_state(config, value, node))
            else:
                workflow.update_state(config, value, node)
            return {"outcome": "updated"}
        if action == "bulk_update":
            steps = [[_update(each) for each in step] for step in self._message["updates"]]
            if self._is_async:
                self._loop.run(lambda: workflow.abulk_update_state(config, steps))
            else:
                workflow.bulk_update_state(config, steps)
            return {"outcome": "updated"}
        if action == "fork":
            return self._fork(workflow, config)
        if action == "delete":
            if saver is None:
                raise UsageError("there is no saver to delete from", code="usage.no_checkpointer")
            saver.delete(self._message["thread"])
            return {"outcome": "deleted"}
        if action == "state":
            if self._is_async:
                return {"outcome": "state", "state": _state(self._loop.run(lambda: workflow.aget_state(config)))}
            return {"outcome": "state", "state": _state(workflow.get_state(config))}
        return {"outcome": "history", "states": [_state(each) for each in self._history(workflow, config)]}

    def _input(self) -> Any:
        """Return what `invoke` gets; without an input an empty one, as None would be a resume."""
        match self._message["action"]:
            case "resume":
                return None
            case "command":
                command = self._message["command"]
                if "resume" in command:
                    return Command(resume=codec.from_tree(command["resume"]))
                return Command(answers={id: codec.from_tree(answer) for id, answer in command["answers"].items()})
            case _:
                return codec.from_tree(self._message["input"]) if "input" in self._message else {}

    def _run(self, workflow: Entrypoint[Any, Any], value: Any, config: Document, options: Document) -> Document:
        if self._options.get("stream"):
            return self._stream(workflow, value, config, options)
        if self._is_async:
            result = self._loop.run(lambda: workflow.ainvoke(value, config, **options))
        else:
            result = workflow.invoke(value, config, **options)
        asked = asked_in(result)
        return {"outcome": "completed", "value": codec.to_tree(result)} if asked is None else interrupted(asked)

    def _stream(self, workflow: Entrypoint[Any, Any], value: Any, config: Document, options: Document) -> Document:
        def emit(**event: object) -> None:
            self._call("emit", **event).result()

        streamed = Streamed(self._options, emit)
        if self._is_async:
            answer: Document = self._loop.run(lambda: streamed.arun(workflow, value, config, options))
            return answer
        return streamed.run(workflow, value, config, options)

    def _fork(self, workflow: Entrypoint[Any, Any], config: Document) -> Document:
        chosen = {name: self._message[name] for name in ("before", "to") if name in self._message}
        if self._is_async:
            forked = self._loop.run(lambda: workflow.afork(config, **chosen))
        else:
            forked = workflow.fork(config, **chosen)
        return {"outcome": "forked", "checkpoint_id": forked["configurable"]["checkpoint_id"]}

    def _history(self, workflow: Entrypoint[Any, Any], config: Document) -> list[StateSnapshot]:
        chosen = self._chosen("limit")
        if "filter" in self._options:
            chosen["filter"] = codec.from_tree(self._options["filter"])
        if "before" in self._options:
            thread_id, checkpoint_id = self._message["thread"], self._options["before"]
            chosen["before"] = {"configurable": {"thread_id": thread_id, "checkpoint_id": checkpoint_id}}
        if not self._is_async:
            return list(workflow.get_state_history(config, **chosen))

        async def collect() -> list[StateSnapshot]:
            return [snapshot async for snapshot in workflow.aget_state_history(config, **chosen)]

        snapshots: list[StateSnapshot] = self._loop.run(collect)
        return snapshots


def _update(document: Document) -> StateUpdate:
    return StateUpdate(codec.from_tree(document["value"]), document.get("as_node"))


def _asked(interrupts: tuple[Interrupt, ...]) -> list[Document]:
    return [{"id": each.id, "value": codec.to_tree(each.value)} for each in interrupts]


def _failure(error: BaseException, saver: RunnerSaver | NotingSqliteSaver | None, *, entered: bool) -> Document:
    """Tell what an error means: refused before anything began, or the end of a run."""
    if not entered and isinstance(error, TaskpointError) and not isinstance(error, SaverError | TaskError):
        return {"outcome": "rejected", "code": error.code, "message": error.message}
    recorded = None if saver is None or isinstance(error, ConcurrentRunError | SaverError) else saver.failure
    document = recorded or codec.to_tree(describe(error))
    if _LIBRARY_CODE.fullmatch(document["type"]):
        code = document["type"]
    else:
        code = "task.failed" if "path" in document else "body.failed"
    return {"outcome": "failed", "code": code, "error": document}


def _state(snapshot: StateSnapshot) -> Document:
    return {
        "values": codec.to_tree(snapshot.values),
        "next": list(snapshot.next),
        "checkpoint_id": snapshot.config["configurable"].get("checkpoint_id"),
        "parent_id": snapshot.parent_config["configurable"]["checkpoint_id"] if snapshot.parent_config else None,
        "source": snapshot.source,
        "metadata": codec.to_tree(snapshot.metadata),
        "interrupts": _asked(snapshot.interrupts),
        "tasks": [_task(each) for each in snapshot.tasks],
    }


def _task(snapshot: TaskSnapshot) -> Document:
    shown: Document = {"name": snapshot.name, "path": snapshot.path, "interrupts": _asked(snapshot.interrupts)}
    if snapshot.error is not None:
        shown["error"] = codec.to_tree(describe(snapshot.error))
    elif snapshot.cancelled:
        shown["cancelled"] = True
    elif snapshot.path or snapshot.result is not None:
        shown["result"] = codec.to_tree(snapshot.result)
    return shown
