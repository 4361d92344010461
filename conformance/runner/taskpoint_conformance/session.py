"""One fixture in one variant: its steps against processes of the driver, and what holds at the end."""

from __future__ import annotations

import base64
import contextlib
import json
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from taskpoint_conformance.cached import CacheFile
from taskpoint_conformance.canonical import effect_key
from taskpoint_conformance.errors import Failure, Verdict
from taskpoint_conformance.expect import check_cache, check_final, check_items, check_step, journals_so_far
from taskpoint_conformance.fixtures import RUNS, Fixture, is_sequential
from taskpoint_conformance.items import ItemFile
from taskpoint_conformance.journal import TERMINAL, comparable, question, recorded
from taskpoint_conformance.match import Bindings, resolve
from taskpoint_conformance.own import OWN, PATIENCE, OwnFolder, loosened, with_ids
from taskpoint_conformance.pool import Pool
from taskpoint_conformance.process import Driver
from taskpoint_conformance.schemas import request_problem
from taskpoint_conformance.sqlite import SqliteFile
from taskpoint_conformance.store import Store
from taskpoint_conformance.strikes import Operation, Points, Strike
from taskpoint_conformance.traffic import Limits, Request, Traffic
from taskpoint_conformance.world import Fault, Release, World

__all__ = ("Session", "Variant", "Witness")

Document = dict[str, Any]
_RUN_MEMBERS: Final = ("input", "value", "before", "to", "updates", "task")
_REPEATABLE: Final = RUNS | {"update", "state", "history", "delete", "finish", "concurrent"}
_ONCE: Final = frozenset({"retry", "take_over", "once", "checkpoint_id", "run_id"})
"""Options of a run that say how it begins."""
_LINE: Final = 4000
_SOME: Final[Document] = {"entrypoint": "main", "params": [], "body": []}


@dataclass(frozen=True, slots=True)
class Variant:
    """How a fixture is run."""

    form: str
    mode: str
    strike: Strike | None = None
    """The fault of a sweep."""
    handover: int | None = None
    """The step from which on the heir has the thread, by number."""
    own: bool = False
    """Whether the port keeps its threads itself, so that no journal is judged."""

    def __str__(self) -> str:
        return f"{self.form}/{self.mode}" + (f", {self.strike}" if self.strike else "")


@dataclass(slots=True)
class Witness:
    """What a run of a fixture leaves for comparisons."""

    threads: dict[str, Any]
    """What is the same in every variant."""
    outline: dict[str, Any]
    """What is the same after every crash, too."""
    totals: dict[str, int] = field(default_factory=dict[str, int])
    operations: list[Operation] = field(default_factory=list[Operation])
    struck: bool = False
    """Whether the fault of a sweep found the operation that it was meant for."""
    again: frozenset[str] | None = None
    """The effects that may have run again after a fault, where no journal says so (None: one does)."""


class Session:
    """Runs the steps of one variant; use `run` once.

    Args:
        fixture: What is run.
        variant: How.
        pool: The processes of the driver.
        limits: How long we wait.
        heir: The processes of another driver, which goes on wherever a process has ended or a fresh one is wanted.
    """

    def __init__(
        self, fixture: Fixture, variant: Variant, pool: Pool, limits: Limits, heir: Pool | None = None
    ) -> None:
        self._fixture = fixture
        self._variant = variant
        self._pool = pool
        self._heir = heir
        self._points = Points(variant.strike)
        self._bindings: Bindings = {}
        self._ids: dict[str, str] = {}
        """The port's own ids of interrupts, by those of the fixture."""
        self._place: int | None = None
        self._drivers: dict[Driver, Pool] = {}
        self._current: Driver | None = None
        self._background: dict[str, Request] = {}
        self._begun_by: dict[Request, Document] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._left: dict[str, Any] = {}
        self._store = self._make_store()
        self._name = uuid4().hex
        self._items = self._make_items()
        self._cache = self._make_cache()
        world = World(fixture.document.get("effects", {}), fixture.retried)
        self._traffic = Traffic(self._store, world, limits, self._points, sequential=is_sequential(fixture))

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
            self._remember(verdict)
            raise
        finally:
            self._leave()

    def _remember(self, verdict: Verdict) -> None:
        """Keep what the reader of a failure wants to see, as far as there is something."""
        with contextlib.suppress(Verdict, KeyError, TypeError):  # what a broken port stored can be anything
            if not self._variant.own and (not isinstance(self._store, SqliteFile) or self._store.path.exists()):
                verdict.journals = journals_so_far(self._fixture.final, self._threads())
        if self._current is not None:
            verdict.messages = [f"{way} {_short(message)}" for way, message in list(self._current.heard)]

    @property
    def left(self) -> dict[str, Any]:
        """The threads after the last step."""
        return self._left

    def _make_store(self) -> Store | SqliteFile | OwnFolder | None:
        threads = self._fixture.threads
        if self._fixture.saver == "none":
            return None
        if self._variant.own:
            folder = self._file("threads")
            folder.mkdir()
            return OwnFolder(folder)
        if self._fixture.saver == "sqlite":
            file = SqliteFile(self._file("threads.db"))
            statements: list[str] = [] if self._given.keys() & {"items", "cache"} else self._given.get("sql", [])
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

    def _make_cache(self) -> CacheFile | None:
        if self._fixture.cache != "sqlite":
            return None
        file = CacheFile(self._file("cache.db"))
        given = self._given
        if "cache" in given:
            file.create(given["cache"], given.get("sql", []))
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
        meant_to_be_bad = given.get("unchecked") or ("sql" in given and "cache" not in given)
        if isinstance(self._store, SqliteFile) and self._store.path.exists() and not meant_to_be_bad:
            self._store.check()
        threads = self._threads() if not isinstance(self._store, SqliteFile) or self._store.path.exists() else {}
        self._left = threads
        totals = dict(self._traffic.world.totals)
        if self._variant.strike is None or self._variant.strike.is_silent:
            final = self._fixture.final
            judged = {name: final[name] for name in final if name == "effect_totals"} if self._variant.own else final
            check_final(judged, threads, totals, self._bindings)
            if self._items is not None:
                items = partial(self._items.items, checked="sql" not in given)
                check_items(self._fixture.final, items, self._bindings)
            if self._cache is not None:
                entries = partial(self._cache.entries, checked="sql" not in given)
                check_cache(self._fixture.final, entries, self._bindings)
        return Witness(
            comparable(threads),
            comparable(threads, crashed=True),
            totals,
            self._points.operations,
            self._points.struck,
            self._traffic.again,
        )

    def _leave(self) -> None:
        for driver in self._drivers:
            if self._traffic.in_flight(driver) or not driver.alive:
                driver.discard()
            else:
                self._drivers[driver].give_back(driver)
        if self._folder is not None:
            self._folder.cleanup()

    # --- processes --------------------------------------------------------------------------------------------

    def _driver(self, *, fresh: bool = False) -> Driver:
        if self._current is None or fresh or not self._current.alive:
            if self._current is not None and self._heir is not None:
                self._pool = self._heir
            driver = self._pool.take()
            driver.inbox = self._traffic.inbox
            driver.heard.clear()
            self._drivers[driver] = self._pool
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
        if self._heir is not None and self._variant.handover == self._place:
            self._current, self._pool = None, self._heir
        self._traffic.effects = []
        self._traffic.fault = Fault(step["fault"]) if "fault" in step else None
        patience = PATIENCE if self._variant.own else None
        self._traffic.release = Release(list(step["release"]), patience=patience) if "release" in step else None
        self._traffic.outside = {each for each in self._background.values() if not each.over}
        self._points.step = self._place or 0
        self._points.enabled = "fault" not in step and "entry" not in step.get("until", {})
        self._points.allows_ends = _may_be_ended(step)
        self._points.allows_failures = step["op"] != "concurrent" or "release" not in step  # one alone breaks the order
        match step["op"]:
            case "start":
                self._start(step)
            case "finish":
                request = self._background[step["run"]]
                self._traffic.outside.discard(request)
                self._traffic.go_on(request)
                self._finish([(request, step["expect"])], step)
            case "stop":
                self._stop(self._background[step["run"]], step)
            case "kill":
                self._traffic.kill(self._background[step["run"]].driver)
            case "concurrent":
                driver = self._driver(fresh=step.get("process") == "fresh")
                runs = [{"op": run.get("action", "invoke"), **run} for run in step["runs"]]
                self._finish([(self._run(driver, run), run["expect"]) for run in runs], step)
            case "define" | "encode" | "decode" | "digest":
                request = self._request(self._driver(), step["op"], self._value_members(step))
                self._wait([request])
                self._check(step["expect"], request)
            case _:
                request = self._run(self._driver(fresh=step.get("process") == "fresh"), step)
                self._finish([(request, step["expect"])], step)
        if self._traffic.fault is not None and not self._traffic.fault.struck:
            raise Failure("fault.missed", f"the planned fault never struck: {step['fault']}")
        killed = step.get("expect", {}).get("outcome") == "killed"
        release = self._traffic.release
        if release is not None and release.items and not (killed or release.gives_way):
            raise Failure("effect.missing", f"the step ended before all replies were released: {self._traffic.release}")

    def _start(self, step: Document) -> None:
        driver = self._driver(fresh=step.get("process") == "fresh")
        request = self._run(driver, {**step, "op": step.get("action", "invoke")}, until=step["until"])
        self._background[step["as"]] = request
        self._traffic.pump(lambda: request.reached or request.over)
        if not request.reached:
            shown = {key: each for key, each in (request.answer or {}).items() if key != "id"}
            raise Failure("expect.outcome", f"the run ended before it was where {step['until']} says: {shown}")

    def _stop(self, run: Request, step: Document) -> None:
        request = self._request(run.driver, "stop_runs", {"thread": step.get("thread", run.thread)})
        self._wait([request])
        self._check({"outcome": "stopping"}, request)

    def _finish(self, runs: list[tuple[Request, Document]], step: Document) -> None:
        """Wait for runs, bring to their end those that a strike of the sweep ended, and check all of them."""
        self._traffic.pump(lambda: all(request.over for request, _ in runs) or self._was_ended(runs))
        if self._was_ended(runs):
            self._traffic.free()
            self._wait([request for request, _ in runs])
            self._points.enabled = False
            ended = [request for request, _ in runs if self._is_ended(request)]
            done = self._recorded([request for request, _ in runs])
            again = dict(zip(ended, self._recover(ended, step, done), strict=True))
            loose = {"effects", "events"}
            runs = [
                (again.get(request, request), {key: each for key, each in expect.items() if key not in loose})
                for request, expect in runs
            ]
        for request, expect in runs:
            self._check(expect, request)

    def _was_ended(self, runs: list[tuple[Request, Document]]) -> bool:
        strike = self._variant.strike
        return (
            strike is not None
            and self._points.enabled
            and self._points.struck
            and not strike.is_silent
            and any(self._is_ended(request) for request, _ in runs)
        )

    def _is_ended(self, request: Request) -> bool:
        """Return whether a run was ended by a strike: killed, or by the error of the store and as JRN-032 says."""
        strike = self._variant.strike
        if request.killed or strike is None or strike.kills:
            return request.killed
        return request.answer is not None and request.answer.get("code") == "saver.failed"

    def _recorded(self, requests: list[Request]) -> set[str]:
        """Return the effects that these runs will not ask for again."""
        done: set[str] = set()
        for request in requests:
            _, journal = self._traffic.journal(request)
            over = request.answer is not None and not self._is_ended(request)
            done |= {
                effect_key(each["name"], each["args"])
                for each in request.effects
                if over or recorded(journal, each["path"])
            }
        return done

    def _recover(self, ended: list[Request], step: Document, done: set[str]) -> list[Request]:
        """Go on after an end: ask again for what was not begun, resume what was, read what was finished."""
        found: list[Request] = []
        for request in ended:
            asked = self._begun_by[request]
            _, journal = self._traffic.journal(request)
            begun = request.checkpoint_id is not None or isinstance(self._store, SqliteFile | OwnFolder)
            finished = begun and asked["op"] in RUNS and _is_finished(journal, asked.get("expect") or step["expect"])
            if finished or (begun and asked["op"] == "update"):
                request.killed = False
                request.answer = self._stored_outcome(asked, journal) if finished else {"outcome": "updated"}
                found.append(request)
                continue
            if "release" in step and self._traffic.release is None:
                self._traffic.release = Release(step["release"])
            kept: Document = {key: asked[key] for key in ("thread", "program", "options") if key in asked}
            if "options" in kept:  # what was made void is so, and what was taken over is
                kept["options"] = {key: each for key, each in kept["options"].items() if key not in _ONCE}
            found.append(self._run(self._driver(), {**kept, "op": "resume"} if begun else asked))
        if self._traffic.release is not None:
            # What will not be asked for again may stand in a store that is not ours to read.
            self._traffic.release = self._traffic.release.without(done, gives_way=self._variant.own)
        self._wait(found)
        return found

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
                asked = {each["id"]: question(each) for each in journal if each["kind"] == "interrupt.raised"}
                return {
                    "outcome": "interrupted",
                    "interrupts": [asked[each] for each in last["interrupts"]],
                }
            case _:  # the code of a failure is in no journal
                return {"outcome": "failed", "code": step["expect"].get("code"), "error": last.get("error", {})}

    def _run(self, driver: Driver, step: Document, until: Document | None = None) -> Request:
        action = step["op"]
        saver: Document = {"kind": self._fixture.saver}
        if isinstance(self._store, SqliteFile):
            saver["path"] = str(self._store.path)
        elif isinstance(self._store, OwnFolder):
            saver = {"kind": OWN, "path": str(self._store.path)}
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
        if self._cache is not None:
            members["cache"] = {"kind": "sqlite", "path": str(self._cache.path)}
        elif self._fixture.cache is not None:
            members["cache"] = {"kind": self._fixture.cache, "name": self._name}
        if action == "command":
            members["command"] = {name: step[name] for name in ("resume", "answers") if name in step}
            if "answers" in step:
                members["command"]["answers"] = {self._ids.get(id, id): each for id, each in step["answers"].items()}
        if "options" in step:
            members["options"] = resolve(step["options"], self._bindings)
        request = self._request(driver, "run", members)
        request.until = until
        self._traffic.place(request, begins=action == "invoke")
        self._begun_by[request] = step
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
        if self._variant.own:
            with_ids(self._ids, expect, request.answer)
            expect = loosened(expect)
        check_step(expect, request.answer, request.effects, request.events, self._bindings)


def _is_finished(journal: list[Document], expect: Document) -> bool:
    """Return whether a run has come to its end; one that failed may be tried again."""
    last = journal[-1]["kind"] if journal else ""
    return last in TERMINAL and (last != "run.failed" or expect["outcome"] == "failed")


def _may_be_ended(step: Document) -> bool:
    """Return whether a step means the same after one of its runs was ended and resumed.

    It does not where it leaves a run in flight or does several things, and where a run was stopped or loses to
    another one, which would not happen again.
    """
    if step["op"] == "finish" and step["expect"]["outcome"] == "stopped":
        return False
    runs = [step, *step.get("runs", [])]
    return step["op"] in _REPEATABLE and all(run.get("expect", {}).get("code") != "run.concurrent" for run in runs)


def _short(message: Document) -> str:
    """Return a message as one line; programs are in the fixture."""
    shown = {name: "..." if name == "program" else each for name, each in message.items()}
    text = json.dumps(shown, ensure_ascii=False)
    return text if len(text) <= _LINE else f"{text[:_LINE]} ..."
