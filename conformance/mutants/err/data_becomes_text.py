"""The data of an error that has no encoding is recorded as text."""

from mutating import replaces

from taskpoint import codec

BREAKS = ("ERR-012",)


@replaces("taskpoint.runtime.values.failures:_data_of")
def _data_of(original, exc, message):
    known = original(exc, message)
    data = vars(exc).get("data")
    return codec.encode(str(type(data))) if known is None and data is not None else known
