"""A store is opened in a file of any application and of any version."""

from pathlib import Path

from mutating import replaces

BREAKS = ("MEM-055",)


@replaces("taskpoint.savers._database:Database._check")
def check(original, self, connection):
    return 1 if self._tables is not None and Path(self.path).stat().st_size else original(self, connection)
