"""Of several policies the last that covers the error decides."""

from dataclasses import replace

from mutating import replaces

BREAKS = ("POL-013",)


@replaces("taskpoint.runtime.definitions.policies:Policies.retry_after")
def retry_after(original, self, error, executions, random):
    return original(replace(self, retry=self.retry[::-1]), error, executions, random)
