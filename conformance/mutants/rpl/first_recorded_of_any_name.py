"""A call takes the first unclaimed record with its input, before it looks at its own position."""

from mutating import replaces

BREAKS = ("RPL-004",)


@replaces("taskpoint._core.matching:Matcher.call")
def call(original, self, encoded, digest):
    records = self._by_name.get(encoded)
    if records and digest is not None:
        moved = self._moved(encoded, records, digest)
        if moved:
            self._counts[encoded] = self._counts.get(encoded, 0) + 1
            return self._claim(moved)
    return original(self, encoded, None if records is None else digest)
