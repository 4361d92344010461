"""Lists the pages of the site in `llms.txt`, for readers that are programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

DESCRIPTION = re.compile(r"^description: (?P<text>\".*\")$", re.MULTILINE)
TITLE = re.compile(r"^# (?P<title>.+)$", re.MULTILINE)


def listing(settings: Mapping[str, Any], pages: Path) -> str:
    """Return the list: a section for each group of the navigation, a line for each page with what it is about.

    Args:
        settings: What `mkdocs.yml` holds.
        pages: The folder in which the pages were gathered.
    """
    lines = [f"# {settings['site_name']}", "", f"> {settings['site_description']}"]
    return "\n".join([*lines, *entries(settings["nav"], pages), ""])


def entries(nav: list[Any], pages: Path) -> Iterator[str]:
    """Yield the lines of a part of the navigation; what is nested comes under its own heading."""
    for item in nav:
        name, target = next(iter(item.items())) if isinstance(item, dict) else (None, item)
        if isinstance(target, list):
            yield from ("", f"## {name}", "", *entries(target, pages))
        else:
            text = (pages / target).read_text(encoding="utf-8")
            found, told = TITLE.search(text), DESCRIPTION.search(text)
            about = f": {json.loads(told['text'])}" if told else ""
            yield f"- [{name or (found['title'] if found else target)}]({address(target)}){about}"


def address(page: str) -> str:
    """Return where a page of the sources lies on the site.

    Example:
        >>> address("README.md"), address("docs/start.md")
        ('index.html', 'docs/start.html')
    """
    path = Path(page)
    return path.with_name("index.html" if path.name == "README.md" else f"{path.stem}.html").as_posix()
