"""Null is taken without a look at the schema."""

from mutating import replaces

BREAKS = ("INT-031",)


@replaces("taskpoint.runtime.values.responses:check_answer")
def check_answer(original, schema, answer, id):
    if answer != "null":
        original(schema, answer, id)
