"""A UUID is taken in every notation that the library's parser knows."""

from uuid import UUID

from mutating import replaces

BREAKS = ("VAL-074",)


@replaces("taskpoint.codec._scalars:normal_uuid")
def normal_uuid(original, text):
    return original(str(UUID(text)))
