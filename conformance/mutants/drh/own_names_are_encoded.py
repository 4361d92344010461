"""The dollar sign of the library's own names is encoded like that of a user's."""

from mutating import replaces

BREAKS = ("DRH-003",)


@replaces("taskpoint._core.matching:Matcher._path")
def path(original, self, encoded, index):
    path = original(self, encoded, index)
    return path.replace("$", "%24") if encoded.startswith("$") else path
