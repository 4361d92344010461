"""A new call takes the index of its position, although a record of another input stands there."""

from mutating import replaces

from taskpoint._core.paths import call_path, interrupt_id

BREAKS = ("RPL-012",)


@replaces("taskpoint._core.matching:Matcher._new")
def _new(original, self, name, encoded, records):
    index = self._counts[encoded] - 1
    return interrupt_id(self._scope, index) if encoded == "!" else call_path(self._scope, name, index)
