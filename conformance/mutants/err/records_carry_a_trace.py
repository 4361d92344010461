"""An error with data is recorded with its stack."""

from mutating import replaces

BREAKS = ("ERR-003",)


@replaces("taskpoint.models.convert:error_to_document")
def error_to_document(original, error):
    return {**original(error), "stack": []} if error.data is not None else original(error)
