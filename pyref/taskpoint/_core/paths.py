"""Paths: how calls, scopes and interrupts are named (`IDN-001` ff.).

A scope's path is the path of the call that it executes; the entrypoint's own is the empty string.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = (
    "call_path",
    "encode_name",
    "interrupt_id",
    "is_own",
    "key_path",
    "numbered",
    "scope_of",
    "scope_of_interrupt",
    "segment",
)

_RESERVED = frozenset("%/#@!$")


@lru_cache(maxsize=4096)
def encode_name(name: str) -> str:
    """Percent-encode what has a meaning in paths, and control characters (`IDN-020`).

    Example:
        >>> encode_name("a/b#1")
        'a%2Fb%231'
    """
    if name.isidentifier():
        return name
    return "".join(
        "".join(f"%{byte:02X}" for byte in char.encode())
        if char in _RESERVED or char < " " or "\x7f" <= char <= "\x9f"
        else char
        for char in name
    )


def _join(scope: str, last: str) -> str:
    return f"{scope}/{last}" if scope else last


def call_path(scope: str, name: str, index: int) -> str:
    """Return the path of the `index`-th call of `name` in a scope (`IDN-001`)."""
    return numbered(scope, encode_name(name), index)


def numbered(scope: str, encoded: str, index: int) -> str:
    """Return the path of the `index`-th call of a name that is as it stands in paths."""
    return _join(scope, f"{encoded}#{index}")


def is_own(path: str) -> bool:
    """Tell whether the library recorded this by itself: a `$` of a user's name is encoded (`IDN-024`).

    Example:
        >>> is_own("fetch#0/$now#0"), is_own("%24now#0")
        (True, False)
    """
    return path.startswith("$", path.rfind("/") + 1)


def key_path(scope: str, name: str, key: str) -> str:
    """Return the path of a call that carries a key (`IDN-010`)."""
    return _join(scope, f"{encode_name(name)}@{encode_name(key)}")


def interrupt_id(scope: str, index: int) -> str:
    """Return the id of a scope's `index`-th interrupt (`INT-002`)."""
    return f"{scope}!{index}"


def scope_of(path: str) -> str:
    """Return the path of the scope that a call was made in."""
    return path.rpartition("/")[0]


def scope_of_interrupt(id: str) -> str:
    """Return the path of the scope that an interrupt was raised in."""
    return id.rpartition("!")[0]


def segment(path: str) -> tuple[str, int | None]:
    """Return the last segment's encoded name and index; the whole segment and None where it has a key."""
    last = path.rpartition("/")[2]
    name, mark, index = last.rpartition("#")
    return (name, int(index)) if mark and "@" not in last else (last, None)
