"""What the repository as a whole must be."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "conformance",
    "docs",
    "mkdocs.yml",
    "pyproject.toml",
    "pyref",
    "spec",
}


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a clone: there is no telling what is tracked")
    return [name for name in done.stdout.split("\0") if name]


def test_the_top_level_is_as_decided() -> None:
    assert {name.partition("/")[0] for name in tracked()} == TOP_LEVEL


# Classes of one character keep the patterns from finding themselves.
ADDRESSES = re.compile(r"py[p]i\.org|python[h]osted\.org|npm[j]s\.|deb[i]an\.org|extra-inde[x]-url|inde[x]-url")
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:wor[k]|roo[t]|hom[e]|opt|tm[p]/w)/\w")


@pytest.mark.parametrize("pattern", [ADDRESSES, MACHINE_PATHS], ids=["addresses", "paths"])
def test_nothing_tracked_names_a_registry_or_a_machine(pattern: re.Pattern[str]) -> None:
    found: list[str] = []
    for name in tracked():
        file = REPOSITORY / name
        text = file.read_bytes().decode("utf-8", errors="replace") if file.is_file() else ""
        found += [f"{name}: {match.group()}" for match in pattern.finditer(text)]
    assert found == []


def test_lock_files_are_of_ports_alone_and_name_no_registry() -> None:
    locks = [name for name in tracked() if re.search(r"(?:^|/)(?:[\w.-]+[.-])?lock(?:\.\w+)?$", name)]
    assert [name for name in locks if not name.startswith("conformance/ports/")] == []
    texts = {name: (REPOSITORY / name).read_text(encoding="utf-8") for name in locks}
    assert [name for name, text in texts.items() if re.search(r'"resolved"|registry|\.tgz', text)] == []


SET_UP = re.compile(r"^python3 -m venv \.venv && \.venv/bin/pip install .*$", re.MULTILINE)


def test_the_readme_has_the_commands_that_do_everything() -> None:
    ends = [command.rpartition(" && ")[2] for command in SET_UP.findall(README)]
    assert sorted(ends) == [
        ".venv/bin/pytest",
        ".venv/bin/python docs/build.py",
        ".venv/bin/taskpoint conformance run",
    ]


def test_ci_takes_the_commands_from_the_readme() -> None:
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in script
    assert "-m venv .venv && .venv/bin/pip install" not in script  # a copy would drift


def test_the_changelog_has_the_version() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{project['version']}]" in changelog
