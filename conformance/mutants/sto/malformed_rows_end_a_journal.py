"""A journal is read up to the first row that cannot be read."""

from mutating import replaces

from taskpoint.errors import FormatError

BREAKS = ("STO-038",)


@replaces("taskpoint.models.rows:entries_from_rows")
def entries_from_rows(original, rows, *, where):
    rows = list(rows)
    for count in range(len(rows), 0, -1):
        try:
            return original(rows[:count], where=where)
        except FormatError:
            continue
    return original(rows, where=where)
