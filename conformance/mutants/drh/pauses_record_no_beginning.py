"""A pause waits, and records its end alone."""

from mutating import replaces

BREAKS = ("DRH-010",)


@replaces("taskpoint.runtime.sleeping:_remaining")
def remaining(original, host, seconds):
    clock = host.run.sources.time
    end = clock() + seconds
    return lambda: end - clock()
