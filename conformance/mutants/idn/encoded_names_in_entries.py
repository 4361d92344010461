"""The member `name` of an entry is the encoded name."""

from mutating import replaces

from taskpoint._core.paths import encode_name

BREAKS = ("IDN-023",)


@replaces("taskpoint._core.machine:Machine.call")
def call(original, self, scope, name, digest, *rest):
    made = original(self, scope, name, digest, *rest)
    made.name = encode_name(name)
    return made
