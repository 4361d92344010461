"""Threads looked at, corrected, and gone back in."""

from __future__ import annotations

from typing import Any

from answers import questions
from ir.statements import Document
from program import describe
from runs import ACTIONS, Run

from taskpoint import StateSnapshot, StateUpdate, TaskSnapshot, UsageError, codec


def _update(run: Run) -> Document:
    value = codec.from_tree(run.message["value"])
    run.use(run.workflow, "update_state", run.config(), value, run.options.get("as_node"))
    return {"outcome": "updated"}


def _bulk_update(run: Run) -> Document:
    steps = [
        [StateUpdate(codec.from_tree(each["value"]), each.get("as_node")) for each in step]
        for step in run.message["updates"]
    ]
    run.use(run.workflow, "bulk_update_state", run.config(), steps)
    return {"outcome": "updated"}


def _fork(run: Run) -> Document:
    chosen = {name: run.message[name] for name in ("before", "to") if name in run.message}
    forked = run.use(run.workflow, "fork", run.config(), **chosen)
    return {"outcome": "forked", "checkpoint_id": forked["configurable"]["checkpoint_id"]}


def _delete(run: Run) -> Document:
    if run.saver is None:
        raise UsageError("there is no saver to delete from", code="usage.no_checkpointer")
    run.saver.delete(run.message["thread"])
    return {"outcome": "deleted"}


def _get(run: Run) -> Document:
    return {"outcome": "state", "state": _state(run.use(run.workflow, "get_state", run.config()))}


def _history(run: Run) -> Document:
    chosen = run.chosen("limit", encoded=["filter"])
    if "before" in run.options:
        place = {"thread_id": run.message["thread"], "checkpoint_id": run.options["before"]}
        chosen["before"] = {"configurable": place}

    async def collect() -> list[StateSnapshot]:
        return [each async for each in run.workflow.aget_state_history(run.config(), **chosen)]

    found = run.wait(collect) if run.is_async else run.workflow.get_state_history(run.config(), **chosen)
    return {"outcome": "history", "states": [_state(each) for each in found]}


def _state(snapshot: StateSnapshot) -> Document:
    return {
        "values": codec.to_tree(snapshot.values),
        "next": list(snapshot.next),
        "checkpoint_id": snapshot.config["configurable"].get("checkpoint_id"),
        "parent_id": snapshot.parent_config["configurable"]["checkpoint_id"] if snapshot.parent_config else None,
        "source": snapshot.source,
        "metadata": codec.to_tree(snapshot.metadata),
        "interrupts": questions(snapshot.interrupts),
        "tasks": [_task(each) for each in snapshot.tasks],
    }


def _task(snapshot: TaskSnapshot) -> Document:
    shown: dict[str, Any] = {"name": snapshot.name, "path": snapshot.path, "interrupts": questions(snapshot.interrupts)}
    if snapshot.error is not None:
        shown["error"] = codec.to_tree(describe(snapshot.error))
    elif snapshot.cancelled:
        shown["cancelled"] = True
    elif snapshot.path or snapshot.result is not None:
        shown["result"] = codec.to_tree(snapshot.result)
    return shown


ACTIONS.update(update=_update, bulk_update=_bulk_update, fork=_fork, delete=_delete, state=_get, history=_history)
