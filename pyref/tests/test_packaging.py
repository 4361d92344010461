"""Wheel, sdist and editable install work outside the checkout, with all their data."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
FOLDERS = ("drivers", "fixtures", "format", "golden", "meta", "mutants", "twins", "vectors")
DATA = ("spec", *(f"conformance/{name}" for name in FOLDERS))


def run(*command: object, cwd: Path) -> str:
    """Run a command without what this process was told about imports, and return what it printed."""
    environment = {key: value for key, value in os.environ.items() if key not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build what would be released."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=REPOSITORY)
    [wheel], [sdist] = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


def data_files() -> set[str]:
    """Return the data that the judge needs, as paths in the repository."""
    files = (file for folder in DATA for file in (REPOSITORY / folder).rglob("*") if file.is_file())
    return {str(file.relative_to(REPOSITORY)) for file in files if file.suffix != ".pyc"}


def test_the_wheel_holds_the_packages_and_their_data(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built["wheel"]) as wheel:
        names = set(wheel.namelist())
    prefix = "taskpoint_conformance/_data/"
    assert {name.removeprefix(prefix) for name in names if name.startswith(prefix)} == data_files()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"taskpoint", "taskpoint_conformance"}
    assert {"taskpoint/py.typed", "taskpoint_conformance/py.typed"} <= names
    assert not [name for name in names if name.startswith("taskpoint/") and "/tests/" in name]


def test_every_kind_of_data_is_there() -> None:
    files = data_files()
    assert [folder for folder in DATA if not any(name.startswith(f"{folder}/") for name in files)] == []


def test_the_sdist_holds_everything_that_is_tracked(built: dict[str, Path]) -> None:
    with tarfile.open(built["sdist"]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a clone: there is no telling what is tracked")
    tracked = {name for name in listed.stdout.split("\0") if name and (REPOSITORY / name).is_file()}
    assert tracked - names == set()


WORKFLOW = """
import sys
from pathlib import Path

import taskpoint
from taskpoint import SqliteSaver, entrypoint, task

ran = []

@task
def double(n: int) -> int:
    ran.append(n)
    return 2 * n

@entrypoint(checkpointer=SqliteSaver("threads.db"))
def main(n: int) -> int:
    first = double(n).result()
    if len(ran) == 1:
        raise RuntimeError("once")
    return double(first).result()

try:
    main.invoke(1, thread_id="t")
except RuntimeError:
    ran.append("failed")
print(main.invoke(None, thread_id="t"), ran)
print(Path(taskpoint.__file__).parent)
"""


@pytest.mark.parametrize("form", ["wheel", "sdist", "editable"])
def test_an_installation_works_outside_the_checkout(form: str, built: dict[str, Path], tmp_path: Path) -> None:
    """The dependencies come from this environment, so that nothing is fetched."""
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    purelib = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).strip())
    (purelib / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    what = ["-e", REPOSITORY] if form == "editable" else [built[form]]
    options = ["--no-deps", "--no-index", "--no-build-isolation", "--ignore-installed", "-q"]
    run(sys.executable, "-m", "pip", "--python", python, "install", *options, *what, cwd=tmp_path)

    value, place = run(python, "-c", WORKFLOW, cwd=tmp_path).splitlines()
    assert value == "4 [1, 'failed', 2]"
    assert Path(place) == (REPOSITORY / "pyref" / "taskpoint" if form == "editable" else purelib / "taskpoint")

    command = tmp_path / "venv" / "bin" / "taskpoint"
    assert len(run(command, "conformance", "list", cwd=tmp_path).splitlines()) > 100
    run(command, "conformance", "requirements", "--check", cwd=tmp_path)
    assert "1 passed, 0 failed" in run(
        command, "conformance", "run", "--fixture", "RPL-crash-after-commit", cwd=tmp_path
    )
