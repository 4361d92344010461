"""The display on a real terminal, and the lines where there is none."""

import fcntl
import io
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from rich.console import Console

from taskpoint import Command, InMemorySaver, RetryPolicy, UsageError, entrypoint, gather, interrupt, task
from taskpoint.watching import CallBegan, CallEnded, CallRetried, Failure, Progress, RunBegan, RunInfo, progress
from taskpoint.watching.tally import Tally

WORKER = Path(__file__).with_name("progress_worker.py")
AT = "2026-01-02T03:04:05.000000Z"
ROWS, COLUMNS = 12, 80


class Terminal:
    """A process on a terminal of its own, and what stands on its screen."""

    def __init__(self, folder, mode="", stdout=None, **environment):
        pyte = pytest.importorskip("pyte", reason="pyte comes with the extra [test]")
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self._go = folder / "go"
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            if stdout is not None:
                os.dup2(os.open(stdout, os.O_WRONLY | os.O_CREAT), 1)
            known = {"TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **environment}
            os.execve(sys.executable, [sys.executable, str(WORKER), str(self._go), mode], {**os.environ, **known})
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    @property
    def lines(self):
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def _read(self):
        """Read what there is; tell whether there may be more."""
        if select.select([self._terminal], [], [], 0.05)[0]:
            try:
                data = os.read(self._terminal, 65536)
            except OSError:  # that is how a terminal ends
                return False
            self._stream.feed(data)
            return bool(data)
        return True

    def until(self, *texts):
        """Read until all of these stand on the screen."""
        end = time.monotonic() + 60
        while not all(any(text in line for line in self.lines) for text in texts):
            assert self._read(), self.lines
            assert time.monotonic() < end, self.lines

    def go(self):
        self._go.touch()
        return self.end()

    def end(self):
        """Read to the end, and return how it ended."""
        while self._read():
            pass
        return os.waitpid(self.pid, 0)[1]


HELD = ("main ([red]t-1)", "2 done, 1 retried", "hold#0")


def test_a_terminal_shows_what_runs_and_is_clean_afterwards(tmp_path):
    terminal = Terminal(tmp_path)
    terminal.until(*HELD)
    shown = terminal.lines
    assert shown[0] == "printed by the workflow"  # above the display, not in it
    assert shown[1] == "  main ([red]t-1): quick#0 failed with ConnectionError, tried again in 0.0 s"
    assert len(shown) == 4
    assert terminal.go() == 0
    assert terminal.lines[:2] == shown[:2]
    assert terminal.lines[2].startswith("✓ main ([red]t-1) completed: 3 done, 1 retried, 0:")
    assert terminal.lines[3:] == ["the end"]
    assert not terminal.screen.cursor.hidden


def test_a_failed_run_leaves_a_line(tmp_path):
    terminal = Terminal(tmp_path, "fail")
    terminal.until(*HELD)
    assert terminal.go() == 0
    assert terminal.lines[2] == "  main ([red]t-1): hold#0 failed with ValueError"
    assert terminal.lines[3].startswith("✗ main ([red]t-1) failed with ValueError: 2 done, 1 failed, 1 retried, 0:")
    assert terminal.lines[4:] == ["caught", "the end"]
    assert "canary" not in "".join(terminal.lines)


def test_ctrl_c_leaves_a_line_and_a_clean_terminal(tmp_path):
    terminal = Terminal(tmp_path)
    terminal.until(*HELD)
    os.kill(terminal.pid, signal.SIGINT)
    assert os.waitstatus_to_exitcode(terminal.end()) in {-signal.SIGINT, 1}
    assert "KeyboardInterrupt" in terminal.lines[-1]
    assert not any("hold#0" in line for line in terminal.lines)
    assert not terminal.screen.cursor.hidden


@pytest.mark.parametrize("fatal", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_process_leaves_a_terminal_that_works(tmp_path, fatal):
    terminal = Terminal(tmp_path)
    terminal.until(*HELD)
    os.kill(terminal.pid, fatal)
    assert os.waitstatus_to_exitcode(terminal.end()) == -fatal
    assert not terminal.screen.cursor.hidden


def test_what_is_printed_into_a_file_stays_there(tmp_path):
    output = tmp_path / "output"
    terminal = Terminal(tmp_path, stdout=output)
    terminal.until(*HELD)
    assert terminal.go() == 0
    assert output.read_text() == "printed by the workflow\nthe end\n"
    assert not any("printed" in line for line in terminal.lines)


def test_a_dumb_terminal_gets_lines(tmp_path):
    terminal = Terminal(tmp_path, TERM="dumb")
    terminal.until("main ([red]t-1) began")
    assert terminal.go() == 0
    assert terminal.lines[-2].startswith("main ([red]t-1) completed: 3 done, 1 retried, 0:")


# Elsewhere


@task
def one(n):
    return n


@task(retry_policy=RetryPolicy(initial_interval=0.001))
def failing(n):
    raise ConnectionError("canary-0d1c")


def plain(**options):
    output = io.StringIO()
    return output, Progress(Console(file=output, **options))


def test_a_file_gets_lines():
    output, watcher = plain()

    @entrypoint(checkpointer=InMemorySaver(), watch=watcher)
    def flow(n):
        one(1).result()
        return interrupt("?") + failing(1).result()

    flow.invoke(1, {"run_name": "nightly"}, thread_id="t")
    with pytest.raises(ConnectionError):
        flow.invoke(Command(resume=1), thread_id="t")
    assert output.getvalue().splitlines() == [
        "nightly (t) began",
        "nightly (t) interrupted, 1 answer to be given: 1 done, 0:00",
        "flow (t), attempt 2 resumed",
        "flow (t), attempt 2: failing#0 failed with ConnectionError, tried again in 0.0 s",
        "flow (t), attempt 2: failing#0 failed with ConnectionError, tried again in 0.0 s",
        "flow (t), attempt 2: failing#0 failed with ConnectionError",
        "flow (t), attempt 2 failed with ConnectionError: 0 done, 1 replayed, 1 failed, 2 retried, 0:00",
    ]


def test_a_file_hears_now_and_then_how_far_a_long_run_is(monkeypatch):
    monkeypatch.setattr(progress, "_PLAIN_SECONDS", 0.0)
    output, watcher = plain()
    entrypoint("flow", lambda n: one(1).result()).invoke(1, watch=watcher)
    assert output.getvalue().splitlines() == [
        *("flow began", "flow: 0 done, 0:00", "flow: 1 done, 0:00", "flow completed: 1 done, 0:00")
    ]


def test_lines_are_not_broken_and_names_are_no_markup():
    output, watcher = plain(width=20)
    entrypoint("flow", lambda n: n).invoke(1, {"run_name": "[bold]" + "x" * 40}, watch=watcher)
    assert output.getvalue().splitlines()[0] == f"[bold]{'x' * 40} began"


# What is on the screen


def shown(watcher, console):
    with console.capture() as capture:
        console.print(watcher._lines())
    return [line.rstrip() for line in capture.get().splitlines()]


def watching(runs, each, **options):
    """A display of so many runs with so many calls each; nothing ticks, nothing is written."""
    console = Console(file=io.StringIO(), force_terminal=False, width=60, height=10)
    watcher = Progress(console, **options)
    for number in range(runs):
        run = RunInfo("flow", f"t{number}", None, f"r{number}", 1, f"a{number}")
        watcher(RunBegan(run, AT, (), None))
        for call in range(each):
            watcher(CallBegan(run, AT, (), f"one#{call}", "one", "task", 1))
    return shown(watcher, console)


def test_few_runs_and_calls_are_all_shown():
    lines = watching(2, 2)
    assert [line[1:].split() for line in lines] == [
        *(["flow", "(t0)", "0", "done", "0:00"], ["one#0", "0:00"], ["one#1", "0:00"]),
        *(["flow", "(t1)", "0", "done", "0:00"], ["one#0", "0:00"], ["one#1", "0:00"]),
    ]


@pytest.mark.parametrize(("runs", "calls"), [(1, 1000), (50, 3), (9, 1), (3, 5)])
def test_no_more_is_shown_than_there_is_room_for(runs, calls):
    lines = watching(runs, calls, calls=20)
    assert len(lines) <= 9
    assert any("more" in line for line in lines)


def test_runs_alone_can_be_shown():
    assert len(watching(2, 5, calls=0)) == 2


@pytest.mark.parametrize("calls", [-1, 2.5, True, "5"])
def test_a_number_of_calls_is_a_number(calls):
    with pytest.raises(UsageError) as caught:
        Progress(calls=calls)
    assert caught.value.code == "usage.option_invalid"


def test_what_is_tried_again_begins_again_inside():
    run = RunInfo("flow", None, None, "r", 1, "a")
    tally = Tally(run, 0.0)
    tally.take(CallBegan(run, AT, (), "outer#0", "outer", "task", 1), 1.0)
    tally.take(CallBegan(run, AT, (), "outer#0/one#0", "one", "task", 1), 2.0)
    tally.take(CallRetried(run, AT, (), "outer#0", "outer", "task", 1, Failure("X", None), 1.0), 3.0)
    assert {path: call.is_waiting for path, call in tally.calls.items()} == {"outer#0": True}
    tally.take(CallBegan(run, AT, (), "outer#0", "outer", "task", 2), 4.0)
    assert [(call.since, call.attempt, call.is_waiting) for call in tally.calls.values()] == [(1.0, 2, False)]
    tally.take(CallEnded(run, AT, (), "outer#0", "outer", "task", "cancelled", 2, False, None, 0.0), 5.0)
    assert (tally.calls, tally.counts()) == ({}, "0 done, 1 retried, 1 cancelled")


def test_displays_and_threads_do_not_get_in_each_others_way(caplog):
    """Two on one console, runs in many threads; what is done is as without."""
    output = io.StringIO()
    console = Console(file=output, force_terminal=True, width=80, height=20)
    flow = entrypoint("flow", lambda n: sum(gather(*[one(i) for i in range(n)])))
    both = [Progress(console), Progress(console)]
    assert flow.with_options(watch=both).batch([20] * 6) == [190] * 6
    assert output.getvalue().count("completed: 20 done") == 12
    assert caplog.records == []
    assert output.getvalue().rindex("\x1b[?25h") > output.getvalue().rindex("\x1b[?25l")


def test_without_the_extra_the_error_says_what_to_do():
    code = "import sys; sys.modules['rich'] = None; from taskpoint.watching import Logs, Progress"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert "pip install 'taskpoint[progress]'" in done.stderr.splitlines()[-1]
