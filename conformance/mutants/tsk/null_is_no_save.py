"""A save of null is taken for none, and the value is saved."""

from mutating import replaces

from taskpoint.runtime.values.commands import EntrypointFinal

BREAKS = ("TSK-022",)


@replaces("taskpoint.runtime.runs.attempt:Attempt._completed")
def _completed(original, self, value):
    if isinstance(value, EntrypointFinal) and value.save is None:
        value = value.value
    return (yield from original(self, value))
