"""Makes a link of each rule, each fixture and each code that a page written by hand names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from os.path import relpath

from generators.rules import FENCE

from taskpoint_conformance.codes import CODES
from taskpoint_conformance.coverage import Coverage
from taskpoint_conformance.journal import OUTCOMES

NAMED = re.compile(
    r"\[(?P<label>[A-Z]{3}-\d{3})\]\([^)#]*\)"
    r"|(?P<other>\[[^\]]*\]\([^)]*\))"
    r"|`(?P<code>[^`]+)`"
    r"|\b(?P<rule>[A-Z]{3}-\d{3})\b"
)
UNTOUCHED = ("#", "<")
"""A heading has its own anchor, and a line of HTML its own links."""


def places(found: Coverage, errors: Iterable[str]) -> dict[str, str]:
    """Return where each rule, each fixture and each code has its place on the site, by its name.

    Args:
        found: The rules and the fixtures.
        errors: The codes of errors. One that is the kind of an entry, too, mostly means that, and is left out.
    """
    return {
        **{rule.id: f"spec/1.0/{rule.chapter}#{rule.id.lower()}" for rule in found.rules},
        **{each.id: f"conformance/catalogue/{each.id}.md" for each in found.fixtures},
        **{code: f"docs/reference/errors/{code}.md" for code in errors if code not in OUTCOMES},
        **{code: f"conformance/verdicts/{code}.md" for code in CODES},
    }


def linked(text: str, known: Mapping[str, str], folder: str) -> str:
    """Return a page with a link at each name that is no link yet; a link to a rule's chapter becomes one to the rule.

    Args:
        text: The page.
        known: The places, from the root of the site.
        folder: That of the page, from there too.

    Example:
        >>> linked("By ERR-023; see `RPL-x`.", {"ERR-023": "spec/7.md#err-023", "RPL-x": "c/RPL-x.md"}, "docs")
        'By [ERR-023](../spec/7.md#err-023); see [`RPL-x`](../c/RPL-x.md).'
    """

    def link(each: re.Match[str]) -> str:
        name = each["label"] or each["code"] or each["rule"]
        if name not in known:
            return each[0]
        shown = f"`{name}`" if each["code"] else name
        return f"[{shown}]({relpath(known[name], folder)})"

    lines: list[str] = []
    fenced = False
    for line in text.split("\n"):
        fenced ^= bool(FENCE.match(line))
        lines.append(line if fenced or line.startswith(UNTOUCHED) else NAMED.sub(link, line))
    return "\n".join(lines)
