"""An answer that cannot be checked is taken as it is."""

from mutating import replaces

from taskpoint import UsageError

BREAKS = ("INT-037",)


@replaces("taskpoint.runtime.values.responses:check_answer")
def check_answer(original, schema, answer, id):
    try:
        original(schema, answer, id)
    except UsageError as error:
        if error.code != "interrupt.schema_unsupported":
            raise
