"""What an id is, wherever one comes in."""

from __future__ import annotations

import re
from typing import Final, TypeGuard

__all__ = ("MAX_ID", "is_id")

MAX_ID: Final = 255
_ID: Final = re.compile("[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,255}")


def is_id(value: object) -> TypeGuard[str]:
    """Tell whether something is an id: 1 to 255 Unicode scalar values without control characters (`SEC-001`).

    Ids are compared as they are, never coerced or normalised.
    """
    if type(value) is not str:
        return False
    if 0 < len(value) <= MAX_ID and value.isprintable():  # nearly all, and in a fifth of the time
        return True
    return _ID.fullmatch(value) is not None
