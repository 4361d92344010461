"""A dated report is of the fixtures as they are now, or it fails."""

import json

import pytest
from judging import META, TOY, broken, judge

from taskpoint_conformance import data
from taskpoint_conformance.cli.common import require_all
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import discover, suite_digest
from taskpoint_conformance.reports import KINDS, problems, record


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "reports", lambda: tmp_path)
    return tmp_path


def test_a_report_is_missing_then_current_then_stale(folder, tmp_path):
    digest = suite_digest(discover(META / "must-pass")[0])
    assert len(problems(digest)) == len(KINDS)
    result = judge(TOY)
    for kind in KINDS:
        record(kind, [result])
    assert problems(digest) == []
    document = json.loads((folder / "sweep.json").read_text())
    assert document["suite"]["digest"] == digest
    assert document["date"].endswith("Z")
    assert [each.split(":")[0][:30] for each in problems("0" * 64)] == [
        f"the report of the {kind} is of {document['date']}"[:30] for kind in KINDS
    ]


def test_a_run_that_failed_is_not_recorded(folder):
    with pytest.raises(HarnessError, match="did not pass"):
        record("sweep", [judge(broken("run-forgets"))])
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(("sweep", "choices"), [("sample", ()), ("full", (("RPL-a",),)), ("full", ("sync",))])
def test_only_the_whole_is_recorded(sweep, choices):
    with pytest.raises(HarnessError, match="--record goes with"):
        require_all(sweep, *choices)


def test_the_whole_may_be_recorded():
    require_all("full", (), None)
