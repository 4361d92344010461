"""How long to wait before a failed execution is repeated (`POL-010`, `POL-011`)."""

from __future__ import annotations

__all__ = ("wait_seconds",)

_MOST_JITTER = 1.0


def wait_seconds(
    failed: int,
    *,
    initial_interval: float,
    backoff_factor: float,
    max_interval: float,
    jitter: bool,
    random: float,
) -> float:
    """Return the seconds between the `failed`-th execution, from 1, and the next.

    Multiplied step by step in doubles, never by a power: so every language comes to the same number.

    Example:
        >>> numbers = {"initial_interval": 0.5, "backoff_factor": 2.0, "max_interval": 3.0}
        >>> [wait_seconds(n, **numbers, jitter=False, random=0.0) for n in (1, 2, 3, 4)]
        [0.5, 1.0, 2.0, 3.0]
        >>> wait_seconds(1, **numbers, jitter=True, random=0.5)
        0.75
    """
    interval = initial_interval
    for _ in range(failed - 1):
        if interval >= max_interval or backoff_factor == 1:
            break
        interval *= backoff_factor
    interval = min(interval, max_interval)
    return interval + random * min(interval, _MOST_JITTER) if jitter else interval
