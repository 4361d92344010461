"""How the function of a call is run, whatever kind of definition it belongs to."""

from __future__ import annotations

import asyncio

from taskpoint._core.calls import Call
from taskpoint.runtime.execution.host import End, Host, Job
from taskpoint.runtime.execution.loop_host import execute_on_private_loop
from taskpoint.runtime.execution.run import Run
from taskpoint.runtime.execution.sync_host import execute_in_thread

__all__ = ("Executed",)


class Executed:
    """What a call can be made of: a function, sync or async."""

    is_async: bool
    is_entrypoint = False
    """Whether what happens inside has a namespace of its own (`STM-006`)."""
    own_name: str | None = None

    def runs_in_thread(self) -> bool:
        """Tell whether this thread can run the function now: an async one not below a running event loop."""
        return not self.is_async or asyncio._get_running_loop() is None  # noqa: SLF001 - the public one raises

    def execute(self, run: Run, call: Call, job: Job) -> tuple[End, Host | None]:
        """Run the function of a call in this thread to its end; there is no host where it never asked for its run."""
        if self.is_async:
            return execute_on_private_loop(run, run.machine.open_call(call), job)
        return job.context.run(execute_in_thread, run, call, job)
