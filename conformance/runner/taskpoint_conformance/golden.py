"""Golden journals: the threads that a version wrote for every fixture, which every later version has to replay."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from taskpoint_conformance import SPEC, data
from taskpoint_conformance.errors import Failure, HarnessError, Skipped
from taskpoint_conformance.fixtures import RUNS, Fixture
from taskpoint_conformance.journal import ATTEMPTS, TERMINAL, question
from taskpoint_conformance.pool import Pool
from taskpoint_conformance.schemas import document_problem
from taskpoint_conformance.session import Session, Variant
from taskpoint_conformance.traffic import Limits
from taskpoint_conformance.variants import variants_of

__all__ = (
    "FORMAT",
    "Golden",
    "fixtures_of",
    "folder_digest",
    "golden_of",
    "released",
    "threads_of",
    "versions",
    "write_all",
)

FORMAT: Final = "taskpoint.golden/1"
_TIME: Final = "2026-01-01T00:00:00Z"
_TIMES: Final = ("at", "started_at", "created_at")
_IDS: Final = ("id", "parent_id", "previous_id", "run_id", "attempt_id", "checkpoint_id")
_RUNS: Final = RUNS | {"start"}
Document = dict[str, Any]
Thread = list[tuple[Document, list[Document]]]


@dataclass(frozen=True, slots=True)
class Golden:
    """What one fixture left behind, as a file of its own."""

    id: str
    document: Document

    @property
    def text(self) -> str:
        """The file: a checkpoint or an entry a line, so that a difference is a line."""
        head = {name: each for name, each in self.document.items() if name != "threads"}
        lines = [f"  {_json(name)}: {_json(each)}," for name, each in head.items()]
        threads = ",\n".join(_thread_text(thread) for thread in self.document["threads"])
        return "\n".join(["{", *lines, '  "threads": [', threads, "  ]", "}", ""])


def _thread_text(thread: Document) -> str:
    head = _json({name: each for name, each in thread.items() if name != "checkpoints"})
    lines: list[str] = []
    for item in thread["checkpoints"]:
        entries = ",".join(f"\n      {_json(each)}" for each in item["entries"])
        lines.append(f'    {{"checkpoint": {_json(item["checkpoint"])}, "entries": [{entries}]}}')
    return f'   {head[:-1]}, "checkpoints": [\n' + ",\n".join(lines) + "\n   ]}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def versions() -> list[str]:
    """Return the versions that have golden journals, in order."""
    folder = data.golden()
    return sorted(each.name for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []


def released() -> dict[str, str]:
    """Return the digests of the folders that belong to a released version, and are never written again."""
    path = data.golden() / "released.json"
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def folder_digest(version: str) -> str:
    """Return the SHA-256 of all files of a version."""
    digest = hashlib.sha256()
    for path in sorted((data.golden() / version).glob("*.json")):
        digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


# --- writing --------------------------------------------------------------------------------------------------


def write_all(fixtures: Sequence[Fixture], command: Sequence[str], version: str, limits: Limits) -> list[str]:
    """Write the folder of a version; return the fixtures that end otherwise each time and were left out.

    Raises:
        HarnessError: The version was released, and its folder is what others rely on.
    """
    if version in released():
        raise HarnessError(f"{version} is released: its golden journals are never written again")
    folder = data.golden() / version
    folder.mkdir(parents=True, exist_ok=True)
    left_out: list[str] = []
    texts: dict[str, str] = {}
    pool = Pool(command, limits.start, limits.stop)
    try:
        pool.give_back(pool.take())
        hello = pool.hello or {}
        for fixture in fixtures:
            variants = variants_of(fixture, hello, None, None) if fixture.profile in hello["profiles"] else []
            twice = [*variants[:1], *variants[1:][-1:]]  # as unlike each other as can be
            found = {each.text for each in (golden_of(fixture, one, pool, limits) for one in twice) if each}
            if len(found) == 1:
                texts[f"{fixture.id}.json"] = found.pop()
            elif found:
                left_out.append(fixture.id)
    finally:
        pool.close()
    for path in folder.glob("*.json"):
        path.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return left_out


def golden_of(fixture: Fixture, variant: Variant, pool: Pool, limits: Limits) -> Golden | None:
    """Run a fixture and return what it left behind, None where that is nothing, or nothing that anybody can read."""
    given = fixture.document.get("given", {})
    keeps = fixture.saver != "none" and fixture.store is None  # what a store holds is in no journal
    if "program" not in fixture.document or not keeps or given.get("unchecked") or "sql" in given:
        return None
    session = Session(fixture, variant, pool, limits)
    try:
        session.run()
    except Skipped:
        return None
    last = _last_steps(fixture)
    found = {name: thread for name, thread in session.left.items() if name in last and thread}
    threads = threads_of(found)
    if not threads or any(document_problem("thread", each) for each in threads):
        return None
    document: Document = {
        "format": FORMAT,
        "spec": SPEC,
        "fixture": fixture.id,
        "profile": fixture.profile,
        **{name: fixture.document[name] for name in ("forms", "modes", "effects") if name in fixture.document},
        "programs": {name: fixture.program(last[name].get("program")) for name in found},
        "options": {name: _options(last[name]) for name in found if _options(last[name])},
        "threads": threads,
    }
    for demand in list(_demands(document, "")):
        try:
            Session(Fixture(fixture.path, demand), variant, pool, limits).run()
        except Failure:  # its value tells how often something ran, or when
            document["unresumed"] = [*document.get("unresumed", []), demand["steps"][0]["thread"]]
    return Golden(fixture.id, document)


def threads_of(left: dict[str, Thread]) -> list[Document]:
    """Return what a session left behind as documents that are the same each time: ids count, and there is one time."""
    return [_thread(name, thread) for name, thread in _neutral(left).items()]


def _options(step: Document) -> Document:
    """Return what a run has to be given again when it is resumed."""
    return {name: each for name, each in step.get("options", {}).items() if name in {"context", "max_concurrency"}}


def _last_steps(fixture: Fixture) -> dict[str, Document]:
    """Return for each thread the last step that ran something on it."""
    found: dict[str, Document] = {}
    for step in fixture.steps:
        for each in [step, *step.get("runs", [])]:
            if isinstance(each.get("thread"), str) and (each is not step or step["op"] in _RUNS):
                found[each["thread"]] = each
    return found


def _thread(name: str, thread: Thread) -> Document:
    items = [{"checkpoint": checkpoint, "entries": entries} for checkpoint, entries in thread]
    return {"kind": "thread", "format": "taskpoint.thread/1", "thread_id": name, "checkpoints": items}


def _neutral(threads: dict[str, Thread]) -> dict[str, Thread]:
    """Return the threads with ids that count and one time, so that two runs of a fixture leave the same bytes."""
    names: dict[str, str] = {}

    def named(value: str, prefix: str) -> None:
        names.setdefault(value, f"{prefix}{sum(each.startswith(prefix) for each in names.values())}")

    for place, thread in enumerate(threads.values()):
        for checkpoint, entries in thread:
            named(checkpoint["id"], f"t{place}-c")
            named(checkpoint["run_id"], f"t{place}-r")
            for entry in entries:
                named(entry["attempt_id"], f"t{place}-a")

    def neutral(document: Document) -> Document:
        keep_id = document["kind"].startswith("interrupt.")  # a path, and not minted
        return {
            key: _TIME
            if key in _TIMES
            else names.get(each, each)
            if key in _IDS and isinstance(each, str) and not (keep_id and key == "id")
            else each
            for key, each in document.items()
        }

    return {
        name: [(neutral(checkpoint), [neutral(each) for each in entries]) for checkpoint, entries in thread]
        for name, thread in threads.items()
    }


# --- checking -------------------------------------------------------------------------------------------------


def fixtures_of(version: str) -> list[Fixture]:
    """Return the fixtures that demand of a driver to replay what a version wrote.

    Raises:
        HarnessError: A folder of a released version was changed, or a file is not of the format.
    """
    digest = released().get(version)
    if digest is not None and digest != folder_digest(version):
        raise HarnessError(f"the golden journals of {version} were changed after its release")
    found: list[Fixture] = []
    for path in sorted((data.golden() / version).glob("*.json")):
        document: Document = json.loads(path.read_text(encoding="utf-8"))
        if document.get("format") != FORMAT:
            raise HarnessError(f"{path.name}: not of the format {FORMAT}")
        found += [Fixture(path, each) for each in _demands(document, version)]
    return found


def _demands(golden: Document, version: str) -> Iterator[Document]:
    for place, thread in enumerate(golden["threads"]):
        name = thread["thread_id"]
        common: Document = {
            "format": "1.0",
            "title": f"What {version} wrote is replayed",
            "why": "A port that cannot go on with what an older version wrote strands the runs of its users.",
            "verifies": ["CNF-043"],
            "profile": golden["profile"],
            "program": golden["programs"][name],
            **{member: golden[member] for member in ("forms", "modes", "effects") if member in golden},
        }
        half, end, closing = _without_end(thread)
        options = {"options": golden["options"][name]} if name in golden["options"] else {}
        if half is not None and end is not None and name not in golden.get("unresumed", []):
            entries = half["checkpoints"][-1]["entries"]
            yield common | {
                "id": f"{golden['fixture']}:{version}:{place}:resumed",
                "given": {"threads": [half]},
                "steps": [{"op": "resume", "thread": name, **options, "expect": _outcome(end, closing, entries)}],
                "final": {
                    "journal": {
                        name: [*entries, {"kind": "run.resumed", "attempt": _attempts(entries) + 1}, _shown(end)]
                    }
                },
            }
        last = thread["checkpoints"][-1]["checkpoint"]
        if last["source"] == "loop":
            yield common | {
                "id": f"{golden['fixture']}:{version}:{place}:finished",
                "given": {"threads": [thread]},
                "steps": [
                    {
                        "op": "resume",
                        "thread": name,
                        **options,
                        "expect": {"outcome": "rejected", "code": "run.nothing_to_resume"},
                    }
                ],
                "final": {"checkpoints": {name: [each["checkpoint"] for each in thread["checkpoints"]]}},
            }


def _without_end(thread: Document) -> tuple[Document | None, Document | None, Document | None]:
    """Return the thread as it was just before the end of its last run, that end, and the checkpoint it closed with."""
    items = list(thread["checkpoints"])
    closing = items.pop()["checkpoint"] if items[-1]["checkpoint"]["source"] == "loop" else None
    if not items or not items[-1]["entries"] or items[-1]["entries"][-1]["kind"] not in TERMINAL:
        return None, None, None
    *entries, end = items[-1]["entries"]
    if end["kind"] == "run.stopped" or "orphans" in end:
        return None, None, None
    return {**thread, "checkpoints": [*items[:-1], {**items[-1], "entries": entries}]}, end, closing


def _attempts(entries: list[Document]) -> int:
    return sum(each["kind"] in ATTEMPTS for each in entries)


def _outcome(end: Document, closing: Document | None, entries: list[Document]) -> Document:
    if end["kind"] == "run.completed":
        return {"outcome": "completed", "value": (closing or {})["value"]}
    if end["kind"] == "run.interrupted":
        asked = {each["id"]: question(each) for each in entries if each["kind"] == "interrupt.raised"}
        return {
            "outcome": "interrupted",
            "interrupts": [asked[each] for each in end["interrupts"]],
        }
    return {"outcome": "failed", "code": {"$any": True}, "error": _in_any_words(end["error"])}


def _shown(end: Document) -> Document:
    shown = {name: each for name, each in end.items() if name not in {"seq", *_TIMES, *_IDS}}
    return {**shown, "error": _in_any_words(end["error"])} if "error" in end else shown


def _in_any_words(error: Document) -> Document:
    """Return an error as it has to be: what an error of the library says is each port's own (`ERR-002`)."""
    return {**error, "message": {"$any": True}} if error["type"] in data.error_codes() else error
