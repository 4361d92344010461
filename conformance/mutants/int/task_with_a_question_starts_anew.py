"""A task in which something was asked runs again with all of its calls."""

from mutating import replaces

BREAKS = ("INT-008",)


@replaces("taskpoint._core.machine:Machine._records_of")
def _records_of(original, self, scope):
    records = original(self, scope)
    asked = [record for record in records if "!" in record.path]
    return asked if scope and asked else records
