"""Of several answers only that to the first question is checked."""

from mutating import replaces

from taskpoint.runtime.values import commands, responses

BREAKS = ("INT-031",)


@replaces("taskpoint.runtime.values.commands:answers_of")
def answers_of(original, command, index, *, is_open):
    pending = index.pending() if is_open else []
    answers = commands._addressed(command, [entry.id for entry in pending], index)
    for entry in pending[:1]:
        if entry.id in answers and entry.response_schema is not None:
            responses.check_answer(entry.response_schema, answers[entry.id], entry.id)
    return answers
