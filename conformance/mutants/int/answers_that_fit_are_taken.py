"""Of several answers those are taken that fit."""

from mutating import replaces

from taskpoint import Command, UsageError

BREAKS = ("INT-021", "INT-031")


@replaces("taskpoint.runtime.values.commands:answers_of")
def answers_of(original, command, index, *, is_open):
    taken, refused = {}, None
    for id, answer in (command.answers or {}).items():
        try:
            taken |= original(Command(answers={id: answer}), index, is_open=is_open)
        except UsageError as error:
            refused = error
            if error.code != "interrupt.answer_invalid":
                raise
    if refused is not None and not taken:
        raise refused
    return taken or original(command, index, is_open=is_open)
