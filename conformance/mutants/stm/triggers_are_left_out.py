"""A part of the mode `tasks` lacks a member that its schema demands."""

from mutating import replaces

BREAKS = ("STM-013",)


@replaces("taskpoint.runtime.streams.parts:_part")
def _part(original, options, ns, mode, payload, *rest):
    if isinstance(payload, dict) and "triggers" in payload:
        payload = {name: member for name, member in payload.items() if name != "triggers"}
    return original(options, ns, mode, payload, *rest)
