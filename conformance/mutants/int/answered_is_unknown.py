"""An id that was answered is refused as unknown."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("INT-020",)


@replaces("taskpoint.runtime.values.commands:answers_of")
def answers_of(original, command, index, *, is_open):
    try:
        return original(command, index, is_open=is_open)
    except UsageError as error:
        if error.code == "interrupt.already_answered":
            error.code = "interrupt.unknown_id"
        raise
