"""A namespace is written as the JSON library of the host does: with blanks and escapes."""

import json

from mutating import replaces

BREAKS = ("MEM-051",)


@replaces("taskpoint.stores._sqlite_text:write")
def write(original, namespace):
    return json.dumps(list(namespace))
