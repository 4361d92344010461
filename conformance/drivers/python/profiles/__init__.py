"""What the driver serves beyond the core: one module for each profile, which adds to the tables of the core.

`values-extended`, `durability`, `once` and `answers` have none: the library does all of the first, the next two are
options that `runs` hands on, and the last is a member of what `interrupts` reads and `answers` shows.
"""

from profiles import (
    composition,
    concurrency,
    context,
    durable,
    forms,
    interrupts,
    policies,
    sqlite,
    state,
    stores,
    streams,
    types,
)

__all__ = ("CLAIMED",)

_MODULES = (
    interrupts,
    concurrency,
    state,
    streams,
    sqlite,
    forms,
    stores,
    policies,
    context,
    types,
    composition,
    durable,
)

_WITHOUT = ("core", "values-extended", "durability", "once", "answers")
CLAIMED = (*_WITHOUT, *(each.__name__.rpartition(".")[2] for each in _MODULES))
"""The profiles that the driver claims."""
