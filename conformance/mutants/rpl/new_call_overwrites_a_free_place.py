"""A new call takes the index of its position, although a record of another input stands there."""

from mutating import replaces

from taskpoint._core.paths import interrupt_id, numbered

BREAKS = ("RPL-012",)


@replaces("taskpoint._core.matching:Matcher._new")
def _new(original, self, encoded, records):
    index = self._counts[encoded] - 1
    return interrupt_id(self._scope, index) if encoded == "!" else numbered(self._scope, encoded, index)
