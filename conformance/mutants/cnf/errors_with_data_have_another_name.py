"""The driver's catch clauses compare more than the plain name."""

from mutating import replaces

BREAKS = ("CNF-022",)


@replaces("program:_type_of")
def _type_of(original, error):
    name = original(error)
    return f"program.{name}" if getattr(error, "data", None) is not None else name
