"""The first page of the site: the README, with its example in tabs, and its journal in a picture."""

from __future__ import annotations

import re

from generators.markdown import front

TITLE = "Durable workflows as plain functions"
DESCRIPTION = (
    "Workflows that go on after a crash: what Taskpoint is, how to install it, and a demo that is killed and resumed."
)
SECTION = re.compile(r"(?m)^## (?P<title>.+)$")
EXAMPLE = "A workflow in ten lines"
CUT = "Three things lie here"
"""What comes after it is for those who have seen the example."""
INSTALL = re.compile(r"^(?P<command>.*pip install .*) && \S+taskpoint conformance run$", re.MULTILINE)


def page(readme: str, start: str) -> str:
    """Return the page.

    Args:
        readme: The README; its own form of the example, which has no tabs, is left out.
        start: The first steps, which have the example in all forms, and how to install.
    """
    lead, sections = parts(readme)
    _, first = parts(start)
    tabs = re.search(r"(?ms)^=== .*?^(?=\S)(?!===)", first["The same workflow in three forms"])
    example = ["Choose a form; the other pages remember it.", "", tabs[0].rstrip() if tabs else ""]
    lead, mark, rest = lead.partition(CUT)
    shown = {EXAMPLE: "\n".join(example), **{title: text for title, text in sections.items() if title != EXAMPLE}}
    shown["What lies here"] = mark + rest
    shown["Kill it"] += (
        "\n\nThis is what a journal holds after such a crash, drawn from a fixture of the suite:\n\n"
        "<!-- timeline: RPL-crash-after-commit -->"
    )
    lines = [*front(TITLE, DESCRIPTION), lead.rstrip()]
    for title, text in shown.items():
        lines += ["", f"## {title}", "", text.strip()]
    return "\n".join([*lines, ""])


def installation(readme: str) -> str:
    """Return the command that installs library and suite, as the README gives it.

    Raises:
        LookupError: It gives none.
    """
    found = INSTALL.search(readme)
    if found is None:
        raise LookupError("the README does not say how to install the suite")
    return found["command"]


def parts(text: str) -> tuple[str, dict[str, str]]:
    r"""Return what stands before the first section of a page, and its sections by title.

    Example:
        >>> parts("# A\n\nfirst\n\n## B\n\nsecond\n")
        ('# A\n\nfirst\n\n', {'B': '\n\nsecond\n'})
    """
    lead, *rest = SECTION.split(text)
    return lead, dict(zip(rest[::2], rest[1::2], strict=True))
