"""A call that moved gets the cancellation of another call with its input."""

from mutating import replaces

BREAKS = ("RPL-048",)


@replaces("taskpoint._core.machine:_record_of")
def _record_of(original, outcome, *, void=False):
    record = original(outcome, void=void)
    record.stays = False
    return record
