"""Fills in what a fixture leaves out of the threads that it gives to the store."""

from __future__ import annotations

from typing import Any, Final

__all__ = ("threads_of",)

_TIME: Final = "2026-01-01T00:00:00Z"


def threads_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the given threads of a fixture, whole; bad ones as they are."""
    given = document.get("given", {})
    threads: list[dict[str, Any]] = given.get("threads", [])
    if given.get("unchecked"):
        return threads
    program = document.get("program", {})
    entrypoint = {"name": program.get("entrypoint", "main"), "version": program.get("version")}
    return [_thread(thread, entrypoint) for thread in threads]


def _thread(thread: dict[str, Any], entrypoint: dict[str, Any]) -> dict[str, Any]:
    identifier = str(thread["thread_id"])
    checkpoints: list[dict[str, Any]] = []
    runs = 0
    for item in thread["checkpoints"]:
        given = item["checkpoint"]
        before = checkpoints[-1]["checkpoint"]["id"] if checkpoints else None
        runs += given.get("source") in {"input", "fork", "update"}
        seq = len(checkpoints)
        checkpoint: dict[str, Any] = {
            "kind": "checkpoint", "format": "1.0", "thread_id": identifier, "seq": seq, "id": f"{identifier}-c{seq}",
            "parent_id": before, "created_at": _TIME, "run_id": f"{identifier}-r{runs - 1}", "entrypoint": entrypoint,
            "metadata": {}, **({"previous_id": None} if "input" in given else {}), **given,
        }  # fmt: skip
        checkpoints.append({"checkpoint": checkpoint, "entries": _entries(item.get("entries", []), checkpoint["id"])})
    return {"kind": "thread", "format": "taskpoint.thread/1", **thread, "checkpoints": checkpoints}


def _entries(entries: list[dict[str, Any]], checkpoint_id: str) -> list[dict[str, Any]]:
    whole: list[dict[str, Any]] = []
    attempts, attempt_id = 0, ""
    for seq, entry in enumerate(entries):
        if entry["kind"] in {"run.started", "run.resumed"}:
            attempts += 1
            attempt_id = entry.get("attempt_id", f"{checkpoint_id}-a{attempts}")
        defaults: dict[str, Any] = {"seq": seq, "at": _TIME, "attempt_id": attempt_id}
        if entry["kind"].startswith("task."):
            segment = str(entry.get("path", "")).rsplit("/", 1)[-1]
            name = segment.rsplit("@" if "@" in segment else "#", 1)[0]
            defaults |= {"name": name, "input_digest": None, "alone": True, "attempts": 1, "started_at": _TIME}
        elif entry["kind"] == "interrupt.raised":
            defaults |= {"input_digest": None, "alone": True}
        if entry["kind"] in {"run.resumed", "run.failed", "task.failed"}:
            defaults["rerun"] = []
        whole.append(defaults | entry)
    return whole
