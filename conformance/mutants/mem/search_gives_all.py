"""A search without a limit gives all that fits."""

from mutating import replaces

BREAKS = ("MEM-012",)


@replaces("taskpoint.stores.ops:SearchOp.__post_init__")
def post_init(original, self):
    original(self)
    if self.limit == 10:
        object.__setattr__(self, "limit", 1_000_000)
