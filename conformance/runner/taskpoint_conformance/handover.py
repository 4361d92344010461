"""Hand-over: one driver begins a thread, is killed or leaves it alone, and another driver goes on with it."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from taskpoint_conformance.errors import Broken, Failure, HarnessError, Skipped, Verdict
from taskpoint_conformance.fixtures import RUNS, Fixture
from taskpoint_conformance.own import judges_own
from taskpoint_conformance.pool import Pool
from taskpoint_conformance.results import FixtureResult, SuiteResult, VariantResult
from taskpoint_conformance.runner import compare
from taskpoint_conformance.session import Session, Variant, Witness
from taskpoint_conformance.strikes import Strike, chosen, strikes_of
from taskpoint_conformance.traffic import Limits
from taskpoint_conformance.variants import may_skip, uses_processes, variants_of

__all__ = ("Handover", "hand_over", "in_a_file", "pairs_of")

_RUNS: Final = RUNS | {"start", "concurrent"}
_FILE: Final = "one SQLite file, "


@dataclass(frozen=True, slots=True)
class Handover:
    """What a hand-over is asked to do: from one driver's command to another's."""

    first: Sequence[str]
    heir: Sequence[str]
    sweep: str = "quick"
    seed: int = 0
    jobs: int = 2
    limits: Limits = field(default_factory=Limits)


def pairs_of(commands: Sequence[Sequence[str]]) -> list[tuple[Sequence[str], Sequence[str]]]:
    """Return the ordered pairs of drivers; one driver alone hands over to itself.

    Example:
        >>> pairs_of([["a"], ["b"]]), pairs_of([["a"]])
        ([(['a'], ['b']), (['b'], ['a'])], [(['a'], ['a'])])
    """
    several = commands if len(commands) > 1 else [*commands, *commands]
    pairs: list[tuple[Sequence[str], Sequence[str]]] = []
    for place, first in enumerate(several):
        for other, heir in enumerate(several):
            if place != other and (first, heir) not in pairs:
                pairs.append((first, heir))
    return pairs


def in_a_file(fixture: Fixture) -> Fixture | None:
    """Return the fixture with its threads in a SQLite file, None where it needs the runner's store.

    The runner sees no write to a file, so that it can neither stop a run there nor make one fail.
    """
    if fixture.saver != "runner" or fixture.store is not None or fixture.document.get("given", {}).get("unchecked"):
        return None
    if fixture.retried:  # whose executions have outcomes that a file cannot be judged by
        return None
    if fixture.profile == "interrupts" and any(step["op"] == "stop" for step in fixture.steps):
        return None  # only the runner's store keeps what is suspended from being unwound before it is stopped
    for step in fixture.steps:
        if not {"append", "begin", "fail", "lose_ack", "repeat"}.isdisjoint(step.get("fault", {})):
            return None
        if "entry" in step.get("until", {}) or "release" in step:
            return None
    return Fixture(fixture.path, {**fixture.document, "saver": "sqlite"})


def hand_over(
    fixtures: Sequence[Fixture],
    asked: Handover,
    result: SuiteResult,
    on_result: Callable[[FixtureResult], None] = lambda _: None,
) -> SuiteResult:
    """Hand every fixture over and fill in `result`; an error of a driver is said in it, not raised."""
    started = time.monotonic()
    result.started_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    limits = asked.limits
    work: queue.SimpleQueue[Fixture] = queue.SimpleQueue()
    for fixture in fixtures:
        work.put(fixture)
    pools = [
        (Pool(asked.first, limits.start, limits.stop), Pool(asked.heir, limits.start, limits.stop))
        for _ in range(max(1, asked.jobs))
    ]
    try:
        for pool in pools[0]:
            pool.give_back(pool.take())
        result.hello = pools[0][0].hello
        common = _common(pools[0][0].hello or {}, pools[0][1].hello or {})
        workers = [_Worker(work, pair, asked, common, result, on_result) for pair in pools]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
            if worker.crash is not None:
                raise worker.crash
    except (Broken, HarnessError) as error:
        result.error = str(error)
    finally:
        for pool in (each for pair in pools for each in pair):
            problem = pool.close()
            result.error = result.error or (problem.message if problem else None)
    result.results.sort(key=lambda each: each.id)
    if result.error is None and not result.executed:
        result.error = "nothing was handed over"
    result.seconds = time.monotonic() - started
    return result


def _common(first: dict[str, Any], heir: dict[str, Any]) -> dict[str, Any]:
    """Return what both drivers claim.

    Raises:
        HarnessError: One of them keeps threads where the other cannot have them.
    """
    if any(hello and judges_own(hello) for hello in (first, heir)):
        raise HarnessError("a port with a store of its own has no thread that another port could go on with")
    return {
        name: [each for each in first[name] if each in heir[name]] for name in ("profiles", "forms", "modes", "savers")
    }


class _Worker(threading.Thread):
    """Takes one fixture after the other."""

    def __init__(
        self,
        work: queue.SimpleQueue[Fixture],
        pools: tuple[Pool, Pool],
        asked: Handover,
        common: dict[str, Any],
        result: SuiteResult,
        on_result: Callable[[FixtureResult], None],
    ) -> None:
        super().__init__(daemon=True)
        self.crash: BaseException | None = None
        self._work = work
        self._pools = pools
        self._asked = asked
        self._common = common
        self._result = result
        self._on_result = on_result

    def run(self) -> None:
        try:
            while True:
                found = self._fixture(self._work.get_nowait())
                if found is not None:
                    self._result.results.append(found)
                    self._on_result(found)
        except queue.Empty:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again in the main thread
            self.crash = error

    def _fixture(self, fixture: Fixture) -> FixtureResult | None:
        """Hand one fixture over in all ways; None where nothing in it can be handed over."""
        if (
            fixture.saver == "none"
            or "memory" in {fixture.store, fixture.cache}
            or not any(s["op"] in _RUNS for s in fixture.steps)
        ):
            return None
        result = FixtureResult(fixture.id, fixture)
        variants = variants_of(fixture, self._common, None, None)
        if not fixture.profiles.issubset(self._common["profiles"]) or not variants:
            result.claimed = False
            needed = ", ".join(sorted(fixture.profiles))
            result.reason = f"not both claim the profiles {needed}, or its forms, modes and savers"
            return result
        variant = variants[crc32(fixture.id.encode()) % len(variants)]
        self._ways(fixture, variant, result, "")
        shared = in_a_file(fixture) if "sqlite" in self._common["savers"] else None
        if shared is not None and "sqlite" in self._common["profiles"]:
            self._ways(shared, variant, result, _FILE)
        return result

    def _ways(self, fixture: Fixture, variant: Variant, result: FixtureResult, where: str) -> None:
        first = self._once(fixture, variant, result, None, f"{where}by the first alone")
        if first is None:
            return
        if uses_processes(fixture):
            self._once(
                fixture, replace(variant, handover=-1), result, first, f"{where}where the fixture ends a process"
            )
        steps = [place for place, step in enumerate(fixture.steps) if place and step["op"] in RUNS]
        for place in steps if self._asked.sweep == "full" else steps[:1]:
            self._once(fixture, replace(variant, handover=place), result, first, f"{where}before step {place + 1}")
        for strike in self._kills(fixture, first):
            self._once(fixture, replace(variant, strike=strike, handover=-1), result, first, f"{where}{strike}")

    def _kills(self, fixture: Fixture, first: Witness) -> list[Strike]:
        kills = strikes_of(
            first.operations, whole=fixture.saver == "runner", without=["acknowledge", "fail", *fixture.unswept]
        )
        return chosen(fixture.id, kills, self._asked.sweep, self._asked.seed)

    def _once(
        self, fixture: Fixture, variant: Variant, result: FixtureResult, first: Witness | None, point: str
    ) -> Witness | None:
        started = time.monotonic()
        kept = VariantResult(variant.form, variant.mode, 0, point)
        result.variants.append(kept)
        pool, heir = self._pools
        try:
            if uses_processes(fixture) or variant.strike is not None:
                pool.prepare()
            session = Session(
                fixture, variant, pool, self._asked.limits, heir if variant.handover is not None else None
            )
            witness = session.run()
            if first is not None:
                compare(first, witness, ended=variant.strike is not None, struck=True)
            return witness
        except Verdict as verdict:
            kept.problem = verdict
            if isinstance(verdict, Skipped) and not may_skip(fixture):
                kept.problem = Failure("driver.skipped", f"nothing in this fixture may be skipped: {verdict.message}")
            return None
        finally:
            kept.seconds = time.monotonic() - started


def document(results: Sequence[SuiteResult]) -> dict[str, Any]:
    """Return what hand-overs found out, for machines."""
    return {
        "suite": {"digest": results[0].digest, "fixtures": results[0].fixtures},
        "date": results[0].started_at,
        "pairs": [
            {
                "drivers": each.command,
                "summary": {name: each.counts[name] for name in ("passed", "failed", "broken", "not_claimed")},
                "handovers": sum(len(one.variants) for one in each.results),
                "seconds": round(each.seconds, 1),
                **({"error": each.error} if each.error else {}),
                "failed": [
                    {"id": one.id, "code": problem[0].code, "message": problem[0].message, "where": problem[1].point}
                    for one in each.results
                    if one.verdict in {"failed", "broken"} and (problem := one.first_problem) and problem[1]
                ],
            }
            for each in results
        ],
    }


def write(results: Sequence[SuiteResult], path: Path) -> None:
    """Write `document` to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document(results), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
