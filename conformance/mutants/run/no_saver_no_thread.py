"""Without a saver the thread id is what is missed."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("RUN-007",)


@replaces("taskpoint.runtime.state.stateful:Stateful._saver")
def _saver(original, self):
    try:
        return original(self)
    except UsageError as error:
        error.code = "usage.thread_id_missing"
        raise
