"""What a version wrote is replayed by every later one, and is never written again."""

import json

import pytest
from judging import META, TOY, broken

from taskpoint_conformance import __version__, data
from taskpoint_conformance.errors import HarnessError
from taskpoint_conformance.fixtures import discover
from taskpoint_conformance.golden import fixtures_of, folder_digest, released, versions, write_all
from taskpoint_conformance.results import SuiteResult
from taskpoint_conformance.runner import Options, run_suite
from taskpoint_conformance.traffic import Limits


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "golden", lambda: tmp_path)
    return tmp_path


def written(version="9.9.9", command=TOY):
    return write_all(discover(META / "must-pass")[0], command, version, Limits())


def check(command, version="9.9.9"):
    fixtures = fixtures_of(version)
    return run_suite(fixtures, [], Options(command, single=True), SuiteResult(list(command), "", len(fixtures), ""))


def test_what_is_written_twice_is_the_same_and_is_replayed(folder):
    assert written() == []
    before = folder_digest("9.9.9")
    assert written() == []
    assert folder_digest("9.9.9") == before
    result = check(TOY)
    assert result.exit_code == 0
    assert {each.id.rpartition(":")[2] for each in result.results} == {"resumed", "finished"}


def test_who_runs_a_recorded_effect_again_is_found(folder):
    written()
    result = check(broken("run-ignores-journal"))
    assert result.exit_code == 1
    assert "effect.repeated" in {each.first_problem[0].code for each in result.results if each.first_problem}


def test_another_end_is_found(folder):
    written()
    path = folder / "9.9.9" / "RPL-toy-sweep.json"
    path.write_text(path.read_text().replace('"value": 20', '"value": 21'))
    assert check(TOY).exit_code == 1


@pytest.mark.parametrize(
    ("wrong", "is_found"),
    [({"message": "in words of its own"}, False), ({"type": "usage.key_invalid"}, True), ({"path": "pay#7"}, True)],
)
def test_an_error_of_the_library_may_say_it_in_its_own_words(folder, wrong, is_found):
    text = (data.root() / "conformance/golden/0.1.0/IDN-key-duplicate.json").read_text()
    golden = json.loads(text)
    end = golden["threads"][0]["checkpoints"][-1]["entries"][-1]
    assert end["error"]["type"] == "usage.key_duplicate"
    end["error"] |= wrong
    (folder / "9.9.9").mkdir()
    (folder / "9.9.9" / "IDN-key-duplicate.json").write_text(json.dumps(golden))
    assert check(data.reference_driver()).exit_code == is_found


def test_a_released_folder_is_never_written_again(folder):
    written()
    (folder / "released.json").write_text(json.dumps({"9.9.9": folder_digest("9.9.9")}))
    with pytest.raises(HarnessError, match="never written again"):
        written()
    assert check(TOY).exit_code == 0
    path = folder / "9.9.9" / "RPL-toy-sweep.json"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(HarnessError, match="changed after its release"):
        fixtures_of("9.9.9")


def test_the_current_version_has_its_journals():
    assert __version__ in versions()
    assert set(released()) <= set(versions())
    assert len(list((data.golden() / __version__).glob("*.json"))) > 100
    for version in versions():
        assert fixtures_of(version)
