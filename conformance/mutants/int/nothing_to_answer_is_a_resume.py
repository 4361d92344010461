"""A command where nothing is pending is a resume."""

from mutating import replaces

from taskpoint.errors import UsageError

BREAKS = ("INT-016",)


@replaces("taskpoint.runtime.values.commands:answers_of")
def answers_of(original, command, index, *, is_open):
    try:
        return original(command, index, is_open=is_open)
    except UsageError as error:
        if error.code == "interrupt.none_pending":
            return {}
        raise
