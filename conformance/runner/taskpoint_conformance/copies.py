"""Processes of a driver that copies itself: a kill then costs a fork instead of a start (CNF-013)."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
from collections import deque
from collections.abc import Sequence
from typing import IO

from taskpoint_conformance.errors import Broken

__all__ = ("Copy", "Original", "can_copy")


def can_copy() -> bool:
    """Return whether file descriptors can be handed to another process here."""
    return hasattr(socket, "send_fds") and hasattr(socket, "AF_UNIX")


class Copy:
    """One process, as `subprocess.Popen` has them."""

    def __init__(self, stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes]) -> None:
        self.pid = 0
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self._status: int | None = None
        self._began = threading.Event()
        self._ended = threading.Event()

    def poll(self) -> int | None:
        """Return how the process ended: its exit status, or the signal below zero; None while it runs."""
        return self._status

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end and return the same.

        Raises:
            subprocess.TimeoutExpired: It still runs.
        """
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired("copy", timeout or 0)
        return self._status or 0

    def has_begun(self, timeout: float) -> bool:
        """Wait until it is known whether the process runs, and return it."""
        return self._began.wait(timeout) and bool(self.pid)

    def begin(self, pid: int) -> None:
        """Note that the process runs, or with 0 that it never will."""
        self.pid = pid
        self._began.set()

    def end(self, status: int) -> None:
        """Note that the process has ended."""
        self._status = status
        self._ended.set()


class Original:
    """A process of the driver that does nothing but make copies of itself; the first has to wait for its start."""

    def __init__(self, command: Sequence[str], start: float) -> None:
        self._start = start
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - the command is the user's own
                [*command, "copies"], stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
        self._socket = ours
        self._asked: deque[Copy] = deque()
        self._copies: dict[int, Copy] = {}
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def copy(self) -> Copy:
        """Return a new process.

        Raises:
            Broken: The original made none.
        """
        (stdin, to_copy), (from_copy, stdout), (errors, stderr) = os.pipe(), os.pipe(), os.pipe()
        copy = Copy(os.fdopen(to_copy, "wb"), os.fdopen(from_copy, "rb"), os.fdopen(errors, "rb"))
        self._asked.append(copy)
        with contextlib.suppress(OSError):  # it is gone, as nobody says that the copy has begun
            socket.send_fds(self._socket, [b"c"], [stdin, stdout, stderr])
        for each in (stdin, stdout, stderr):
            os.close(each)
        if not copy.has_begun(self._start):
            for file in (copy.stdin, copy.stdout, copy.stderr):
                file.close()
            raise Broken(
                "driver.died",
                "the driver claims copies, and made none when started with `copies` (a wrapper has to pass it on)",
            )
        return copy

    def close(self) -> None:
        """End the original; its copies are not touched."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join()
        self._socket.close()

    def _listen(self) -> None:
        with self._socket.makefile("rb") as lines:
            for line in lines:
                what, pid, status = line.split()
                if what == b"started":
                    self._copies[int(pid)] = self._asked.popleft()
                    self._copies[int(pid)].begin(int(pid))
                else:
                    self._copies.pop(int(pid)).end(int(status))
        for each in self._asked:
            each.begin(0)
        for each in self._copies.values():
            each.end(0)  # nobody can say how
