"""Native twins: workflows written by hand in a port's own idiom leave the journals of the same programs in the IR."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from taskpoint_conformance.errors import Broken, HarnessError, Verdict
from taskpoint_conformance.fixtures import Fixture
from taskpoint_conformance.pool import Pool
from taskpoint_conformance.results import FixtureResult, SuiteResult, VariantResult
from taskpoint_conformance.runner import compare
from taskpoint_conformance.session import Session, Variant, Witness
from taskpoint_conformance.traffic import Limits

__all__ = ("run_twins",)


def run_twins(fixtures: Sequence[Fixture], result: SuiteResult, limits: Limits) -> SuiteResult:
    """Run every twin that the driver tells of beside its fixture, and fill in `result`."""
    started = time.monotonic()
    known = {each.id: each for each in fixtures}
    pool = Pool(result.command, limits.start, limits.stop)
    try:
        pool.give_back(pool.take())
        result.hello = pool.hello
        for twin in (pool.hello or {}).get("twins", []):
            result.results.append(_twin(_fixture(known, twin), twin, pool, limits))
    except (Broken, HarnessError) as error:
        result.error = str(error)
    finally:
        problem = pool.close()
        result.error = result.error or (problem.message if problem else None)
    if result.error is None and not result.executed:
        result.error = "the driver has no twins"
    result.seconds = time.monotonic() - started
    return result


def _fixture(known: dict[str, Fixture], twin: dict[str, Any]) -> Fixture:
    if twin["fixture"] not in known:
        raise HarnessError(f"{twin['name']} is the twin of {twin['fixture']}, which is no fixture")
    return known[twin["fixture"]]


def _twin(fixture: Fixture, twin: dict[str, Any], pool: Pool, limits: Limits) -> FixtureResult:
    result = FixtureResult(f"{fixture.id}:{twin['name']}", fixture)
    variant = Variant((pool.hello or {})["forms"][0], twin["mode"])
    native = Fixture(fixture.path, {**fixture.document, "program": {"twin": twin["name"]}})
    first = _run(fixture, variant, pool, limits, result, None)
    if first is not None:
        _run(native, variant, pool, limits, result, first)
    return result


def _run(
    fixture: Fixture, variant: Variant, pool: Pool, limits: Limits, result: FixtureResult, first: Witness | None
) -> Witness | None:
    kept = VariantResult(variant.form, variant.mode, 0, "in the IR" if first is None else "the twin")
    result.variants.append(kept)
    started = time.monotonic()
    try:
        witness = Session(fixture, variant, pool, limits).run()
        if first is not None:
            compare(first, witness, ended=False, struck=False)
        return witness
    except Verdict as verdict:
        kept.problem = verdict
        return None
    finally:
        kept.seconds = time.monotonic() - started
