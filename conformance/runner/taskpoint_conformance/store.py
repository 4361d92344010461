"""The store on the runner's side of the pipe: the saver's verbs, and what no journal may look like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from taskpoint_conformance.errors import Failure
from taskpoint_conformance.journal import TERMINAL, Retried, check_entries
from taskpoint_conformance.schemas import document_problem

__all__ = ("Conflict", "Store")

_LEASE: Final = "2100-01-01T00:00:00Z"
Document = dict[str, Any]


class Conflict(Exception):
    """Another run was faster, or holds the thread; `holder` is who, where one is live."""

    def __init__(self, message: str, holder: Document | None) -> None:
        super().__init__(message)
        self.holder = holder


@dataclass(slots=True)
class _Holder:
    document: Document
    is_live: Callable[[], bool]


@dataclass(slots=True)
class _Thread:
    checkpoints: list[Document] = field(default_factory=list[Document])
    journals: dict[str, list[Document]] = field(default_factory=dict[str, list[Document]])
    holder: _Holder | None = None

    def live(self) -> Document | None:
        """Return the live holder: one whose process was killed or has exited is dead."""
        return self.holder.document if self.holder and self.holder.is_live() else None


class Store:
    """Threads in memory; everything is judged before it is acknowledged."""

    def __init__(self, retried: Retried = frozenset()) -> None:
        self._threads: dict[str, _Thread] = {}
        self._retried = retried

    def put(self, thread: Document) -> None:
        """Put a given thread into the store."""
        kept = _Thread()
        for item in thread["checkpoints"]:
            kept.checkpoints.append(item["checkpoint"])
            kept.journals[item["checkpoint"]["id"]] = list(item["entries"])
        if holder := thread.get("holder"):
            document = {"attempt_id": holder["attempt_id"], "host": "elsewhere", "pid": 1, "lease_until": _LEASE}
            live = bool(holder["live"])
            kept.holder = _Holder(document, lambda: live)
        self._threads[thread["thread_id"]] = kept

    def threads(self) -> dict[str, list[tuple[Document, list[Document]]]]:
        """Return every thread as checkpoints with their journals."""
        return {
            name: [(checkpoint, thread.journals[checkpoint["id"]]) for checkpoint in thread.checkpoints]
            for name, thread in self._threads.items()
        }

    def head(self, thread_id: str) -> Document | None:
        """Answer `saver.head`."""
        thread = self._threads.get(thread_id)
        return {"checkpoint": thread.checkpoints[-1], "holder": thread.live()} if thread else None

    def load(self, thread_id: str, checkpoint_id: str | None) -> Document | None:
        """Answer `saver.load`."""
        thread = self._threads.get(thread_id)
        if thread is None:
            return None
        head = thread.checkpoints[-1]
        found = next((each for each in thread.checkpoints if each["id"] == (checkpoint_id or head["id"])), None)
        if found is None:
            return None
        is_head = found is head
        entries = list(thread.journals[found["id"]])
        return {
            "checkpoint": found,
            "is_head": is_head,
            "holder": thread.live() if is_head else None,
            "entries": entries,
        }

    def begin(self, message: Document, is_live: Callable[[], bool]) -> None:
        """Do `saver.begin`.

        Raises:
            Conflict: The head is another, or the thread is held.
            Failure: What should be stored is malformed.
        """
        checkpoint, entries = message["checkpoint"], message["entries"]
        if problem := document_problem("checkpoint", checkpoint):
            raise Failure("store.invalid", f"begin: the checkpoint breaks its schema: {problem}")
        _check_holder(message["holder"])
        thread = self._threads.get(checkpoint["thread_id"]) or _Thread()
        head = thread.checkpoints[-1] if thread.checkpoints else None
        if (head["id"] if head else None) != message["expected_head"]:
            raise Conflict("the head is another checkpoint than expected", thread.live())
        _refuse_holder(thread, message)
        grown = _Thread([*thread.checkpoints], dict(thread.journals))
        for leading in message.get("leading", []):
            if problem := document_problem("checkpoint", leading):
                raise Failure("store.invalid", f"begin: a leading checkpoint breaks its schema: {problem}")
            if leading["source"] != "update" or leading["thread_id"] != checkpoint["thread_id"]:
                raise Failure("store.invalid", "begin: a leading checkpoint is an update of the same thread (STO-018)")
            _check_next(grown, leading)
            grown.checkpoints.append(leading)
            grown.journals[leading["id"]] = []
        _check_next(grown, checkpoint)
        check_entries([], entries)
        if checkpoint["source"] in {"input", "fork"} and [each["kind"] for each in entries[:1]] != ["run.started"]:
            raise Failure("store.invalid", "begin: a run's first entry, run.started, is part of its begin")
        thread.checkpoints, thread.journals = grown.checkpoints, grown.journals
        thread.checkpoints.append(checkpoint)
        thread.journals[checkpoint["id"]] = list(entries)
        self._hold(thread, message, is_live)
        self._threads[checkpoint["thread_id"]] = thread

    def append(self, message: Document, is_live: Callable[[], bool]) -> None:
        """Do `saver.append`.

        Raises:
            Conflict: The journal ends elsewhere, the checkpoint is not the head, or the thread is held.
            Failure: What should be stored is malformed.
        """
        entries, closing = message["entries"], message["closing"]
        _check_holder(message["holder"])
        thread = self._threads.get(message["thread_id"]) or _Thread()
        if not thread.checkpoints or thread.checkpoints[-1]["id"] != message["checkpoint_id"]:
            raise Conflict("the checkpoint is not the head", thread.live())
        head = thread.checkpoints[-1]
        journal = thread.journals[head["id"]]
        if len(journal) != message["expected_seq"]:
            raise Conflict(f"the journal holds {len(journal)} entries", thread.live())
        if message["holder"] is not None:
            _refuse_holder(thread, message)
        check_entries(journal, entries, self._retried)
        _check_closing(thread, head, entries, closing)
        journal.extend(entries)
        if closing is not None:
            thread.checkpoints.append(closing)
            thread.journals[closing["id"]] = []
        self._hold(thread, message, is_live)

    def history(self, thread_id: str, before: str | None, limit: int | None) -> list[Document]:
        """Answer `saver.history`: newest first."""
        thread = self._threads.get(thread_id)
        found = thread.checkpoints[::-1] if thread else []
        if before is not None:
            places = [place for place, each in enumerate(found) if each["id"] == before]
            found = found[places[0] + 1 :] if places else []
        return found[:limit]

    def delete(self, thread_id: str) -> None:
        """Do `saver.delete`."""
        self._threads.pop(thread_id, None)

    def _hold(self, thread: _Thread, message: Document, is_live: Callable[[], bool]) -> None:
        entries = message["entries"]
        if entries and entries[-1]["kind"] in TERMINAL:
            thread.holder = None
        elif message["holder"] is not None:
            thread.holder = _Holder(message["holder"], is_live)
        elif message["op"] == "saver.begin":
            thread.holder = None


def _check_holder(holder: Document | None) -> None:
    if holder is not None and (problem := document_problem("holder", holder)):
        raise Failure("store.invalid", f"the holder breaks its schema: {problem}")


def _refuse_holder(thread: _Thread, message: Document) -> None:
    live = thread.live()
    wanted = message["holder"]
    if live and not message["take_over"] and (wanted is None or wanted["attempt_id"] != live["attempt_id"]):
        raise Conflict("the thread is held", live)


def _check_next(thread: _Thread, checkpoint: Document) -> None:
    if checkpoint["seq"] != len(thread.checkpoints):
        raise Failure(
            "store.invalid",
            f"checkpoint seq {checkpoint['seq']} stands where {len(thread.checkpoints)} belongs (CKP-002)",
        )
    if checkpoint["id"] in thread.journals:
        raise Failure("store.invalid", "a second checkpoint with the same id in one thread")


def _check_closing(thread: _Thread, head: Document, entries: list[Document], closing: Document | None) -> None:
    """Hold run.completed and its loop checkpoint together (JRN-010)."""
    completed = [entry for entry in entries if entry["kind"] == "run.completed"]
    if closing is None:
        if completed:
            raise Failure("store.invalid", "run.completed without its loop checkpoint in the same append (JRN-010)")
        return
    if problem := document_problem("checkpoint", closing):
        raise Failure("store.invalid", f"append: the closing checkpoint breaks its schema: {problem}")
    _check_next(thread, closing)
    if not completed or completed[0]["checkpoint_id"] != closing["id"] or closing["source"] != "loop":
        raise Failure("store.invalid", "a closing checkpoint is the loop checkpoint that run.completed names (JRN-010)")
    for member, expected in (
        ("thread_id", head["thread_id"]),
        ("parent_id", head["id"]),
        ("run_id", head["run_id"]),
        ("entrypoint", {**head["entrypoint"], "version": closing["entrypoint"]["version"]}),
    ):
        if closing[member] != expected:
            raise Failure(
                "store.invalid", f"the closing checkpoint has another {member} than its run says (CKP-005, CKP-006)"
            )
