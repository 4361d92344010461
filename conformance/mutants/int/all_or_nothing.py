"""Answers by id have to answer all that is pending."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("INT-018",)


@replaces("taskpoint.runtime.values.commands:answers_of")
def answers_of(original, command, index, *, is_open):
    found = original(command, index, is_open=is_open)
    if len(found) < len(index.pending()):
        raise UsageError("answers are missing", code="interrupt.ambiguous")
    return found
