"""A call that waits to be executed again keeps its place under the limit."""

import threading

from mutating import replaces

BREAKS = ("POL-008",)


@replaces("taskpoint.runtime.execution.policed:_pause")
def pause(original, policed, seconds):
    policed.run.sources.sleep(seconds, threading.Event())
    return policed.goes_on()
