"""Runs the chosen fixtures in all their variants, in a few workers, and judges the whole."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final
from zlib import crc32

from taskpoint_conformance.errors import Broken, Detail, Failure, HarnessError, Skipped, Verdict
from taskpoint_conformance.fixtures import Fixture, FixtureError
from taskpoint_conformance.match import difference
from taskpoint_conformance.own import judges_own, unfit, unjudged
from taskpoint_conformance.pool import Pool
from taskpoint_conformance.results import FixtureResult, SuiteResult, VariantResult
from taskpoint_conformance.session import Session, Variant, Witness
from taskpoint_conformance.strikes import chosen, strikes_of
from taskpoint_conformance.traffic import Limits
from taskpoint_conformance.variants import may_skip, uses_processes, variants_of

__all__ = ("Options", "compare", "run_suite")

_GIVE_UP_AFTER: Final = 5
"""Fixtures that the driver itself ended, with none passed: then it is broken, and the rest would tell no more."""

_ENDS: Final = frozenset(f"driver.{each}" for each in ("died", "flood", "hello", "protocol", "timeout"))


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked to do."""

    command: Sequence[str]
    profiles: frozenset[str] = frozenset()
    form: str | None = None
    mode: str | None = None
    sweep: str = "none"
    seed: int = 0
    single: bool = False
    """Whether each fixture runs in one form and mode only."""
    jobs: int = 2
    limits: Limits = field(default_factory=Limits)
    baseline: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])


def run_suite(
    fixtures: Sequence[Fixture],
    bad: Sequence[FixtureError],
    options: Options,
    result: SuiteResult,
    on_result: Callable[[FixtureResult], None] = lambda _: None,
) -> SuiteResult:
    """Run the fixtures and fill in `result`; an error of the harness or the driver is said in it, not raised."""
    started = time.monotonic()
    result.started_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for error in bad:
        result.results.append(FixtureResult(error.path.stem, problem=Broken(error.code, str(error))))
        on_result(result.results[-1])
    pools = [Pool(options.command, options.limits.start, options.limits.stop) for _ in range(max(1, options.jobs))]
    try:
        pools[0].give_back(pools[0].take())  # before anything else: is there a driver at all?
        result.hello = pools[0].hello
        _refuse_what_is_not_claimed(options, result.hello or {})
        _Run(fixtures, options, result, pools, on_result).run()
        _judge_baseline(result, options)
    except (Broken, HarnessError) as error:
        result.error = str(error)
        result.error_code = error.code if isinstance(error, Broken) else "suite.stopped"
        if isinstance(error, Broken) and error.stderr:
            result.error += f"\nits standard error ends:\n{error.stderr[-2000:]}"
    finally:
        problems = [problem for pool in pools if (problem := pool.close())]
        if problems and result.error is None:
            result.error, result.error_code = problems[0].message, problems[0].code
    result.results.sort(key=lambda each: each.id)
    if result.error is None and not result.executed:
        result.error, result.error_code = "no fixture was executed", "suite.nothing"
    result.seconds = time.monotonic() - started
    return result


def _refuse_what_is_not_claimed(options: Options, hello: dict[str, Any]) -> None:
    for kind, wanted in (("form", options.form), ("mode", options.mode)):
        if wanted is not None and wanted not in hello[f"{kind}s"]:
            raise Broken("suite.not_claimed", f"asked for, but the driver does not claim the {kind} {wanted}")


class _Run:
    """Hands the fixtures to the workers."""

    def __init__(
        self,
        fixtures: Sequence[Fixture],
        options: Options,
        result: SuiteResult,
        pools: list[Pool],
        on_result: Callable[[FixtureResult], None],
    ) -> None:
        self._options = options
        self._result = result
        self._pools = pools
        self._on_result = on_result
        self._work: queue.SimpleQueue[Fixture] = queue.SimpleQueue()
        # What needs processes comes first, so that no worker is left alone with it at the end.
        for fixture in sorted(fixtures, key=lambda each: not uses_processes(each)):
            self._work.put(fixture)
        self._lock = threading.Lock()
        self._stop: str | None = None
        self._crash: BaseException | None = None

    def run(self) -> None:
        threads = [threading.Thread(target=self._worker, args=(pool,), daemon=True) for pool in self._pools]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                while thread.is_alive():
                    thread.join(timeout=0.2)  # so that Ctrl-C is heard
        except KeyboardInterrupt:
            self._stop = "interrupted"
            for thread in threads:
                thread.join()
        if self._crash is not None:
            raise self._crash
        if self._stop:
            raise HarnessError(self._stop)

    def _worker(self, pool: Pool) -> None:
        while self._stop is None and self._crash is None:
            try:
                fixture = self._work.get_nowait()
            except queue.Empty:
                return
            try:
                result = _run_fixture(fixture, pool, self._options, self._result.hello or {})
            except BaseException as error:  # noqa: BLE001 - raised again in the main thread
                self._crash = error
                return
            with self._lock:
                self._result.results.append(result)
                self._on_result(result)
                self._look_for_a_broken_driver()

    def _look_for_a_broken_driver(self) -> None:
        found = [each.first_problem for each in self._result.results if each.variants]
        # A driver that says what it cannot do yet is well, and its other fixtures are worth knowing.
        by_driver = [pair for pair in found if pair and pair[0].code in _ENDS]
        if len(by_driver) == len(found) >= _GIVE_UP_AFTER:
            last = by_driver[0][0].message
            self._stop = f"the driver is broken: {_GIVE_UP_AFTER} fixtures, and all of them ended like this: {last}"


def _run_fixture(fixture: Fixture, pool: Pool, options: Options, hello: dict[str, Any]) -> FixtureResult:
    result = FixtureResult(fixture.id, fixture)
    if missing := fixture.profiles.difference(hello["profiles"]):
        result.claimed = False
        first = fixture.profile if fixture.profile in missing else min(missing)
        result.reason = f"profile {first} is not claimed"
        if fixture.profile in missing & options.profiles:
            result.problem = Failure(
                "suite.not_claimed", f"asked for, but the driver does not claim the profile {fixture.profile}"
            )
        return result
    if fixture.profile == "sqlite" and "sqlite" not in hello["savers"]:
        result.problem = Failure("suite.false_claim", "the profile sqlite is claimed, and the saver sqlite is not")
        return result
    if judges_own(hello):
        if reason := unfit(fixture):
            result.claimed = False
            result.reason = f"not judged of a port with a store of its own: {reason}"
            return result
        result.unjudged = unjudged(fixture)
    variants = variants_of(fixture, hello, options.form, options.mode)
    if not variants:
        result.claimed = False
        result.reason = "the driver claims none of the forms, modes and savers that it needs"
        return result
    if options.sweep == "quick" or options.single:
        variants = [variants[crc32(fixture.id.encode()) % len(variants)]]
    witnesses: list[Witness] = []
    ran: list[Variant] = []
    for variant in variants:
        witness = _run_variant(fixture, variant, pool, options, result, witnesses[0] if witnesses else None)
        if witness is None and not (variant.own and result.variants[-1].verdict == "skipped"):
            return result
        if witness is not None:
            witnesses.append(witness)
            ran.append(variant)
    if not ran:
        return result
    # Such a port may have in one mode what it has not in the other.
    result.variants = [each for each in result.variants if each.verdict != "skipped"]
    _sweep(fixture, list(zip(ran, witnesses, strict=True)), pool, options, result)
    return result


def _run_variant(
    fixture: Fixture, variant: Variant, pool: Pool, options: Options, result: FixtureResult, first: Witness | None
) -> Witness | None:
    """Run one variant, or one strike of a sweep, and compare it with the first one; None where it did not pass."""
    started = time.monotonic()
    strike = variant.strike
    kept = VariantResult(variant.form, variant.mode, 0, str(strike) if strike else None)
    result.variants.append(kept)
    try:
        if uses_processes(fixture) or (strike and strike.kills):
            pool.prepare()
        witness = Session(fixture, variant, pool, options.limits).run()
        if first is not None:
            compare(first, witness, ended=strike is not None and not strike.is_silent, struck=strike is not None)
        if strike and not witness.struck and kept.point:
            kept.point += " (not reached)"
        return witness
    except Verdict as verdict:
        kept.problem = verdict
        if isinstance(verdict, Skipped) and not (variant.own or may_skip(fixture)):
            kept.problem = Failure("driver.skipped", f"nothing in this fixture may be skipped: {verdict.message}")
        return None
    finally:
        kept.seconds = time.monotonic() - started


def compare(first: Witness, other: Witness, *, ended: bool, struck: bool) -> None:
    """Hold a run of a fixture against another one; `ended`: a fault of the sweep made its steps run again.

    Raises:
        Failure: They do not end alike.
    """
    expected, actual = (first.outline, other.outline) if ended else (first.threads, other.threads)
    what = "after this fault" if struck else "in this variant"
    for name, left, right in ((name, expected.get(name, []), actual.get(name, [])) for name in expected | actual):
        if found := difference(left, right, {}):
            place = int(found.path[1:].partition("]")[0] or 0) if found.path.startswith("[") else 0
            both = Detail(*(_flat(thread[place : place + 1]) for thread in (left, right)))
            raise Failure(
                "variants.journal", f"thread {name} ends otherwise {what}, ids and times left aside: {found}", both
            )
    if ended:
        fewer = [key for key, count in first.totals.items() if other.totals.get(key, 0) < count]
        if fewer or other.totals.keys() - first.totals.keys():
            raise Failure("variants.effects", f"other effects have run {what}", Detail(first.totals, other.totals))
        again = [key for key, count in other.totals.items() if count > first.totals[key]]
        if other.again is not None and not other.again.issuperset(again):
            raise Failure(
                "effect.repeated",
                f"{next(key for key in again if key not in other.again)} ran again {what}, and its call was over",
                Detail(first.totals, other.totals),
            )
    elif first.totals != other.totals:
        raise Failure("variants.effects", f"other effects have run {what}", Detail(first.totals, other.totals))


def _flat(thread: list[dict[str, Any]]) -> list[Any]:
    """Return a checkpoint and its entries as one list, for the reader."""
    return [document for item in thread for document in (item["checkpoint"], *item["entries"])]


def _sweep(
    fixture: Fixture, runs: list[tuple[Variant, Witness]], pool: Pool, options: Options, result: FixtureResult
) -> None:
    """Run a fixture with the faults of a sweep, each in the next of its forms and modes."""
    if options.sweep == "none":
        return
    whole = fixture.saver == "runner" and not runs[0][0].own
    # Without a store, such a port's calls have other names after a kill, and cannot be told to be the same.
    unkilled = ["kill"] if runs[0][0].own and fixture.saver == "none" else []
    every = strikes_of(runs[0][1].operations, whole=whole, without=[*fixture.unswept, *unkilled])
    for strike in chosen(fixture.id, every, options.sweep, options.seed):
        variant, _ = runs[every.index(strike) % len(runs)]
        variant = replace(variant, strike=strike)
        if _run_variant(fixture, variant, pool, options, result, runs[0][1]) is None:
            return


def _judge_baseline(result: SuiteResult, options: Options) -> None:
    by_id = {each.id: each for each in result.results}
    for identifier, entry in options.baseline.items():
        found = by_id.get(identifier)
        if found is None or found.verdict == "broken":
            continue
        problem = found.first_problem
        if found.verdict in {"not_claimed", "skipped"}:
            what = found.verdict.replace("_", " ")
            found.problem = Failure("baseline.stale", f"the baseline expects a failure, and it is {what}")
        elif problem is None:
            found.problem = Failure(
                "baseline.stale", "the baseline expects a failure, and it passes: take the entry out"
            )
        elif problem[0].code == entry["code"]:
            found.expected, found.reason, found.kind = True, entry["reason"], entry.get("kind")
        else:
            found.reason = f"the baseline expects {entry['code']}, and it fails with {problem[0].code}"
