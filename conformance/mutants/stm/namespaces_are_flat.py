"""What happens inside of a called entrypoint is shown like what happens in the caller."""

from mutating import replaces

BREAKS = ("STM-006",)


@replaces("taskpoint.runtime.streams.events:Bus._ns")
def _ns(original, self, scope):
    return ()
