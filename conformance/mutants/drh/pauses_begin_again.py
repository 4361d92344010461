"""A pause lasts as long as it says from the resume on."""

from mutating import replaces

BREAKS = ("DRH-011",)
KILLED_BY = ("driver.timeout",)


@replaces("taskpoint.runtime.sleeping:_remaining")
def remaining(original, host, seconds):
    original(host, seconds)
    clock = host.run.sources.time
    end = clock() + seconds
    return lambda: end - clock()
