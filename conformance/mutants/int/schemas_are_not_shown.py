"""The schema of a question is recorded and shown to nobody."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("INT-030",)


@replaces("taskpoint.runtime.values.commands:question_of")
def question_of(original, entry):
    return original(replace(entry, response_schema=None))
