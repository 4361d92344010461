"""Where times and ids come from: the only place that reads the clock and makes entropy."""

from __future__ import annotations

import datetime as dt
import os
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ("SYSTEM", "Sources", "timestamp")


def timestamp(moment: dt.datetime) -> str:
    """Write an aware UTC datetime as journals have it: RFC 3339 with microseconds and ``Z``."""
    return f"{moment.isoformat(timespec='microseconds')[:26]}Z"


def _now() -> str:
    return timestamp(dt.datetime.now(dt.UTC))


_random = random.Random()  # noqa: S311 - ids are names, not secrets; asking the system for each costs more than a task
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)


def _new_id() -> str:
    return str(uuid.UUID(int=_random.getrandbits(128), version=4))


@dataclass(frozen=True, slots=True)
class Sources:
    """The clock and the entropy of a run; a test passes its own."""

    now: Callable[[], str] = _now
    new_id: Callable[[], str] = _new_id


SYSTEM = Sources()
