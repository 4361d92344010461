"""The pytest plugin: fixtures for tests of workflows, there as soon as Taskpoint and pytest are installed."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from taskpoint import InMemorySaver
    from taskpoint.testing import Simulation

__all__ = ("taskpoint_saver", "taskpoint_time")

# What is loaded with every pytest of an environment imports nothing of Taskpoint before a test asks for it.


@pytest.fixture
def taskpoint_saver() -> Generator[InMemorySaver]:
    """A saver of the test's own, in memory."""
    from taskpoint import InMemorySaver

    with InMemorySaver() as saver:
        yield saver


@pytest.fixture
def taskpoint_time() -> Generator[Simulation]:
    """Time that passes at once and chance that repeats itself, for the runs of this test."""
    from taskpoint.testing import simulated

    with simulated() as simulation:
        yield simulation
