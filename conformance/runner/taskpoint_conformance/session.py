"""One fixture in one variant: its steps against processes of the driver, and what holds at the end."""

from __future__ import annotations

import base64
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from taskpoint_conformance.canonical import effect_key
from taskpoint_conformance.errors import Failure, Verdict
from taskpoint_conformance.expect import check_final, check_items, check_step
from taskpoint_conformance.fixtures import RUNS, Fixture
from taskpoint_conformance.items import ItemFile
from taskpoint_conformance.journal import TERMINAL, comparable, recorded
from taskpoint_conformance.match import Bindings, resolve
from taskpoint_conformance.pool import Pool
from taskpoint_conformance.process import Driver
from taskpoint_conformance.schemas import request_problem
from taskpoint_conformance.sqlite import SqliteFile
from taskpoint_conformance.store import Store
from taskpoint_conformance.traffic import Limits, Request, Traffic
from taskpoint_conformance.world import CrashPoints, Fault, Release, World

__all__ = ("Session", "Variant", "Witness")

Document = dict[str, Any]
_RUN_MEMBERS: Final = ("input", "value", "before", "to", "updates")
_SOME: Final[Document] = {"entrypoint": "main", "params": [], "body": []}


@dataclass(frozen=True, slots=True)
class Variant:
    """How a fixture is run."""

    form: str
    mode: str
    crash: int | None = None
    """The crash point of a sweep, by number."""

    def __str__(self) -> str:
        return f"{self.form}/{self.mode}" + ("" if self.crash is None else f" crash {self.crash}")


@dataclass(slots=True)
class Witness:
    """What a run of a fixture leaves for comparisons."""

    threads: dict[str, Any]
    """What is the same in every variant."""
    outline: dict[str, Any]
    """What is the same after every crash, too."""
    totals: dict[str, int] = field(default_factory=dict[str, int])
    points: list[str] = field(default_factory=list[str])


class Session:
    """Runs the steps of one variant; use `run` once."""

    def __init__(self, fixture: Fixture, variant: Variant, pool: Pool, limits: Limits) -> None:
        self._fixture = fixture
        self._variant = variant
        self._pool = pool
        self._crashes = CrashPoints(variant.crash)
        self._bindings: Bindings = {}
        self._place: int | None = None
        self._drivers: list[Driver] = []
        self._current: Driver | None = None
        self._background: dict[str, Request] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._store = self._make_store()
        self._items = self._make_items()
        world = World(fixture.document.get("effects", {}), fixture.retried)
        self._traffic = Traffic(self._store, world, limits, self._crashes)

    @property
    def _given(self) -> Document:
        given: Document = self._fixture.document.get("given", {})
        return given

    def run(self) -> Witness:
        """Run all steps and check the end.

        Raises:
            Verdict: The fixture ends early; its processes with something in flight are gone.
        """
        try:
            for place, step in enumerate(self._fixture.steps):
                self._place = place
                self._step(step)
            self._place = None
            return self._conclude()
        except Verdict as verdict:
            verdict.step = self._place
            verdict.stderr = verdict.stderr or "".join(driver.stderr for driver in self._drivers)
            raise
        finally:
            self._leave()

    def _make_store(self) -> Store | SqliteFile | None:
        threads = self._fixture.threads
        if self._fixture.saver == "none":
            return None
        if self._fixture.saver == "sqlite":
            file = SqliteFile(self._file("threads.db"))
            statements: list[str] = [] if "items" in self._given else self._given.get("sql", [])
            if threads or statements:
                file.create(threads, statements)
            return file
        store = Store(self._fixture.retried)
        for thread in threads:
            store.put(thread)
        return store

    def _make_items(self) -> ItemFile | None:
        if self._fixture.store != "sqlite":
            return None
        shared = isinstance(self._store, SqliteFile)
        file = ItemFile(self._store.path if isinstance(self._store, SqliteFile) else self._file("memory.db"))
        given = self._given
        if "items" in given or ("sql" in given and not shared):
            file.create(given.get("items", []), given.get("sql", []))
        return file

    def _file(self, name: str) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="taskpoint-", ignore_cleanup_errors=True)
        return Path(self._folder.name) / name

    def _threads(self) -> dict[str, Any]:
        return self._store.threads() if self._store else {}

    def _conclude(self) -> Witness:
        for request in self._background.values():
            if not request.over:
                self._traffic.kill(request.driver)
        given = self._given
        meant_to_be_bad = given.get("unchecked") or given.get("sql")
        if isinstance(self._store, SqliteFile) and self._store.path.exists() and not meant_to_be_bad:
            self._store.check()
        threads = self._threads() if not isinstance(self._store, SqliteFile) or self._store.path.exists() else {}
        totals = dict(self._traffic.world.totals)
        if self._variant.crash is None:
            check_final(self._fixture.final, threads, totals, self._bindings)
            if self._items is not None:
                items = partial(self._items.items, checked="sql" not in given)
                check_items(self._fixture.final, items, self._bindings)
        return Witness(comparable(threads), comparable(threads, crashed=True), totals, self._crashes.labels)

    def _leave(self) -> None:
        for driver in self._drivers:
            if self._traffic.in_flight(driver) or not driver.alive:
                driver.discard()
            else:
                self._pool.give_back(driver)
        if self._folder is not None:
            self._folder.cleanup()

    # --- processes --------------------------------------------------------------------------------------------

    def _driver(self, *, fresh: bool = False) -> Driver:
        if self._current is None or fresh or not self._current.alive:
            driver = self._pool.take()
            driver.inbox = self._traffic.inbox
            self._drivers.append(driver)
            self._current = driver
        return self._current

    def _request(self, driver: Driver, operation: str, members: Document) -> Request:
        # The fixture's program was checked when it was loaded, and is most of the message.
        if problem := request_problem(
            {"id": 1, "op": operation, **members, **({"program": _SOME} if "program" in members else {})}
        ):
            raise Failure("suite.request", f"the suite's own request is not of the protocol: {problem}")
        request = Request(driver.request(operation, **members), driver, thread=members.get("thread"))
        self._traffic.add(request)
        return request

    # --- steps ------------------------------------------------------------------------------------------------

    def _step(self, step: Document) -> None:
        self._traffic.effects = []
        self._traffic.fault = Fault(step["fault"]) if "fault" in step else None
        self._traffic.release = Release(list(step["release"])) if "release" in step else None
        self._crashes.enabled = step["op"] in RUNS and "fault" not in step
        match step["op"]:
            case "start":
                self._start(step)
            case "finish":
                request = self._background[step["run"]]
                self._traffic.go_on(request)
                self._wait([request])
                self._check(step["expect"], request)
            case "kill":
                self._traffic.kill(self._background[step["run"]].driver)
            case "concurrent":
                driver = self._driver(fresh=step.get("process") == "fresh")
                requests = [self._run(driver, {"op": run.get("action", "invoke"), **run}) for run in step["runs"]]
                self._wait(requests)
                for run, request in zip(step["runs"], requests, strict=True):
                    self._check(run["expect"], request)
            case "define" | "encode" | "decode" | "digest":
                request = self._request(self._driver(), step["op"], self._value_members(step))
                self._wait([request])
                self._check(step["expect"], request)
            case _:
                self._look_or_run(step)
        if self._traffic.fault is not None and not self._traffic.fault.struck:
            raise Failure("fault.missed", f"the planned fault never struck: {step['fault']}")
        killed = step.get("expect", {}).get("outcome") == "killed"
        if self._traffic.release is not None and self._traffic.release.items and not killed:
            raise Failure("effect.missing", f"the step ended before all replies were released: {self._traffic.release}")

    def _start(self, step: Document) -> None:
        driver = self._driver(fresh=step.get("process") == "fresh")
        request = self._run(driver, {**step, "op": step.get("action", "invoke")}, until=step["until"])
        self._background[step["as"]] = request
        self._traffic.pump(lambda: request.reached or request.over)
        if not request.reached:
            shown = {key: each for key, each in (request.answer or {}).items() if key != "id"}
            raise Failure("expect.outcome", f"the run ended before it was where {step['until']} says: {shown}")

    def _look_or_run(self, step: Document) -> None:
        request = self._run(self._driver(fresh=step.get("process") == "fresh"), step)
        self._wait([request])
        expect = step["expect"]
        if request.killed and self._traffic.fault is None:
            request = self._recover(step, request)
            expect = {key: each for key, each in expect.items() if key not in {"effects", "events"}}
        self._check(expect, request)

    def _recover(self, step: Document, crashed: Request) -> Request:
        """Go on after a crash: ask again for what was not begun, resume what was, read what was finished."""
        self._crashes.enabled = False
        _, journal = self._traffic.journal(crashed)
        begun = crashed.checkpoint_id is not None or isinstance(self._store, SqliteFile)
        goes_on = journal[-1:] and journal[-1]["kind"] == "run.failed" and step["expect"]["outcome"] != "failed"
        if begun and journal and journal[-1]["kind"] in TERMINAL and not goes_on:  # a failed run may be tried again
            crashed.killed = False
            crashed.answer = self._stored_outcome(step, journal)
            return crashed
        if "release" in step:
            done = {
                effect_key(each["name"], each["args"])
                for each in self._traffic.effects
                if recorded(journal, each["path"])
            }
            self._traffic.release = Release(step["release"]).without(done)
        again = _resume_of(step) if begun else step
        request = self._run(self._driver(), again)
        self._wait([request])
        return request

    def _stored_outcome(self, step: Document, journal: list[Document]) -> Document:
        last = journal[-1]
        match last["kind"]:
            case "run.completed":
                checkpoints = [checkpoint for checkpoint, _ in self._threads()[step["thread"]]]
                return {
                    "outcome": "completed",
                    "value": next(each["value"] for each in checkpoints if each["id"] == last["checkpoint_id"]),
                }
            case "run.interrupted":
                values = {each["id"]: each["value"] for each in journal if each["kind"] == "interrupt.raised"}
                return {
                    "outcome": "interrupted",
                    "interrupts": [{"id": each, "value": values[each]} for each in last["interrupts"]],
                }
            case _:  # the code of a failure is in no journal
                return {"outcome": "failed", "code": step["expect"].get("code"), "error": last.get("error", {})}

    def _run(self, driver: Driver, step: Document, until: Document | None = None) -> Request:
        action = step["op"]
        saver: Document = {"kind": self._fixture.saver}
        if isinstance(self._store, SqliteFile):
            saver["path"] = str(self._store.path)
        members: Document = {
            "program": self._fixture.program(step.get("program")),
            "form": self._variant.form,
            "mode": self._variant.mode,
            "saver": saver,
            "thread": step.get("thread"),
            "action": action,
            **{name: step[name] for name in _RUN_MEMBERS if name in step},
        }
        if self._items is not None:
            members["store"] = {"kind": "sqlite", "path": str(self._items.path)}
        elif self._fixture.store is not None:
            members["store"] = {"kind": self._fixture.store}
        if action == "command":
            members["command"] = {name: step[name] for name in ("resume", "answers") if name in step}
        if "options" in step:
            members["options"] = resolve(step["options"], self._bindings)
        request = self._request(driver, "run", members)
        request.until = until
        return request

    def _value_members(self, step: Document) -> Document:
        match step["op"]:
            case "define":
                return {
                    "kind": step["kind"],
                    "form": step.get("form", self._variant.form),
                    "name": step.get("name"),
                    "options": step.get("options", {}),
                    "function": step.get("function", "plain"),
                }
            case "decode":
                raw = step["raw_b64"] if "raw_b64" in step else base64.b64encode(step["raw"].encode()).decode()
                return {"raw_b64": raw}
            case _:
                return {name: step[name] for name in ("expr", "args", "tail") if name in step}

    def _wait(self, requests: list[Request]) -> None:
        self._traffic.pump(lambda: all(request.over for request in requests))

    def _check(self, expect: Document, request: Request) -> None:
        check_step(expect, request.answer, request.effects, request.events, self._bindings)


def _resume_of(step: Document) -> Document:
    """Return the step that goes on where a crashed one was; what it began is the head, whatever it began from."""
    again: Document = {key: step[key] for key in ("thread", "program", "options") if key in step} | {"op": "resume"}
    if "options" in again:
        again["options"] = {key: each for key, each in again["options"].items() if key != "checkpoint_id"}
    return again
