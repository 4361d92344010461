"""The document of a task leaves out what has its default."""

from mutating import replaces

BREAKS = ("TSK-002",)


@replaces("taskpoint.runtime.definitions.options:TaskOptions.document")
def document(original, self):
    return {name: member for name, member in original(self).items() if member}
