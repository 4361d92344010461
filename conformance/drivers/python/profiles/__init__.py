"""What the driver serves beyond the core: one module for each profile, which adds to the tables of the core.

`values-extended`, `durability` and `once` have none: the library does all of the first, and the others are options that
`runs` hands on.
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

CLAIMED = ("core", "values-extended", "durability", "once", *(each.__name__.rpartition(".")[2] for each in _MODULES))
"""The profiles that the driver claims."""
