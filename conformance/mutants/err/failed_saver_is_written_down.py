"""A run whose saver failed appends that it failed."""

from mutating import replaces

from taskpoint._core.journal import RunFailed
from taskpoint.errors import SaverError
from taskpoint.runtime.values.failures import describe

BREAKS = ("ERR-033",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._halted")
def _halted(original, self, error, ended_by):
    if isinstance(error, SaverError):
        writer, machine = self.run.writer, self.run.machine
        entry = RunFailed(machine.next_seq, machine.now(), machine.attempt_id, describe(error, None), [])
        writer.append(machine.next_seq, [entry]).make()
    return (yield from original(self, error, ended_by))
