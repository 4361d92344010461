"""What an invoked entrypoint wants to save is handed to the caller beside its value."""

from mutating import replaces

BREAKS = ("CMP-006",)


@replaces("taskpoint.runtime.composition:_value")
def value(original, returned):
    plain = original(returned)
    return plain if plain is returned else {"value": plain, "save": returned.save}
