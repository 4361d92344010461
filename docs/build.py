"""Builds the site: gathers the pages from where they are written, and lets mkdocs check and render them.

Pages keep their places, so that a link works in the repository and on the site alike.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "build" / "docs"
SOURCES = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/**/*.md",
    "spec/**/*.md",
    "spec/1.0/*.json",
    "spec/1.0/schema/*.json",
    "conformance/*.md",
    "conformance/mutants/README.md",
    "conformance/ports/typescript/README.md",
)
REQUIREMENT = re.compile(r"^(?=> \*\*(?P<area>[A-Z]{3})-(?P<number>[0-9]{3})\*\* )", re.MULTILINE)
TITLE = re.compile(r"^# (?P<title>.+)$", re.MULTILINE)


def gather() -> None:
    """Copy every page to its place below `build/docs`, and give every requirement an anchor."""
    shutil.rmtree(PAGES, ignore_errors=True)
    for pattern in SOURCES:
        for source in sorted(ROOT.glob(pattern)):
            target = PAGES / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix == ".md":
                target.write_text(anchored(source.read_text(encoding="utf-8")), encoding="utf-8")
            else:
                shutil.copyfile(source, target)
    decisions = PAGES / "spec" / "decisions"
    decisions.mkdir(parents=True, exist_ok=True)
    (decisions / "index.md").write_text(listing(decisions), encoding="utf-8")


def anchored(text: str) -> str:
    """Put an anchor before each requirement: `06-replay.html#rpl-003` leads to the rule."""
    return REQUIREMENT.sub(lambda m: f'<a id="{m["area"].lower()}-{m["number"]}"></a>\n\n', text)


def listing(decisions: Path) -> str:
    """Return a page that lists the decision records by their titles."""
    lines = ["# Decisions", "", "What was decided while the specification was built, and why.", ""]
    for record in sorted(decisions.glob("[0-9]*.md")):
        title = TITLE.search(record.read_text(encoding="utf-8"))
        lines.append(f"- [{title['title'] if title else record.stem}]({record.name})")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Build the site into `build/site`, and return mkdocs' exit code; any warning is an error."""
    gather()
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", str(ROOT / "mkdocs.yml")]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, env=environment, check=False).returncode  # noqa: S603 - a constant command


if __name__ == "__main__":
    sys.exit(main())
