"""The document of a policy holds what differs from the default only."""

from mutating import replaces

BREAKS = ("POL-001",)


@replaces("taskpoint.runtime.definitions.policies:RetryPolicy.document")
def document(original, self):
    return {name: each for name, each in original(self).items() if each not in (0.5, 128.0, "default")}
