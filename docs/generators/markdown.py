"""What all generated pages need of Markdown."""

from __future__ import annotations

import json
import re

MARKUP = re.compile(r"!?\[(?P<label>[^\]]*)\]\([^)]*\)|[*`]|<!--.*?-->")
LOOKED_UP = 0.3
"""The weight in the search of what is looked up by name: it mentions most words that guides explain."""
SOUGHT = 4
"""The weight of what is sought by words that half of the site has, such as "driver" and "go"."""
UNSEARCHED = "{ data-search-exclude }"
"""Behind a heading: programs, journals and tables are all alike; who searches means the sentences above them."""
LONGEST = 160
"""What a search engine shows of a description."""


def front(title: str, description: str, boost: float | None = None) -> list[str]:
    """Return the front matter of a page: what its tab and a search engine show, and its weight in the search."""
    told = {"title": title, "description": description}
    lines = [f"{name}: {json.dumps(each, ensure_ascii=False)}" for name, each in told.items()]
    weight = [] if boost is None else ["search:", f"  boost: {boost}"]
    return ["---", *lines, *weight, "---", ""]


def cell(text: str) -> str:
    r"""Return a text as it can stand in a table.

    Example:
        >>> cell("a | b\nc")
        'a \\| b c'
    """
    return " ".join(text.split()).replace("|", "\\|")


def described(text: str, number: str = "") -> str:
    r"""Return a page with its heading and as much of its first paragraph as fits in the front matter.

    Args:
        text: The page.
        number: What stands before its title, such as a chapter's number.

    Example:
        >>> print(described("# A\n\nHow does **it** [work](b.md)?\nWell.\n\nMore.\n"))
        ---
        title: "A"
        description: "How does it work? Well."
        ---
        <BLANKLINE>
        # A
        <BLANKLINE>
        How does **it** [work](b.md)?
        Well.
        <BLANKLINE>
        More.
        <BLANKLINE>
    """
    first = next((each for each in text.split("\n\n") if re.match(r"[\w`\[]|\*\*", each)), "")
    plain = MARKUP.sub(lambda found: found["label"] or "", " ".join(first.split()))
    sentences = re.split(r"(?<=[.?!]) ", plain)
    shown = sentences[0]
    for each in sentences[1:]:
        if len(f"{shown} {each}") > LONGEST:
            break
        shown = f"{shown} {each}"
    heading = re.search(r"(?m)^# (.+)$", text)
    return "\n".join([*front(number + (heading[1] if heading else ""), shown), text])
