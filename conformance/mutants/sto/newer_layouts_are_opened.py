"""A file of a newer layout is opened like one of this."""

from mutating import replaces

from taskpoint.errors import FormatError
from taskpoint.savers import _database

BREAKS = ("STO-034",)


@replaces("taskpoint.savers._database:Database._check")
def _check(original, self, connection):
    try:
        return original(self, connection)
    except FormatError:
        return len(_database.LAYOUTS)
