"""A dated report is of the fixtures as they are now, or it fails."""

import json

import pytest
from click.testing import CliRunner
from judging import META, TOY, broken, judge

from taskpoint_conformance import data, reports
from taskpoint_conformance.cli import conformance
from taskpoint_conformance.cli.common import require_all
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import discover, suite_digest
from taskpoint_conformance.fuzzing import Tally
from taskpoint_conformance.reports import KINDS, problems, record, record_fuzz


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "reports", lambda: tmp_path)
    return tmp_path


def test_a_report_is_missing_then_current_then_stale(folder, monkeypatch):
    digest = suite_digest(discover(META / "must-pass")[0])
    assert len(problems(digest)) == len(KINDS)
    result = judge(TOY)
    for kind in KINDS.keys() - {"fuzz"}:
        record(kind, [result])
    record_fuzz(Tally(started_at=result.started_at, hello=result.hello), 7)
    assert problems(digest) == []
    document = json.loads((folder / "sweep.json").read_text())
    assert document["suite"]["digest"] == digest
    assert document["date"].endswith("Z")
    assert [each.split(", and ")[1].split(" changed")[0] for each in problems("0" * 64)] == ["fixtures", "fixtures"]
    monkeypatch.setattr(reports, "programs_digest", lambda: "1" * 64)
    assert [each.split(", and ")[1].split(" changed")[0] for each in problems(digest)] == ["its programs"]


def test_a_run_that_failed_is_not_recorded(folder):
    with pytest.raises(HarnessError, match="did not pass"):
        record("sweep", [judge(broken("run-forgets"))])
    assert list(folder.iterdir()) == []


def test_a_minute_of_the_fuzzer_is_no_report(folder, monkeypatch, tmp_path):
    options = ["fuzz", "--minutes", "0.001", "--sweep", "none", "--out", str(tmp_path / "found"), "--record"]
    done = CliRunner().invoke(conformance, options)
    assert (done.exit_code, list(folder.iterdir())) == (2, [])
    assert "--record goes with --minutes 60 or more" in done.output
    monkeypatch.setattr("taskpoint_conformance.cli.fuzz.FUZZ_MINUTES", 0)
    assert CliRunner().invoke(conformance, options).exit_code == 0
    found = json.loads((folder / "fuzz.json").read_text())
    assert found["results"][0]["driver"]["name"] == "taskpoint-python"
    assert found["results"][0]["programs"] > 0


@pytest.mark.parametrize(("sweep", "choices"), [("sample", ()), ("full", (("RPL-a",),)), ("full", ("sync",))])
def test_only_the_whole_is_recorded(sweep, choices):
    with pytest.raises(HarnessError, match="--record goes with"):
        require_all(sweep, *choices)


def test_the_whole_may_be_recorded():
    require_all("full", (), None)
