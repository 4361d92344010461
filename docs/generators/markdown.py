"""What all generated pages need of Markdown."""

from __future__ import annotations

import json


def front(title: str, description: str) -> list[str]:
    """Return the front matter of a page: what its tab and a search engine show."""
    return ["---", f"title: {json.dumps(title)}", f"description: {json.dumps(description)}", "---", ""]


def cell(text: str) -> str:
    r"""Return a text as it can stand in a table.

    Example:
        >>> cell("a | b\nc")
        'a \\| b c'
    """
    return " ".join(text.split()).replace("|", "\\|")
