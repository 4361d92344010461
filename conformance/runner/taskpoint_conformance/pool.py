"""Warm driver processes: reused from fixture to fixture, with a spare one started ahead of a kill."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from typing import Any, Final

from taskpoint_conformance.copies import Original, can_copy
from taskpoint_conformance.errors import Broken
from taskpoint_conformance.process import Driver, Process, started

__all__ = ("Pool",)

_STARTS: Final = 2
"""So many processes are started one by one: for fewer, one to copy from does not pay."""


class Pool:
    """The processes of one worker."""

    def __init__(self, command: Sequence[str], start: float, stop: float) -> None:
        self._command = list(command)
        self._start = start
        self._stop = stop
        self._idle: list[Driver] = []
        self._spare: Driver | None = None
        self._original: Original | None = None
        self._count = 0
        self.hello: dict[str, Any] | None = None

    def prepare(self) -> None:
        """Start a process that will be wanted soon."""
        if self._spare is None:
            self._spare = self._new()

    def take(self) -> Driver:
        """Return a process that has said hello.

        Raises:
            Broken: Its hello was not of the protocol, or not the same as before.
        """
        while self._idle:
            driver = self._idle.pop()
            if driver.alive:
                return driver
            driver.discard()
        driver = self._spare or self._new()
        self._spare = None
        try:
            self._greet(driver)
        except Broken as error:
            driver.discard()
            error.stderr = driver.stderr
            raise
        return driver

    def _greet(self, driver: Driver) -> None:
        hello = {key: each for key, each in driver.greet(self._start).items() if key != "id"}
        if self.hello not in (None, hello):
            raise Broken("driver.hello", "two processes of the driver say different things")
        self.hello = hello

    def _new(self) -> Driver:
        return Driver(self._process(), queue.Queue(maxsize=1000))

    def _process(self) -> Process:
        self._count += 1
        if self._count <= _STARTS or not can_copy() or not (self.hello or {}).get("copies"):
            return started(self._command)
        if self._original is None:
            self._original = Original(self._command, self._start)
        return self._original.copy()

    def give_back(self, driver: Driver) -> None:
        """Keep a process that has nothing in flight."""
        if driver.alive:
            self._idle.append(driver)
        else:
            driver.discard()

    def close(self) -> Broken | None:
        """Stop all processes; return an error where one did not exit as it should."""
        problem: Broken | None = None
        for driver in self._idle:
            status = driver.stop(self._stop)
            if status != 0:
                what = "did not exit" if status is None else f"exited with status {status}"
                problem = Broken("driver.protocol", f"asked to stop, the driver {what} instead of exiting with 0")
        if self._spare is not None:
            self._spare.discard()
        if self._original is not None:
            self._original.close()
        self._idle, self._spare, self._original = [], None, None
        return problem
