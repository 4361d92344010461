"""A record of any name at the place of a call in its scope has to be one of that call."""

from mutating import replaces

from taskpoint._core.matching import Divergence

BREAKS = ("RPL-013",)


@replaces("taskpoint._core.matching:Matcher.call")
def call(original, self, encoded, digest):
    place = sum(self._counts.values())
    order = [record for records in self._by_name.values() for record in records.values()]
    if place < len(order) and encoded not in self._by_name and order[place].alone and not order[place].claimed:
        raise Divergence(order[place], digest)
    return original(self, encoded, digest)
