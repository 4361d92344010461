"""Copies of this process, on request: a process that is to be killed need not import everything again (CNF-013)."""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
import socket

__all__ = ("serve",)


def serve() -> bool:
    """Make a copy for every three file descriptors that come; return True in each copy, False when the input ends."""
    runner = socket.socket(fileno=0)
    ended, signalled = os.pipe()
    os.set_blocking(signalled, False)
    signal.signal(signal.SIGCHLD, _wake)
    signal.set_wakeup_fd(signalled)
    gc.freeze()  # so that the collector does not touch, and with it copy, what all have in common
    while True:
        ready, _, _ = select.select([runner.fileno(), ended], [], [])
        if ended in ready:
            os.read(ended, 512)
            _report(runner)
        if runner.fileno() in ready:
            asked, streams, _, _ = socket.recv_fds(runner, 1, 3)
            if not asked:
                return False
            copy = os.fork()
            if not copy:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _become(streams, runner, ended, signalled)
                return True
            with contextlib.suppress(OSError):  # it has done so itself, or is gone
                os.setpgid(copy, copy)
            for stream in streams:
                os.close(stream)
            runner.sendall(b"started %d 0\n" % copy)


def _wake(*_: object) -> None:
    """Be there: without a handler nothing is written to the file descriptor that wakes us."""


def _report(runner: socket.socket) -> None:
    """Say which copies have ended, and how."""
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG)) != (0, 0):
            runner.sendall(b"ended %d %d\n" % (found[0], os.waitstatus_to_exitcode(found[1])))


def _become(streams: list[int], runner: socket.socket, *others: int) -> None:
    os.setpgid(0, 0)
    runner.detach()
    for place, stream in enumerate(streams):
        os.dup2(stream, place)
    for each in (*streams, *others):
        os.close(each)
