"""A display of what runs now, for whoever sits in front of a terminal."""

from __future__ import annotations

import atexit
import contextlib
import sys
import threading
import time
from typing import Final

from taskpoint.errors import UsageError
from taskpoint.watching.events import CallEnded, CallRetried, Event, RunBegan, RunEnded
from taskpoint.watching.tally import InFlight, Tally, clock

try:
    from rich.console import Console
    from rich.errors import LiveError
    from rich.live import Live
    from rich.spinner import Spinner
    from rich.table import Table
    from rich.text import Text
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError("Progress needs rich: pip install 'taskpoint[progress]'", name=missing.name) from None

__all__ = ("Progress",)

_STYLES: Final = {"completed": "green", "interrupted": "yellow", "stopped": "yellow", "failed": "red"}
_MARKS: Final = {"completed": "✓", "interrupted": "?", "stopped": "■", "failed": "✗"}
_PLAIN_MARKS: Final = {"completed": "+", "interrupted": "?", "stopped": "#", "failed": "x"}
_PLAIN_SECONDS: Final = 10.0
"""How often a run that goes on says so where there is no terminal."""


class Progress:
    """A watcher that shows on a terminal what runs; needs ``pip install 'taskpoint[progress]'``.

    Each run in flight has a line with the calls that are done, replayed, failed and retried and the time that it
    takes, and below it its calls in flight. What has ended, and what has failed, stays above as a line. Where the
    output is no terminal there are plain lines: a run begins, a call fails, a run ends, and every ten seconds how far
    it is.

    Nothing has to be put right on the terminal after an error, Ctrl-C or even `kill -9`.

    Args:
        console: Where to show it; standard error if left out, so that the program's output can go elsewhere. Give the
            same console to a `rich.logging.RichHandler`, and log records stand above the display.
        calls: How many calls in flight are shown below each run.

    Raises:
        UsageError: `calls` is no number of lines.

    Example:
        >>> import sys
        >>> from rich.console import Console
        >>> from taskpoint import entrypoint, task
        >>> from taskpoint.watching import Progress
        >>> @task
        ... def double(n: int) -> int:
        ...     return 2 * n
        >>> @entrypoint
        ... def main(n: int) -> int:
        ...     return double(n).result()
        >>> main.invoke(2, watch=Progress(Console(file=sys.stdout)))  # a doctest is no terminal
        main began
        main completed: 1 done, 0:00
        4
    """

    def __init__(self, console: Console | None = None, *, calls: int = 5) -> None:
        if type(calls) is not int or calls < 0:
            raise UsageError("calls= is not a number of lines", hint="pass calls=5, or calls=0 for the runs alone")
        self._console = console or Console(stderr=True)
        self._calls = calls
        self._lock = threading.Lock()
        self._tallies: dict[str, Tally] = {}
        self._live: Live | None = None
        self._said = 0.0
        self._spinner = Spinner("line" if self._console.options.ascii_only else "dots")

    def __call__(self, event: Event) -> None:
        """Take an event into what is shown."""
        now, key = time.monotonic(), event.run.attempt_id
        with self._lock:
            if isinstance(event, RunBegan):
                self._tallies[key] = Tally(event.run, now)
            tally = self._tallies.get(key)
            if tally is None:
                return
            tally.take(event, now)
            if isinstance(event, RunEnded):
                del self._tallies[key]
        self._show(event, tally, now)

    # On a terminal

    def _show(self, event: Event, tally: Tally, now: float) -> None:
        if isinstance(event, RunBegan):
            self._start()
        if self._live is None:
            self._say(event, tally, now)
            return
        if isinstance(event, CallRetried) or (isinstance(event, CallEnded) and event.failure is not None):
            self._console.print(Text(f"  {tally.title()}: {_failed(event)}", "dim"), soft_wrap=True)
        elif isinstance(event, RunEnded):
            self._console.print(self._line_of_end(event, tally, now), soft_wrap=True)
            if not self._tallies:
                self._stop()

    def _start(self) -> None:
        console = self._console
        if self._live is not None or not console.is_terminal or console.is_dumb_terminal:
            return
        live = Live(
            console=console,
            get_renderable=self._lines,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=_is_terminal(sys.stdout),  # what goes into a file or a pipe goes on doing so
            redirect_stderr=_is_terminal(sys.stderr),
        )
        try:
            live.start()
        except LiveError:  # somebody else shows something here: there are lines instead
            return
        console.show_cursor(show=True)  # or who kills the process could not see it any more
        self._live = live
        atexit.register(self._stop)

    def _stop(self) -> None:
        live, self._live = self._live, None
        if live is not None:
            live.stop()
            atexit.unregister(self._stop)

    def _lines(self) -> Table:
        """Return a line for each run and for its calls, as many as there is room for."""
        now, most = time.monotonic(), max(1, self._console.size.height - 2)
        table = Table.grid(padding=(0, 1))
        for _ in range(3):
            table.add_column(no_wrap=True, overflow="ellipsis")
        table.add_column(no_wrap=True, justify="right", style="cyan")
        with self._lock:
            tallies = list(self._tallies.values())
            calls = min(self._calls, (most - len(tallies)) // max(1, len(tallies)))  # all runs have the same room
            for place, tally in enumerate(tallies):
                rest = len(tallies) - place
                if rest > 1 and table.row_count + 1 >= most:
                    table.add_row("", Text(f"and {rest} more runs", "dim"))
                    break
                counts = Text(tally.counts())
                table.add_row(self._spinner, Text(tally.title(), "bold"), counts, clock(now - tally.since))
                self._add_calls(table, tally, now, calls)
        return table

    @staticmethod
    def _add_calls(table: Table, tally: Tally, now: float, most: int) -> None:
        calls = list(tally.calls.items())
        shown = calls if len(calls) <= most else calls[: max(0, most - 1)]
        for path, call in shown:
            table.add_row("", Text(f"  {path}"), Text(_state(call), "dim"), clock(now - call.since))
        if len(shown) < len(calls) and most > 0:
            table.add_row("", Text(f"  and {len(calls) - len(shown)} more calls", "dim"))

    def _line_of_end(self, event: RunEnded, tally: Tally, now: float) -> Text:
        marks = _PLAIN_MARKS if self._console.options.ascii_only else _MARKS
        style = _STYLES[event.outcome]
        return Text.assemble((f"{marks[event.outcome]} ", style), _ended(event, tally, now))

    # Elsewhere

    def _say(self, event: Event, tally: Tally, now: float) -> None:
        text = None
        if isinstance(event, RunBegan):
            text = f"{tally.title()} {'resumed' if event.is_resumed else 'began'}"
        elif isinstance(event, RunEnded):
            text = _ended(event, tally, now)
        elif isinstance(event, CallRetried) or (isinstance(event, CallEnded) and event.failure is not None):
            text = f"{tally.title()}: {_failed(event)}"
        elif now - max(self._said, tally.since) >= _PLAIN_SECONDS:
            self._said = now
            text = f"{tally.title()}: {tally.counts()}, {clock(now - tally.since)}"
        if text is not None:
            self._console.print(Text(text), soft_wrap=True)


def _state(call: InFlight) -> str:
    if call.is_waiting:
        return f"waits for attempt {call.attempt + 1}"
    return "" if call.attempt == 1 else f"attempt {call.attempt}"


def _failed(event: CallRetried | CallEnded) -> str:
    failure = "" if event.failure is None else event.failure.type
    again = f", tried again in {event.delay:.1f} s" if isinstance(event, CallRetried) else ""
    return f"{event.path} failed with {failure}{again}"


def _ended(event: RunEnded, tally: Tally, now: float) -> str:
    end: str = event.outcome
    if event.failure is not None:
        end += f" with {event.failure.type}"
        end += "" if event.delay is None else f", tried again in {event.delay:.1f} s"
    elif event.interrupts:
        end += f", {event.interrupts} {'answer' if event.interrupts == 1 else 'answers'} to be given"
    return f"{tally.title()} {end}: {tally.counts()}, {clock(now - tally.since)}"


def _is_terminal(stream: object) -> bool:
    with contextlib.suppress(Exception):
        return bool(stream.isatty())  # type: ignore[attr-defined]  # pyright: ignore - it may be anything
    return False
