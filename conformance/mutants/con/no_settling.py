"""The next outcome is delivered at once, while code of the scope still runs."""

from mutating import replaces

BREAKS = (
    "CON-006",
    "CON-013",
)


@replaces("taskpoint.runtime.execution.settling:Settler.request")
def request(original, self, callback, run=None):
    self._loop.call_soon(callback)
