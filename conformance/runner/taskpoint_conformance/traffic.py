"""What goes on between a driver and the runner while requests are in flight: the calls and their replies."""

from __future__ import annotations

import queue
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from taskpoint_conformance.canonical import effect_key, unreadable
from taskpoint_conformance.errors import Broken, Failure, Skipped
from taskpoint_conformance.journal import ATTEMPTS, OUTCOMES, recorded, times_recorded
from taskpoint_conformance.own import OwnFolder, may_run_again
from taskpoint_conformance.process import Driver, Event, Inbox
from taskpoint_conformance.schemas import answer_problem, call_problem, document_problem
from taskpoint_conformance.sqlite import SqliteFile
from taskpoint_conformance.store import Conflict, Store
from taskpoint_conformance.strikes import Points
from taskpoint_conformance.world import Fault, Release, World, holds_entry

__all__ = ("Limits", "Request", "Traffic")

Document = dict[str, Any]
_QUIET: Final = 0.03
"""Seconds of silence after which a delayed acknowledgement is sent; who did not wait for it has shown it by then."""
_ERRORS: Final[dict[str, tuple[bool, bool | None]]] = {
    "lost": (True, None),
    "failed": (False, False),
    "unwritten": (False, None),
    "written": (True, True),
}
"""Strikes that answer with an error: whether the write is done, and what the error says of it."""
_ENDS: Final = frozenset({"completed", "failed"})
_FIRST: Final = OUTCOMES | ATTEMPTS
"""What has to be acknowledged before any code goes on because of it (JRN-002, JRN-004, JRN-007)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long we wait, in seconds, and how much we listen to."""

    start: float = 30
    silence: float = 10
    step: float = 60
    stop: float = 5
    messages: int = 20_000


@dataclass(slots=True, eq=False)
class Request:
    """A request in flight, and what has been seen of it."""

    id: int
    driver: Driver
    thread: str | None = None
    until: Document | None = None
    answer: Document | None = None
    killed: bool = False
    reached: bool = False
    """Whether it is held where its step said."""
    deferred: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])
    effects: list[Document] = field(default_factory=list[Document])
    events: list[Any] = field(default_factory=list[Any])
    arrived: set[str] = field(default_factory=set[str])
    checkpoint_id: str | None = None
    begins: bool = False
    """Whether it begins a run, where no store of ours says so."""
    before: tuple[int, int] = (0, 0)
    """How many runs of its thread had begun, it included, and how many requests had come to an end."""
    places: Counter[tuple[str, str, int]] = field(default_factory=Counter[tuple[str, str, int]])

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.killed or self.answer is not None

    def is_held_at(self, key: str) -> bool:
        """Return whether an effect is one that the run is held at, and remember that it has come."""
        until = self.until or {}
        wanted: list[str] = until.get("arrived", [until["effect"]] if "effect" in until else [])
        if key not in wanted:
            return False
        self.arrived.add(key)
        self.reached = self.arrived.issuperset(wanted)
        return True


@dataclass(frozen=True, slots=True)
class _Reply:
    """A reply to an effect that waits to be let go."""

    request: Request
    cid: int
    path: str
    ok: Document

    def send(self) -> None:
        self.request.driver.send({"cid": self.cid, "ok": self.ok})


@dataclass(frozen=True, slots=True)
class _Delayed:
    """An acknowledgement that is kept back for a while."""

    request: Request
    is_awaited: bool
    """Whether nothing may go on before it."""
    send: Callable[[], None]


class Traffic:
    """Reads what drivers write and answers their calls, with the faults and in the order that the step asks for."""

    def __init__(
        self,
        store: Store | SqliteFile | OwnFolder | None,
        world: World,
        limits: Limits,
        points: Points,
        *,
        sequential: bool = False,
    ) -> None:
        self.inbox: Inbox = queue.Queue(maxsize=1000)
        self.fault: Fault | None = None
        self.release: Release | None = None
        self.points = points
        self.sequential = sequential
        """Whether the programs have no concurrency: then one thing comes after the other."""
        self.world = world
        self.effects: list[Document] = []
        self.again: frozenset[str] | None = None
        """The effects that may run again after the fault of a sweep, where no journal says which."""
        self.outside: set[Request] = set()
        """Runs in flight that the step is not about; what ends a process must not take them along."""
        self._store = store
        self._limits = limits
        self._requests: dict[tuple[Driver, int], Request] = {}
        self._cids: set[tuple[Driver, int]] = set()
        self._delayed: _Delayed | None = None

    def add(self, request: Request) -> None:
        """Listen on behalf of a request."""
        self._requests[request.driver, request.id] = request

    def place(self, request: Request, *, begins: bool) -> None:
        """Note where a request stands in its thread, for a port whose journal is not ours to read."""
        request.begins = begins
        earlier = [each for each in self._requests.values() if each.thread == request.thread]
        ended = sum(each.answer is not None and each.answer["outcome"] in _ENDS for each in earlier)
        request.before = sum(each.begins for each in earlier), ended

    def in_flight(self, driver: Driver) -> bool:
        """Return whether a request of this process is not over."""
        return any(request.driver is driver and not request.over for request in self._requests.values())

    def kill(self, driver: Driver) -> None:
        """Kill a process; all its requests in flight are over."""
        if isinstance(self._store, OwnFolder):
            self._store.rest()
        try:
            driver.kill()
        except Broken as error:
            raise Failure(error.code, error.message) from None
        for request in self._requests.values():
            request.killed |= request.driver is driver and request.answer is None

    def free(self) -> None:
        """Let all held replies go: the order in which they were to come has been broken off."""
        held, self.release = self.release.held if self.release else [], None
        for _, reply in held:
            if not reply.request.over:
                reply.send()

    def go_on(self, request: Request) -> None:
        """Let a request that was held go on."""
        request.until, request.reached = None, False
        deferred, request.deferred = request.deferred, []
        for act in deferred:
            if not request.killed:
                act()

    def pump(self, done: Callable[[], bool]) -> None:
        """Read and answer until `done`.

        Raises:
            Failure: Nothing came for too long, a driver died, or what came is wrong.
            Broken: What came is not of the protocol.
        """
        end = time.monotonic() + self._limits.step
        silent_since = time.monotonic()
        messages = 0
        while True:
            self._let_go()
            if done():
                return
            now = time.monotonic()
            if now >= end or now - silent_since >= self._limits.silence:
                raise Failure("driver.timeout", self._why_silent(now - silent_since))
            try:
                event = self.inbox.get(
                    timeout=min(end - now, self._limits.silence - (now - silent_since), self._pause())
                )
            except queue.Empty:
                if self._delayed is not None:
                    self._send_delayed()
                if self.release and self.release.patience and time.monotonic() - silent_since >= self.release.patience:
                    self.release.go_on()
                continue
            if event.driver.killed:
                continue
            silent_since = time.monotonic()
            messages += 1
            if messages > self._limits.messages:
                raise Broken("driver.flood", f"more than {self._limits.messages} messages in one step")
            self._dispatch(event)

    def _pause(self) -> float:
        """Return after how many seconds to look again whether a held reply may go."""
        if self._delayed is not None:
            return _QUIET
        if self.release is None or not self.release.is_waiting:
            return self._limits.silence
        if isinstance(self._store, SqliteFile):
            return 0.005  # what is recorded in a file is not told to us
        return self.release.patience or self._limits.silence

    def _why_silent(self, silent: float) -> str:
        held = f"; replies are held: {self.release}" if self.release and self.release.items else ""
        open_requests = sum(not request.over for request in self._requests.values())
        return f"nothing came for {silent:.1f} s, {open_requests} request(s) in flight{held}"

    def _dispatch(self, event: Event) -> None:
        message = event.message
        if message is None:
            error = event.driver.ended(event)
            raise error if event.problem else Failure(error.code, error.message)
        request = self._requests.get((event.driver, message.get("id", 0)))
        if request is None or request.over:
            raise Broken(
                "driver.protocol", f"a message on behalf of request {message.get('id')!r}, which is not in flight"
            )
        if place := unreadable(message):
            code = "store.invalid" if message.get("op", "").startswith("saver.") else "expect.value"
            raise Failure(code, f"{place}: a double of 2^53 or more without fraction or exponent (VAL-007)")
        if "op" in message:
            if problem := call_problem(message):
                raise Broken("driver.protocol", f"call {message['op']!r}: {problem}")
            if (event.driver, message["cid"]) in self._cids:
                raise Broken("driver.protocol", f"cid {message['cid']} is used twice")
            self._cids.add((event.driver, message["cid"]))
            if request.reached:
                request.deferred.append(lambda: self._call(request, message))
            else:
                self._call(request, message)
        else:
            self._answered(request, message)

    def _send_delayed(self) -> None:
        delayed, self._delayed = self._delayed, None
        if delayed is not None and not delayed.request.over:
            delayed.send()

    def _refuse_haste(self, request: Request, what: str, *, awaited: bool = False) -> None:
        """Refuse what must not come before an acknowledgement that is delayed."""
        delayed = self._delayed
        if delayed is not None and delayed.request is request and (awaited or (self.sequential and delayed.is_awaited)):
            raise Failure("store.unacknowledged", f"{what} before the store had acknowledged the write before it")

    def _answered(self, request: Request, message: Document) -> None:
        if problem := answer_problem(message):
            raise Broken("driver.protocol", f"answer {message.get('outcome')!r}: {problem}")
        if message["outcome"] == "errored":
            raise Broken("driver.errored", f"the driver's own fault: {message['message']}")
        if message["outcome"] == "skipped":
            raise Skipped("driver.skipped", message["reason"])
        if message["outcome"] == "hello":
            raise Broken("driver.protocol", "a second hello")
        self._refuse_haste(request, "the run ended", awaited=True)
        request.answer = message
        self._arrived(request, None)

    def _call(self, request: Request, message: Document) -> None:
        match message["op"]:
            case "effect":
                self._effect(request, message)
            case "emit":
                self._emit(request, message)
                request.driver.send({"cid": message["cid"], "ok": {}})
            case _:
                self._saver(request, message)

    def _emit(self, request: Request, message: Document) -> None:
        event = message["part"] if "part" in message else message["data"]
        if "part" in message and (problem := document_problem("stream-part", event)):  # STM-013
            raise Failure("expect.events", f"a part of a stream breaks its schema: {event.get('type')}: {problem}")
        request.events.append(event)
        if self.release is not None:
            self.release.emitted += 1

    # --- the store --------------------------------------------------------------------------------------------

    def _saver(self, request: Request, message: Document) -> None:
        if not isinstance(self._store, Store):
            raise Broken("driver.protocol", f"{message['op']} in a run whose saver is not the runner's")
        how = self.points.passed(*_operation(message), may_end=self._may_end(request))
        if how == "failed":
            self.free()  # what is held would wait for an entry that cannot come
        if how == "killed before" or (self.fault is not None and self.fault.kills_write(message, "before")):
            self.kill(request.driver)
            return
        if how in _ERRORS or (self.fault is not None and self.fault.fails(message)):
            self._fail(self._store, request, message, how)
            return
        self._do(self._store, request, message, how)

    def _fail(self, store: Store, request: Request, message: Document, how: str | None) -> None:
        """Answer with an error, of a write that is done or of one that is not."""
        if how is not None:
            applies, committed = _ERRORS[how]
        else:
            applies, committed = (self.fault.applies, self.fault.committed) if self.fault else (False, None)
        if applies and self._applied(store, request, message) is None:
            return
        error = {"code": "saver.failed", "message": "a planned fault", "committed": committed}
        self._reply(request, message, {"error": error})

    def _applied(self, store: Store, request: Request, message: Document) -> Document | None:
        """Apply a write or answer a question; where it is refused, say so to the driver and return None."""
        try:
            ok = self._apply(store, request, message)
        except Conflict as conflict:
            known: Document = {"holder": conflict.holder} if conflict.holder else {}
            self._reply(request, message, {"error": {"code": "run.concurrent", "message": str(conflict), **known}})
            return None
        for entry in message.get("entries", []):
            self._arrived(request, entry.get("path") or str(entry.get("id", "")).rpartition("!")[0])
        return ok

    def _do(self, store: Store, request: Request, message: Document, how: str | None) -> None:
        if self._held_at(request, message, "before"):
            request.deferred.append(lambda: self._do(store, request, message, how))
            return
        ok = self._applied(store, request, message)
        if ok is None:
            return
        if how == "killed after" or (self.fault is not None and self.fault.kills_write(message, "after")):
            self.kill(request.driver)
            return
        if self._held_at(request, message, "after"):
            request.deferred.append(lambda: self._acknowledge(request, message, ok, how))
            return
        self._acknowledge(request, message, ok, how)

    def _acknowledge(self, request: Request, message: Document, ok: Document, how: str | None) -> None:
        if how == "delayed":
            awaited = any(each.get("kind") in _FIRST for each in message.get("entries", []))
            self._delayed = _Delayed(request, awaited, lambda: self._reply(request, message, {"ok": ok}))
            return
        twice = how == "duplicated" or (self.fault is not None and self.fault.repeats(message))
        for _ in range(2 if twice else 1):
            self._reply(request, message, {"ok": ok})

    def _may_end(self, request: Request) -> bool:
        """Return whether this run may be ended: its process has no other in flight that the step is not about."""
        return not any(each.driver is request.driver and not each.over for each in self.outside)

    def _apply(self, store: Store, request: Request, message: Document) -> Document:
        driver = request.driver
        try:
            match message["op"]:
                case "saver.head":
                    return {"head": store.head(message["thread_id"])}
                case "saver.load":
                    loaded = store.load(message["thread_id"], message["checkpoint_id"])
                    return {"loaded": loaded}
                case "saver.history":
                    return {"checkpoints": store.history(message["thread_id"], message["before"], message["limit"])}
                case "saver.begin":
                    store.begin(message, lambda: driver.alive and request.answer is None)
                    request.checkpoint_id = message["checkpoint"]["id"]
                case "saver.append":
                    store.append(message, lambda: driver.alive and request.answer is None)
                    request.checkpoint_id = message["checkpoint_id"]
                case _:
                    store.delete(message["thread_id"])
        except KeyError as error:
            raise Failure("store.invalid", f"{message['op']} on top of a malformed thread ({error})") from None
        return {}

    def _reply(self, request: Request, message: Document, reply: Document) -> None:
        request.driver.send({"cid": message["cid"], **reply})

    def _held_at(self, request: Request, message: Document, when: str) -> bool:
        until = request.until
        if until is None or request.reached or until.get("when", "after") != when or "entry" not in until:
            return False
        wanted: Document = {name: each for name, each in until.items() if name in {"path", "id"}}
        request.reached = holds_entry(message, wanted | {"kind": until["entry"]})
        return request.reached

    # --- effects ----------------------------------------------------------------------------------------------

    def _effect(self, request: Request, message: Document) -> None:
        key = effect_key(message["name"], message["args"])
        path = message["path"]
        self._refuse_haste(request, f"{key} ran")
        self._arrived(request, path)
        how = self.points.passed("effect", f"effect {key}", may_end=self._may_end(request))
        if how is not None and isinstance(self._store, OwnFolder) and self.sequential:
            self.again = may_run_again(request.effects, message)
        if how == "killed before" or (self.fault is not None and self.fault.kills_effect(key, "before")):
            self.kill(request.driver)
            return
        checkpoint_id, journal = self.journal(request)
        if isinstance(self._store, OwnFolder):
            # A call that came to no end is the same again after a kill or an answer; one that failed is executed anew.
            checkpoint_id = str(request.before[: 2 if path else 1])
        since = times_recorded(journal, path)
        request.places[path, key, since] += 1
        ok = self.world.execute(message, checkpoint_id, journal, request.places[path, key, since])
        seen = {name: message[name] for name in ("name", "args", "path", "attempt", "idempotency_key")}
        request.effects.append(seen)
        self.effects.append(seen)
        if how == "killed after" or (self.fault is not None and self.fault.kills_effect(key, "after")):
            self.kill(request.driver)
            return
        reply = _Reply(request, message["cid"], path, ok)
        if request.is_held_at(key):
            if self.release is not None:
                self.release.arrived.add(key)
            request.deferred.append(lambda: self._offer(key, reply))
        else:
            self._offer(key, reply)

    def _offer(self, key: str, reply: _Reply) -> None:
        if self.release is None:
            reply.send()
            return
        self.release.arrived.add(key)
        if self.release.holds(key):
            self.release.held.append((key, reply))
        else:
            reply.send()

    def _arrived(self, request: Request, path: str | None) -> None:
        """Something of a call has arrived (None: the end of the run): the next reply may go."""
        waiting = self.release.waiting if self.release else None
        if self.release is None or waiting is None or waiting.request is not request:
            return
        if path is None or not waiting.path or path == waiting.path or path.startswith(f"{waiting.path}/"):
            self.release.waiting = None

    def _let_go(self) -> None:
        release = self.release
        while release is not None:
            if release.waiting is not None and not isinstance(self._store, Store | OwnFolder):
                _, journal = self.journal(release.waiting.request)
                if self._store is None or recorded(journal, release.waiting.path):
                    release.waiting = None
            reply = release.next()
            if reply is None:
                return
            if not reply.request.over:
                reply.send()

    def journal(self, request: Request) -> tuple[str | None, list[Document]]:
        """Return the checkpoint that a run works on, as far as we know, and its journal.

        What a fixture put there may lack anything.
        """
        if self._store is None or request.thread is None:
            return None, []
        thread = self._store.threads().get(request.thread, [])
        for checkpoint, entries in reversed(thread):
            if checkpoint.get("id") == request.checkpoint_id or (
                request.checkpoint_id is None and checkpoint.get("source") in {"input", "fork"}
            ):
                return str(checkpoint["id"]), entries
        return None, []


def _operation(message: Document) -> tuple[str, str]:
    """Return what kind of operation a call of the saver is, and its words for people."""
    verb = message["op"].removeprefix("saver.")
    if verb == "append" and message["entries"]:
        named = [f"{each.get('kind')} {each.get('path', each.get('id', ''))}".strip() for each in message["entries"]]
        return "write", ", ".join(named)
    if verb == "append":
        return "heartbeat", verb
    return {"begin": "write", "delete": "delete"}.get(verb, "read"), verb
