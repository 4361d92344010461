"""The length of a pause is part of its digest."""

from mutating import replaces

BREAKS = ("DRH-012",)


@replaces("taskpoint.runtime.sleeping:_Sleep.digest")
def digest(original, self, args, kwargs, skip):
    from taskpoint import codec

    return codec.digest_arguments(args)
