"""Skeletons are built for real, where the language's tools are installed; `smoke` is shown drivers that are wrong."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from judging import HERE

from taskpoint_conformance.cli import conformance
from taskpoint_conformance.skeletons import SKELETONS
from taskpoint_conformance.smoke import Smoke


def invoke(*arguments):
    done = CliRunner().invoke(conformance, [str(each) for each in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a function that gives the folder of a language's skeleton, built."""
    folders = {}

    def build(language):
        skeleton = SKELETONS[language]
        missing = [tool for tool in skeleton.tools if shutil.which(tool) is None]
        if missing:
            pytest.skip(f"{language}: {', '.join(missing)} is not installed")
        if language not in folders:
            folder = tmp_path_factory.mktemp("skeleton") / f"a-{language}-port"
            done = invoke("init", "--lang", language, folder)
            assert done.exit_code == 0, done.output
            environment = {name: each for name, each in os.environ.items() if name != "PYTHONPATH"}
            for command in skeleton.build:
                built = subprocess.run(
                    command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, check=False
                )
                output = built.stdout + built.stderr
                if built.returncode != 0 and command == "npm install":
                    pytest.skip("typescript: the compiler cannot be fetched here")
                assert built.returncode == 0, output
                assert "warning" not in output.lower() or command == "npm install", output
            folders[language] = folder
        return folders[language]

    return build


def driver(folder, language):
    """Return the command of a driver that can be started from anywhere."""
    return shlex.join(["sh", "-c", f"cd {shlex.quote(str(folder))} && exec {SKELETONS[language].driver}"])


@pytest.mark.parametrize("language", sorted(SKELETONS))
def test_a_skeleton_builds_and_speaks_the_protocol(built, language):
    folder = built(language)
    done = invoke("smoke", "--driver", driver(folder, language))
    assert done.exit_code == 0, done.output
    assert f"a-{language}-port 0.0.0; claims profiles core" in done.output
    assert "WRONG" not in done.output
    assert "implement encode: " in done.output
    assert "speaks the protocol" in done.output


@pytest.mark.parametrize("language", sorted(SKELETONS))
def test_a_skeleton_fails_its_first_fixture_and_says_where_to_write(built, language):
    folder = built(language)
    done = invoke("run", "--driver", driver(folder, language), "--fixture", "RPL-crash-after-commit", "--sweep", "none")
    assert done.exit_code == 2
    assert "driver.errored" in done.output
    said = " ".join(done.output.replace("│", " ").split())
    assert "implement run: " in said
    named = said.partition("implement run: ")[2].partition(",")[0]
    assert (folder / named).is_file()
    assert done.output.splitlines()[-1] == "0 passed, 1 failed"


@pytest.mark.parametrize("language", sorted(SKELETONS))
def test_a_skeleton_is_named_after_its_port(tmp_path, language):
    assert invoke("init", "--lang", language, "--name", "acme-flows", tmp_path / "new").exit_code == 0
    texts = {each: each.read_text() for each in (tmp_path / "new").rglob("*") if each.is_file()}
    assert tmp_path / "new" / ".gitignore" in texts
    assert "acme-flows" in "".join(texts.values())
    assert "my-port" not in "".join(texts.values())
    assert SKELETONS[language].first in {str(each.relative_to(tmp_path / "new")) for each in texts}
    readme = texts[tmp_path / "new" / "README.md"]
    assert SKELETONS[language].driver in readme
    assert all(command in readme for command in SKELETONS[language].build)


def test_a_skeleton_overwrites_nothing(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = invoke("init", "--lang", "go", tmp_path)
    assert done.exit_code == 2
    assert "not empty" in done.output
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]
    assert invoke("init", "--lang", "go", "--name", "Ümlaut", tmp_path / "new").exit_code == 2


SMOKE = [
    ("unflushed", "starts, and answers hello", "flush the output after every line"),
    ("prints", "one request, one answer, flushed", "standard output is for messages only"),
    ("answers-twice", "one request, one answer, flushed", "a second message"),
    ("wrong-id", "one request, one answer, flushed", "has the id 1"),
    ("ascii", "text is UTF-8", "as UTF-8"),
    ("short-lines", "a long line", "nothing came"),
    ("wrong-value", "a run without effects", "look at the interpreter"),
    ("no-effect", "a run with an effect", "one call was due"),
    ("wrong-path", "a run with an effect", "one call was due"),
    ("changes-effect", "a run with an effect", "the effect's value was 7"),
    ("accepts-unknown", "an unknown statement is refused", "CNF-021"),
    ("never-stops", "stops when it is asked to", "it did not exit"),
    ("stops-with-3", "stops when it is asked to", "exited with 3"),
    ("outlives-its-input", "stops when its input ends", "did not exit"),
    ("another-hello", "starts again after a kill", "another hello"),
]


def smoke(behaviour, timeout=20.0):
    command = [sys.executable, str(HERE / "smoke_driver.py"), behaviour]
    return list(Smoke(command, timeout).checks())


def test_smoke_has_nothing_to_say_of_a_driver_that_is_right():
    assert {check.verdict for check in smoke("none")} == {"ok"}


@pytest.mark.parametrize(("behaviour", "step", "words"), SMOKE)
def test_smoke_names_the_step_that_is_wrong_and_what_to_do(behaviour, step, words):
    silent = {"unflushed", "short-lines", "never-stops", "outlives-its-input"}
    checks = smoke(behaviour, timeout=1.0 if behaviour in silent else 20.0)
    wrong = [check for check in checks if check.verdict == "wrong"]
    assert step in {check.name for check in wrong}
    assert words in next(check.text for check in wrong if check.name == step)


def test_smoke_of_what_cannot_be_started():
    done = invoke("smoke", "--driver", "/nowhere/driver")
    assert done.exit_code == 1
    assert "cannot be started" in done.output
    assert "it is the driver" in done.output


def test_every_template_belongs_to_a_language():
    folder = HERE.parent / "drivers" / "templates"
    assert sorted(each.name for each in folder.iterdir()) == sorted(SKELETONS)
    assert Path(folder / "python" / "__main__.py").is_file()
