"""What the README and the first steps show works as shown."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

import pytest

import taskpoint
from taskpoint import InMemorySaver, entrypoint, task
from taskpoint.testing import simulated

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
START = (REPOSITORY / "docs" / "start.md").read_text(encoding="utf-8")
DOCS = REPOSITORY / "docs"
OTHERS = [
    path.read_text(encoding="utf-8")
    for path in (DOCS / "from-langgraph.md", DOCS / "watching.md", *sorted((DOCS / "guides").glob("*.md")))
]
PAGES = (README, START, *OTHERS)
PYTHON = re.compile(r"^(?P<indent> *)```python\n(?P<code>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
SPEC = [path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "spec" / "1.0").glob("*.md"))]
DEMO = re.search(r"^cat > demo\.py <<'(?P<end>\w+)'\n(?P<code>.*?)^(?P=end)$", README, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("code", [textwrap.dedent(code) for page in PAGES for _, code in PYTHON.findall(page)])
def test_examples_do_what_they_say(code: str, tmp_path: Path) -> None:
    """Each `print(...)  # text` prints that text; nothing else is said, but by a display of progress."""
    if "langchain_core" in code:
        pytest.importorskip("langchain_core", reason="LangChain is not installed: pip install -e '.[compare]'")
    script = tmp_path / "example.py"
    script.write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, bool(done.stderr)) == (0, "Progress(" in code), done.stderr
    assert done.stdout.splitlines() == re.findall(r"^print\(.*  # (.*)$", code, re.MULTILINE)


@pytest.mark.parametrize("code", [textwrap.dedent(code) for page in SPEC for _, code in PYTHON.findall(page)])
def test_the_fragments_of_the_chapters_run_inside_a_run(code: str) -> None:
    """They are no programs: what they name is given to them, and nothing else is."""
    given = {name: getattr(taskpoint, name) for name in taskpoint.__all__}
    given |= {"saver": InMemorySaver(), "timedelta": timedelta, "url": "a"}
    given |= {name: task(name, lambda it: it) for name in ("fetch", "price", "pay") if f"def {name}(" not in code}
    with simulated():
        entrypoint("main", lambda _: exec(code, given)).invoke(0)


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "demo.py"], cwd=folder, stdout=subprocess.PIPE, text=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demo, with payments that take no time."""
    assert DEMO is not None
    (tmp_path / "demo.py").write_text(DEMO["code"].replace("time.sleep(1)", "time.sleep(0)"), encoding="utf-8")
    return tmp_path


RECEIPTS = str([f"receipt {number}" for number in range(1, 6)])
CHARGING = re.compile(r"charging ([0-9]) with key \S{8} \.\.\.")


@pytest.mark.parametrize("fatal", range(1, 6))
def test_the_demo_goes_on_where_it_was_killed(folder: Path, fatal: int) -> None:
    """The process is killed while payment number `fatal` is in flight: exactly this one is made again, with its key."""
    script = folder / "demo.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("time.sleep(0)", f"time.sleep(600 * (number == {fatal}))"), encoding="utf-8")
    with start(folder) as process:
        assert process.stdout is not None
        before = [process.stdout.readline().strip() for _ in range(fatal)]
        process.kill()
    assert process.returncode == -signal.SIGKILL

    script.write_text(text, encoding="utf-8")
    with start(folder) as process:
        *after, receipts = process.communicate(timeout=60)[0].splitlines()
    assert process.returncode == 0
    assert receipts == RECEIPTS
    assert before[-1] == after[0]
    charged = [match[1] for line in before + after[1:] if (match := CHARGING.fullmatch(line))]
    assert charged == ["1", "2", "3", "4", "5"]
    assert len(set(before + after)) == 5  # each payment has a key of its own


def test_the_demo_is_done_when_it_is_done(folder: Path) -> None:
    for _ in range(2):
        with start(folder) as process:
            *charged, last = process.communicate(timeout=60)[0].splitlines()
        assert (process.returncode, last) == (0, RECEIPTS)
    assert charged == []
