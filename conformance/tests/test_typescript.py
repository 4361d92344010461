"""The TypeScript port: it builds, its own tests pass, it passes fixtures, and the page about it is true."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PORT = ROOT / "conformance" / "ports" / "typescript"
FIXTURES = (
    "RPL-crash-after-commit",
    "VAL-plain",
    "INT-ask-and-answer",
    "CON-first-wins",
    "STO-sqlite-read-by-the-port",
)

EXAMPLE = re.compile(r"^ *```ts\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def port(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built port; it is built here, but installed by who has the time: `npm ci` compiles SQLite."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js is not on this machine")
    if not (PORT / "node_modules").is_dir():
        pytest.skip(f"the tools of the port are not installed: cd {PORT.relative_to(ROOT)} && npm ci")
    subprocess.run(["npm", "run", "--silent", "build"], cwd=PORT, check=True, timeout=120)
    return PORT


def _run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    shown = {**os.environ, "PYTHONUNBUFFERED": "1"}  # a terminal shows each line before the process is killed
    return subprocess.run(words, cwd=cwd, env=shown, capture_output=True, text=True, timeout=240, check=False)


def test_its_own_tests_pass(port: Path) -> None:
    done = _run("npm", "test", cwd=port)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_generated_is_up_to_date(port: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TASKPOINT", str(Path(sys.executable).with_name("taskpoint")))
    done = _run("npm", "run", "--silent", "generate", "--", "--check", cwd=port)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_passes_fixtures_under_its_known_name(port: Path) -> None:
    command = [sys.executable, "-m", "taskpoint_conformance", "run", "--driver", "typescript", "--sweep", "none"]
    done = _run(*command, *(f"--fixture={each}" for each in FIXTURES), cwd=port)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(FIXTURES)} passed, 0 failed" in done.stdout


def test_threads_are_handed_over(port: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "taskpoint_conformance",
        "handover",
        "--driver",
        "python",
        "--driver",
        "typescript",
    ]
    done = _run(*command, *(f"--fixture={each}" for each in FIXTURES), cwd=port)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_names_a_registry() -> None:
    for name in ("package.json", "package-lock.json"):
        text = (PORT / name).read_text(encoding="utf-8")
        assert "registry" not in text
        assert '"resolved"' not in text


def test_the_examples_of_the_guides_do_what_they_say(port: Path, tmp_path: Path) -> None:
    docs = ROOT / "docs"
    pages = [
        docs / "start.md",
        docs / "watching.md",
        docs / "from-langgraph.md",
        *sorted((docs / "guides").glob("*.md")),
    ]
    found = [code for page in pages for code in EXAMPLE.findall(page.read_text(encoding="utf-8"))]
    assert found
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "taskpoint").symlink_to(port)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    options = ["--module", "nodenext", "--target", "es2022", "--strict", "--skipLibCheck", "--types", "node"]
    options += ["--typeRoots", str(port / "node_modules" / "@types")]
    for number, code in enumerate(found):
        (tmp_path / f"example{number}.ts").write_text(textwrap.dedent(code), encoding="utf-8")
    sources = [each.name for each in tmp_path.glob("*.ts")]
    built = _run(str(port / "node_modules" / ".bin" / "tsc"), *options, *sources, cwd=tmp_path)
    assert built.returncode == 0, built.stdout
    for number, code in enumerate(found):
        done = _run("node", f"example{number}.js", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.splitlines() == re.findall(r"^ *console\.log\(.*; // (.*)$", code, re.MULTILINE)


def test_the_page_is_true(port: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "typescript.md").read_text(encoding="utf-8")
    for language, comment in (("python", "#"), ("js", "//")):
        block = re.search(rf"```{language}\n{comment} (\S+)\n(.*?)```", page, re.DOTALL)
        assert block
        (tmp_path / block[1]).write_text(block[2], encoding="utf-8")
    setup = re.search(r"\((cd \S+) && npm ci && npm run build\)\n.*\n(npm install) \.\./(\S+)\n", page)
    assert setup
    assert ROOT / setup[1].removeprefix("cd ") == ROOT / setup[3] == port
    installed = _run(*setup[2].split(), "--offline", str(port), cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr
    programs = {"python": sys.executable, "node": shutil.which("node") or "node"}
    said = re.findall(r"```console\n\$ ((?:python|node) [^\n]*)\n(.*?)```", page, re.DOTALL)
    assert len(said) == 4
    for command, expected in said:
        program, *arguments = shlex.split(command)
        done = _run(programs[program], *arguments, cwd=tmp_path)
        killed = "Killed\n" if done.returncode == -9 else ""
        assert done.stdout + killed == expected, done.stderr
    with sqlite3.connect(tmp_path / "refunds.db") as file:
        rows = file.execute(
            "SELECT seq, kind, path, value FROM journal WHERE checkpoint_seq = 0 ORDER BY seq"
        ).fetchall()
    journal = re.search(r"```text\n(0\|run.started.*?)```", page, re.DOTALL)
    assert journal
    assert _lines(rows) == journal[1].splitlines()


def _lines(rows: list[tuple[object, ...]]) -> list[str]:
    return ["|".join("" if each is None else str(each) for each in row) for row in rows]
