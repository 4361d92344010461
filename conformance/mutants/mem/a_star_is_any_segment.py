"""A star in the prefix of a list stands for any segment."""

from mutating import replaces

BREAKS = ("MEM-005",)


@replaces("taskpoint.stores.ops:MatchCondition.fits")
def fits(original, self, namespace):
    count = len(self.path)
    part = namespace[:count] if self.match_type == "prefix" else namespace[len(namespace) - count :]
    return len(part) == count and all(one in {"*", each} for one, each in zip(self.path, part, strict=True))
