"""Arguments that are given by name are digested by name."""

from mutating import replaces

from taskpoint import codec

BREAKS = ("IDN-041",)


@replaces("taskpoint.runtime.values.arguments:ArgumentNames.digest")
def digest(original, names, args, kwargs):
    return codec.digest_arguments((*names.bound, *args), kwargs) if kwargs else original(names, args, kwargs)
