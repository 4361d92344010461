"""A driver's process: JSON lines over its standard input and output, and a kill that is checked."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import select
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import IO, Any, Final

from taskpoint_conformance import PROTOCOL
from taskpoint_conformance.copies import Copy
from taskpoint_conformance.errors import Broken, HarnessError
from taskpoint_conformance.schemas import answer_problem
from taskpoint_conformance.shapes import is_object

__all__ = ("Driver", "Event", "Inbox", "started")

_LINE_LIMIT: Final = 16 * 1024 * 1024
_STDERR_KEPT: Final = 16 * 1024
_STDERR_READS: Final = 16
_MESSAGES_KEPT: Final = 24


@dataclass(frozen=True, slots=True)
class Event:
    """A line from a driver, or the end of its output (both None)."""

    driver: Driver
    message: dict[str, Any] | None = None
    problem: str | None = None


Process = subprocess.Popen[bytes] | Copy
Inbox = queue.Queue[Event]
"""Bounded, so that a driver that floods us blocks on its pipe instead of filling the memory."""


def started(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a driver.

    Raises:
        HarnessError: There is no such command.
    """
    try:
        return subprocess.Popen(  # noqa: S603 - the command is the user's own
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise HarnessError(f"the driver cannot be started: {error}") from None


class Driver:
    """One process of a driver; `greet` waits for its hello."""

    def __init__(self, process: Process, inbox: Inbox) -> None:
        self.inbox = inbox
        self._ids = count(1)
        self._stderr = bytearray()
        self._stderr_open = True
        self._stderr_turn = threading.Lock()
        self.heard: deque[tuple[str, dict[str, Any]]] = deque(maxlen=_MESSAGES_KEPT)
        """The last messages: `>` to the driver, `<` from it."""
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.wait_status: int | None = None
        self.killed = False
        self._process = process
        self._threads = [
            threading.Thread(target=read, args=(stream,), daemon=True)
            for read, stream in (
                (self._read_lines, self._process.stdout),
                (self._read_stderr, self._process.stderr),
                (self._write_lines, self._process.stdin),
            )
        ]
        for thread in self._threads:
            thread.start()
        self._hello_id = self.request("hello", protocol=PROTOCOL, formats={"program": PROTOCOL})

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return not self.killed and self._process.poll() is None

    @property
    def stderr(self) -> str:
        """The last of what the driver wrote to its standard error, all that is in the pipe by now included."""
        self._drain_stderr()
        return self._stderr.decode(errors="replace")

    def greet(self, timeout: float) -> dict[str, Any]:
        """Return the driver's answer to the hello, which was sent when it started.

        Raises:
            Broken: It gave none in time, or one that is not of the protocol.
        """
        try:
            event = self.inbox.get(timeout=timeout)
        except queue.Empty:
            raise Broken("driver.timeout", f"the driver did not answer the hello within {timeout:g} s") from None
        if event.message is None:
            raise self.ended(event)
        if event.message.get("outcome") == "errored":
            raise Broken("driver.errored", f"the driver refuses the hello: {event.message.get('message')}")
        problem = answer_problem(event.message)
        if problem or event.message["outcome"] != "hello":
            raise Broken(
                "driver.hello", f"the driver's hello is not of protocol {PROTOCOL}: {problem or 'another outcome'}"
            )
        if event.message["id"] != self._hello_id:
            raise Broken("driver.protocol", "the driver's hello answers another id")
        return event.message

    def ended(self, event: Event) -> Broken:
        """Return the error for an event that is no message."""
        if event.problem:
            return Broken("driver.protocol", event.problem)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait_status = self._process.wait(timeout=2)
        return Broken("driver.died", f"the driver ended by itself ({_status(self.wait_status)})")

    def request(self, operation: str, **members: Any) -> int:
        """Send a request and return its id."""
        identifier = next(self._ids)
        self.send({"id": identifier, "op": operation, **members})
        return identifier

    def send(self, message: dict[str, Any]) -> None:
        """Send one line, without waiting: a driver that does not read must not stop us from listening."""
        self.heard.append((">", message))
        self._outbox.put(
            json.dumps(message, ensure_ascii=False, allow_nan=False).encode("utf-8", "surrogatepass") + b"\n"
        )

    def kill(self) -> None:
        """Kill the process with SIGKILL and make sure that this is what ended it.

        Raises:
            Broken: It had ended by itself.
        """
        self.killed = True
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self.wait_status = self._process.wait(timeout=10)
        self._drop_pipes()
        if self.wait_status != -signal.SIGKILL:
            raise Broken("driver.died", f"the driver was gone before it was killed ({_status(self.wait_status)})")

    def discard(self) -> None:
        """End the process in any way, without a word."""
        with contextlib.suppress(Broken, subprocess.TimeoutExpired):
            if not self.killed:
                self.kill()

    def stop(self, timeout: float) -> int | None:
        """Ask the driver to exit and return its status, None where it did not in time (it is killed then)."""
        self.request("stop")
        try:
            self.wait_status = self._process.wait(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.discard()
            return None
        self.killed = True
        self._drop_pipes()
        return self.wait_status

    def end_input(self) -> None:
        """Close the driver's standard input."""
        self._outbox.put(None)
        self._threads[-1].join()
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()

    def _drop_pipes(self) -> None:
        self._outbox.put(None)
        for thread in self._threads:
            thread.join()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def _write_lines(self, stream: IO[bytes]) -> None:
        with contextlib.suppress(BrokenPipeError):  # that the driver is gone is seen by whoever reads
            while (line := self._outbox.get()) is not None:
                stream.write(line)
                stream.flush()

    def _put(self, event: Event) -> None:
        while not self.killed:
            with contextlib.suppress(queue.Full):
                self.inbox.put(event, timeout=0.1)
                return

    def _read_lines(self, stream: IO[bytes]) -> None:
        while line := stream.readline(_LINE_LIMIT):
            message, problem = _parse(line)
            if message is not None:
                self.heard.append(("<", message))
            self._put(Event(self, message, problem))
            if problem or self.killed:
                return
        self._put(Event(self))

    def _read_stderr(self, stream: IO[bytes]) -> None:
        while self._stderr_open:
            select.select([stream], [], [])
            self._drain_stderr()

    def _drain_stderr(self) -> None:
        """Read what is there, without waiting: the thread that listens may not have had its turn yet."""
        stream = self._process.stderr
        with self._stderr_turn:
            for _ in range(_STDERR_READS):  # a driver that floods us must not hold us here
                if stream is None or not self._stderr_open or not select.select([stream], [], [], 0)[0]:
                    return
                chunk = os.read(stream.fileno(), 65536)
                self._stderr_open = bool(chunk)
                self._stderr += chunk
                del self._stderr[:-_STDERR_KEPT]


def _parse(line: bytes) -> tuple[dict[str, Any] | None, str | None]:
    if len(line) >= _LINE_LIMIT:
        return None, f"the driver wrote a line of {_LINE_LIMIT} bytes or more"
    try:
        message: Any = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None, f"the driver wrote a line that is no JSON in UTF-8: {line[:120]!r}"
    if not is_object(message):
        return None, f"the driver wrote a line that is no object: {line[:120]!r}"
    return message, None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _status(status: int | None) -> str:
    if status is None:
        return "its output is closed"
    return f"signal {-status}" if status < 0 else f"exit status {status}"
