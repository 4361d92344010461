"""Helpers: run fixtures against a driver of this folder, in this process."""

import sys
from pathlib import Path

from taskpoint_conformance.fixtures import discover, suite_digest
from taskpoint_conformance.results import SuiteResult
from taskpoint_conformance.runner import Options, run_suite
from taskpoint_conformance.traffic import Limits

HERE = Path(__file__).parent
META = HERE.parent / "meta"
TOY = [sys.executable, str(HERE / "toy_driver.py")]


def broken(behaviour):
    return [sys.executable, str(HERE / "broken_driver.py"), behaviour]


def judge(command, folder=META / "must-pass", silence=20.0, start=60.0, stop=20.0, messages=5000, wanted=(), **options):
    fixtures, bad = discover(folder)
    fixtures = [each for each in fixtures if not wanted or each.id in wanted]
    result = SuiteResult(list(command), suite_digest(fixtures), len(fixtures), "", suite=fixtures)
    limits = Limits(start=start, silence=silence, step=60, stop=stop, messages=messages)
    return run_suite(fixtures, bad, Options(command, limits=limits, **options), result)
