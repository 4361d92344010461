"""Puts pictures and tables of other pages into pages that are written by hand, where a comment asks for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

MARK = re.compile(r"^<!-- (?P<kind>timeline|journal|calls|order|excerpt): (?P<name>\S+) -->$", re.MULTILINE)


def filled(text: str, makers: Mapping[str, Callable[[str], str]]) -> str:
    """Return a page with each mark replaced by what its maker gives for its name.

    Args:
        text: The page.
        makers: By kind of mark, the function that draws.

    Example:
        >>> filled("<!-- timeline: RPL-keyed -->", {"timeline": lambda name: f"({name})"})
        '(RPL-keyed)'
    """
    return MARK.sub(lambda found: makers[found["kind"]](found["name"]), text)


def table(text: str) -> str:
    r"""Return the first table of a page.

    Example:
        >>> table("# A\n\n| a |\n|---|\n| 1 |\n\nmore\n")
        '| a |\n|---|\n| 1 |'
    """
    lines = text.splitlines()
    begin = next(place for place, line in enumerate(lines) if line.startswith("|"))
    end = next((place for place in range(begin, len(lines)) if not lines[place].startswith("|")), len(lines))
    return "\n".join(lines[begin:end])
