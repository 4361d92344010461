"""Tools for testing one's own workflows: time that passes at once, processes that die, threads of last week.

`simulated` makes time, ids and chance repeatable; `survive_crashes` runs a workflow with its process dying at every
operation of its saver; `replay` holds today's code against a thread that older code wrote.
With pytest installed, the plugin in `taskpoint.testing.plugin` offers them as fixtures.
"""

from taskpoint.testing.crashes import Crash, CrashingSaver, survive_crashes
from taskpoint.testing.replays import Replayed, replay
from taskpoint.testing.simulation import Simulation, simulated

__all__ = ("Crash", "CrashingSaver", "Replayed", "Simulation", "replay", "simulated", "survive_crashes")
