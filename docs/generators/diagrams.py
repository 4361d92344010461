"""Draws what a thread consists of, from a recorded one: its checkpoints, its calls, and the order of its journal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from generators.timeline import LETTER

Thread = Mapping[str, Any]
Entry = Mapping[str, Any]
LINE, PAD, SPACE = 20, 10, 28


def figure(svg: str, caption: str) -> str:
    """Return a drawing as a figure with its caption, which can be scrolled with the keyboard where it is too wide."""
    return (
        f'<figure class="timeline"><div tabindex="0" role="group" aria-label="{escape(caption)}">{svg}</div>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def picture(parts: Iterable[str], width: float, height: float, words: str) -> str:
    """Return a drawing, with what it shows in words for those who cannot see it."""
    return (
        f'<svg class="timeline" role="img" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" xmlns="http://www.w3.org/2000/svg"><title>{escape(words)}</title>'
        f"{''.join(parts)}</svg>"
    )


def text(x: float, y: float, words: str, kind: str = "") -> str:
    """Return a line of text."""
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}">{escape(words)}</text>'


def box(x: float, y: float, width: float, height: float, kind: str) -> str:
    """Return a box with round corners."""
    return f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="5"/>'


def arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return an arrow to the right, or a plain line."""
    head = f'<path class="arrow" d="M{x2 - 7:.0f},{y2 - 4:.0f} L{x2:.0f},{y2:.0f} L{x2 - 7:.0f},{y2 + 4:.0f}"/>'
    return f'<line class="arrow" x1="{x1:.0f}" x2="{x2:.0f}" y1="{y1:.0f}" y2="{y2:.0f}"/>' + (head if x2 > x1 else "")


def room(lines: Iterable[str]) -> float:
    """Return how wide a box is that holds these lines."""
    return 2 * PAD + LETTER * max(map(len, lines))


# --- a thread -------------------------------------------------------------------------------------------------


def journal(thread: Thread) -> str:
    """Return a thread as a chain of checkpoints, with the journal of each run below the one that it began with."""
    columns = [(head(each["checkpoint"]), [entry(one) for one in each["entries"]]) for each in thread["checkpoints"]]
    deepest = max(len(entries) for _, entries in columns)
    parts: list[str] = []
    x = 1.0
    for place, (heading, entries) in enumerate(columns):
        width = room([*heading, *entries])
        tall = PAD + LINE * len(heading)
        parts.append(box(x, 1, width, tall, "checkpoint"))
        parts += [text(x + PAD, LINE * (line + 1), each) for line, each in enumerate(heading)]
        if entries:
            parts.append(box(x, tall + 8, width, PAD + LINE * len(entries), "journal"))
            parts += [text(x + PAD, tall + 8 + LINE * (line + 1), each) for line, each in enumerate(entries)]
        if place < len(columns) - 1:
            parts.append(arrow(x + width, 1 + tall / 2, x + width + SPACE, 1 + tall / 2))
        x += width + SPACE
    height = PAD + LINE * 2 + 8 + PAD + LINE * deepest + 2
    words = ". ".join("; ".join([" ".join(heading), *entries]) for heading, entries in columns)
    return picture(parts, x - SPACE + 2, height, f"{thread['thread_id']}: {words}.")


def head(checkpoint: Mapping[str, Any]) -> list[str]:
    """Return what a checkpoint's box says: its number and source, and its value."""
    kind = "input" if checkpoint["source"] == "input" else "value"
    return [
        f"checkpoint {checkpoint['seq']}: {checkpoint['source']}",
        f"{kind} {json.dumps(checkpoint.get(kind), ensure_ascii=False)}",
    ]


def entry(each: Entry) -> str:
    """Return a journal entry in a line.

    Example:
        >>> entry({"seq": 1, "kind": "task.completed", "path": "pay#0", "value": 10})
        '1 task.completed pay#0 = 10'
    """
    name = each.get("path") or (each["id"] if each["kind"].startswith("interrupt.") else "")
    value = f" = {json.dumps(each['value'], ensure_ascii=False)}" if "value" in each else ""
    return f"{each['seq']} {each['kind']}" + (f" {name}" if name else "") + value


# --- its calls ------------------------------------------------------------------------------------------------


def calls(entries: Sequence[Entry]) -> str:
    """Return the calls of a run as a tree of paths, in the order in which they appear."""
    paths = ordered([each["path"] for each in entries if "path" in each])
    wide = 0.0
    parts = [text(PAD, LINE, "the entrypoint's body")]
    lines: dict[str, float] = {"": LINE}
    for row, path in enumerate(paths, 1):
        outer, _, segment = path.rpartition("/")
        x, y = PAD + SPACE * (path.count("/") + 1), LINE * 1.6 * row + LINE
        lines[path] = y
        parts.append(f'<path class="arrow" d="M{x - SPACE / 2:.0f},{lines[outer] + 6:.0f} V{y - 5:.0f} H{x - 4:.0f}"/>')
        parts.append(text(x, y, segment, "strong"))
        column = PAD + SPACE * 4 + LETTER * 12
        parts.append(text(column, y, path))
        wide = max(wide, column + LETTER * len(path))
    return picture(parts, wide + PAD, LINE * 1.6 * (len(paths) + 1), "Calls by their paths: " + ", ".join(paths) + ".")


def ordered(paths: Sequence[str]) -> list[str]:
    """Return paths so that what is inside a call follows it.

    Example:
        >>> ordered(["b#0/a#0", "b#0", "a#0"])
        ['b#0', 'b#0/a#0', 'a#0']
    """
    outer = dict.fromkeys(path.partition("/")[0] for path in paths)
    found: list[str] = []
    for each in outer:
        inner = [path.partition("/")[2] for path in paths if path.startswith(f"{each}/")]
        found += [each, *(f"{each}/{path}" for path in ordered(inner))]
    return found


# --- the order of delivery ------------------------------------------------------------------------------------


def order(entries: Sequence[Entry]) -> str:
    """Return the places of a journal as columns and its scopes' calls as rows: the order in which outcomes are seen."""
    outcomes = [each for each in entries if each["kind"] in {"task.completed", "task.failed", "task.cancelled"}]
    rows = ordered([each["path"] for each in outcomes])
    left = PAD + LETTER * max(map(len, rows)) + PAD
    step = 46.0
    parts = list(grid(rows, left, left + step * len(outcomes), LINE * 1.8))
    for place, each in enumerate(outcomes):
        y = LINE * 1.8 * rows.index(each["path"])
        x = left + step * place
        parts.append(f'<g class="call executed">{box(x, y + 4, step - 8, LINE * 1.4, "")}')
        parts.append(text(x + step / 2 - 10, y + 4 + LINE, str(each["seq"])) + "</g>")
    words = ", then ".join(each["path"] for each in outcomes)
    return picture(parts, left + step * len(outcomes) + PAD, LINE * 1.8 * len(rows) + 4, f"Delivered: {words}.")


def grid(rows: Sequence[str], left: float, right: float, tall: float) -> Iterator[str]:
    """Yield the names of the rows, with a line each."""
    for place, name in enumerate(rows):
        y = tall * place
        yield text(PAD, y + 4 + LINE, name)
        yield f'<line class="rule" x1="{left:.0f}" x2="{right:.0f}" y1="{y + tall:.0f}" y2="{y + tall:.0f}"/>'
