"""Control characters in an id are dropped."""

from mutating import replaces

BREAKS = ("SEC-001",)


@replaces("taskpoint.runtime.definitions.config:check_id")
def check_id(original, value, what):
    cleaned = "".join(char for char in value if char.isprintable()) if isinstance(value, str) else value
    return original(cleaned or value, what)
