"""Of a run its value is kept, and not what it saved."""

from mutating import replaces

BREAKS = ("POL-046",)


@replaces("taskpoint.runtime.runs.attempts:CachedRun.set")
def set(original, self):
    if self._attempt.texts is not None:
        self._attempt.texts = (self._attempt.texts[0], None)
    original(self)
