"""The values of defaults are part of the digest."""

import inspect

from mutating import replaces

BREAKS = ("IDN-042",)


@replaces("taskpoint.runtime.values.arguments:ArgumentNames.digest")
def digest(original, names, args, kwargs):
    if names.signature is None:
        return original(names, args, kwargs)
    rest = {}
    for name in names.names[len(args) :]:
        default = names.signature.parameters[name].default
        if name not in kwargs and default is not inspect.Parameter.empty:
            rest[name] = default
    return original(names, args, {**rest, **kwargs})
