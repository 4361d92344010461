"""Runs the fixtures that have no golden journal, so that what they record can be shown all the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taskpoint_conformance.errors import Skipped
from taskpoint_conformance.fixtures import Fixture
from taskpoint_conformance.golden import threads_of
from taskpoint_conformance.pool import Pool
from taskpoint_conformance.schemas import document_problem
from taskpoint_conformance.session import Session
from taskpoint_conformance.traffic import Limits
from taskpoint_conformance.variants import variants_of


def journals(fixtures: Sequence[Fixture], command: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the threads that fixtures leave behind, by fixture, in the form of golden journals.

    A golden journal is a demand on later versions, so fixtures whose values differ each time, or lie in a store, have
    none. A reader wants to see them all the same.

    Args:
        fixtures: What to run.
        command: How the reference's driver is started.
    """
    limits = Limits()
    pool = Pool(command, limits.start, limits.stop)
    try:
        pool.give_back(pool.take())
        hello = pool.hello or {}
        found = {each.id: left(each, hello, pool, limits) for each in fixtures if runs(each)}
    finally:
        pool.close()
    return {name: {"threads": threads} for name, threads in found.items() if threads}


def runs(fixture: Fixture) -> bool:
    """Return whether a fixture runs a program at all, on threads that anybody can read."""
    given = fixture.document.get("given", {})
    return "program" in fixture.document and not given.get("unchecked") and "sql" not in given


def left(fixture: Fixture, hello: dict[str, Any], pool: Pool, limits: Limits) -> list[dict[str, Any]]:
    """Return the threads on which a fixture recorded something that is whole."""
    for variant in variants_of(fixture, hello, None, None)[:1]:
        session = Session(fixture, variant, pool, limits)
        try:
            session.run()
        except Skipped:
            return []
        threads = threads_of({name: thread for name, thread in session.left.items() if thread})
        return [each for each in threads if not document_problem("thread", each)]
    return []
