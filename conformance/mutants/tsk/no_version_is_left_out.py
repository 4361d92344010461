"""The document of an entrypoint leaves out a version that was not given."""

from mutating import replaces

BREAKS = ("TSK-003",)


@replaces("taskpoint.runtime.definitions.options:EntrypointOptions.document")
def document(original, self):
    return {name: member for name, member in original(self).items() if member is not None}
