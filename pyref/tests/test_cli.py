"""The command `taskpoint`."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

from taskpoint.cli import main


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--version"])
    assert stopped.value.code == 0
    assert version("taskpoint") in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["conformance", "--help"]])
def test_it_says_what_it_can_do(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 0
    assert "conformance" in capsys.readouterr().out


@pytest.mark.parametrize("missing", ["click", "rich", "jsonschema", "yaml"])
def test_without_its_extra_it_says_what_to_install(missing: str) -> None:
    script = (
        f"import sys; sys.modules[{missing!r}] = None; from taskpoint.cli import main; main(['conformance', 'list'])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "pip install 'taskpoint[conformance]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_requirements_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["conformance", "requirements"])
    assert stopped.value.code == 0
    assert "RPL-003" in capsys.readouterr().out
