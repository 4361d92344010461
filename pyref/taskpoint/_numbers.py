"""What is a number that can be counted and waited with, wherever an option takes one."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TypeGuard

__all__ = ("is_number", "seconds_in")


def is_number(given: object, least: float = 0, most: float = sys.float_info.max) -> TypeGuard[float]:
    """Tell whether something is a number within bounds; `True` is none, nor is NaN.

    An integer of any size is compared as it is: made a double first, a large one would be an `OverflowError`.

    Example:
        >>> [is_number(each) for each in (1, 0.5, -1, True, float("inf"), float("nan"), 10**400, "1")]
        [True, True, False, False, False, False, False, False]
    """
    return isinstance(given, int | float) and not isinstance(given, bool) and least <= given <= most


def seconds_in(given: object) -> object:
    """Return the seconds of a `timedelta`, and anything else as it is."""
    return given.total_seconds() if isinstance(given, timedelta) else given
