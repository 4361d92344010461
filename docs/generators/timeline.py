"""Draws a run's journal: a row for each attempt, a bar for each call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

ENDS = {
    "run.completed": "completed",
    "run.failed": "failed",
    "run.interrupted": "interrupted",
    "run.stopped": "stopped",
}
CALLS = {
    "task.completed": "executed",
    "task.failed": "failed",
    "task.cancelled": "cancelled",
    "interrupt.raised": "interrupted",
}
MEANINGS = {
    "executed": "its code ran, and its result was recorded",
    "replayed": "recorded by an earlier attempt: returned without running",
    "failed": "its code ran and failed",
    "cancelled": "it was cancelled",
    "interrupted": "it asked a question, and the run waits",
    "answered": "its question was answered",
    "killed": "no end was recorded: the process died, or its last write failed",
}
SIGNS = {"executed": "", "replayed": "↺ ", "failed": "✕ ", "cancelled": "⊘ ", "interrupted": "? ", "answered": "✓ "}
MOST = 24
ROW, BAR, GAP, LEFT, END, LETTER = 40, 26, 8, 92, 112, 7.85


@dataclass(slots=True)
class Attempt:
    """One attempt of a run: what became of each call, in order, and how it ended."""

    number: int | None
    calls: dict[str, str] = field(default_factory=dict)
    end: str = "killed"


def attempts(entries: Iterable[Mapping[str, Any]]) -> list[Attempt]:
    """Return the attempts that a checkpoint's entries tell of.

    Example:
        >>> journal = [
        ...     {"kind": "run.started", "attempt_id": "a", "attempt": 1},
        ...     {"kind": "task.completed", "attempt_id": "a", "path": "pay#0"},
        ...     {"kind": "run.resumed", "attempt_id": "b", "attempt": 2},
        ...     {"kind": "run.completed", "attempt_id": "b"},
        ... ]
        >>> [(each.calls, each.end) for each in attempts(journal)]
        [({'pay#0': 'executed'}, 'killed'), ({'pay#0': 'replayed'}, 'completed')]
    """
    found: dict[str, Attempt] = {}
    recorded: dict[str, str] = {}
    for entry in entries:
        kind, owner = entry["kind"], entry["attempt_id"]
        if owner not in found:
            for path in entry.get("rerun", []):
                recorded.pop(path, None)
            found[owner] = Attempt(entry.get("attempt"), dict(visible(recorded)))
        attempt = found[owner]
        if kind in ENDS:
            attempt.end = ENDS[kind]
            for path in entry.get("orphans", []):
                attempt.calls.pop(path if isinstance(path, str) else path["path"], None)
            for asked in entry.get("interrupts", []):
                attempt.calls.setdefault(asked, "interrupted")
        elif kind in CALLS:
            call = entry.get("path") or entry["id"]
            attempt.calls[call] = CALLS[kind]
            recorded[call] = "interrupted" if kind == "interrupt.raised" else "replayed"
        elif kind == "interrupt.answered":
            attempt.calls[entry["id"]] = recorded[entry["id"]] = "answered"
    return list(found.values())


def visible(recorded: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the calls that a new attempt gets from the journal: nothing inside a call that is over (RPL-005)."""
    over = {path for path, state in recorded.items() if state == "replayed"}
    for path, state in recorded.items():
        parts = path.split("/")
        if state != "interrupted" and not any("/".join(parts[:depth]) in over for depth in range(1, len(parts))):
            yield path, state


def spoken(rows: Sequence[Attempt]) -> str:
    """Return the picture in words, for those who cannot see it."""
    lines: list[str] = []
    for place, row in enumerate(rows, 1):
        said = [f"{short(call)} {state}" for call, state in row.calls.items()]
        more = [f"and {len(said) - MOST} more"] if len(said) > MOST else []
        calls = ", ".join(said[:MOST] + more) or "no calls"
        lines.append(f"Attempt {row.number or place}: {calls}; {ended(row)}.")
    return " ".join(lines)


def ended(row: Attempt) -> str:
    """Return how an attempt ended, in words."""
    return "no end recorded" if row.end == "killed" else f"run {row.end}"


def svg(rows: Sequence[Attempt]) -> str:
    """Return the picture, coloured by the classes of the site's style sheet."""
    calls = list(dict.fromkeys(call for row in rows for call in row.calls))
    shown = calls[:MOST]
    starts: dict[str, float] = {}
    x = float(LEFT)
    for call in shown:
        starts[call] = x
        x += width(call) + GAP
    more = f"and {len(calls) - MOST} more" if len(calls) > MOST else ""
    right = x + (LETTER * len(more) + GAP if more else 0)
    height = ROW * len(rows) + GAP
    words = escape(spoken(rows))
    parts = [
        (
            f'<svg class="timeline" role="img" viewBox="0 0 {right + END:.0f} {height}" width="{right + END:.0f}" '
            f'height="{height}" xmlns="http://www.w3.org/2000/svg"><title>{words}</title>'
        )
    ]
    for place, row in enumerate(rows):
        y = GAP + place * ROW
        parts.append(f'<text x="0" y="{y + 18}">attempt {row.number or place + 1}</text>')
        parts += [bar(call, state, starts[call], y) for call, state in row.calls.items() if call in starts]
        if more:
            parts.append(f'<text x="{x:.0f}" y="{y + 18}">{more}</text>')
        label = "✕ no end" if row.end == "killed" else row.end
        parts.append(
            f'<line class="end {row.end}" x1="{right:.0f}" x2="{right:.0f}" y1="{y - 3}" y2="{y + BAR + 3}"/>'
            f'<text class="end {row.end}" x="{right + GAP:.0f}" y="{y + 18}">{label}</text>'
        )
    return "".join([*parts, "</svg>"])


def bar(call: str, state: str, x: float, y: float) -> str:
    """Return a call's bar, with its meaning where the mouse rests on it."""
    return (
        f'<g class="call {state}"><title>{escape(call)}: {MEANINGS[state]}</title>'
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{width(call):.0f}" height="{BAR}" rx="4"/>'
        f'<text x="{x + 8:.0f}" y="{y + 18:.0f}">{SIGNS[state]}{escape(short(call))}</text></g>'
    )


def short(call: str) -> str:
    """Return a call's path as it fits on a bar: its end says the most.

    Example:
        >>> short("a" * 40 + "/pay#0")
        '…aaaaaaaaaaaaaaaaaaaaa/pay#0'
    """
    return call if len(call) <= 28 else "…" + call[-27:]


def width(call: str) -> float:
    """Return how wide a call's bar is."""
    return 16 + LETTER * (len(short(call)) + 2)


def figure(entries: Sequence[Mapping[str, Any]], caption: str) -> str:
    """Return the picture of one run as a figure with its caption and a legend of what it shows."""
    rows = attempts(entries)
    states = dict.fromkeys(state for row in rows for state in (*row.calls.values(), row.end) if state in MEANINGS)
    legend = "".join(
        f'<li><span class="key {state}"></span><b>{state}</b>: {meaning}</li>'
        for state, meaning in MEANINGS.items()
        if state in states
    )
    return (
        f'<figure class="timeline"><div tabindex="0" role="group" aria-label="{escape(caption)}">{svg(rows)}</div>'
        f"<figcaption>{escape(caption)}<ul>{legend}</ul></figcaption></figure>"
    )
