"""Who holds a thread, and whether that holder is still alive (`RUN-010`).

A holder is live while its lease lasts and its process is not known to be gone.
A process is known to be gone only on its own machine. So the `host` that this module writes names more than the
computer: ``name/boot/namespace/start`` says which boot, which process namespace and which start of the process id.
The last part catches a process id that was given to another process, as after the restart of a container.
Where the system does not tell (no ``/proc``), `host` is the plain name, and on Windows only the lease decides.
"""

from __future__ import annotations

import os
import socket
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from taskpoint._core.journal import Holder

__all__ = ("is_live", "is_retired", "lease_time", "new_holder", "parse_time", "process_host", "retire")

_retired: set[str] = set()
_known: tuple[int, str] = (0, "")
"""The process id and host last found: they change together, by a fork."""


def new_holder(attempt_id: str, lease: float) -> Holder:
    """Return this process as the holder for `attempt_id`, with a lease of `lease` seconds from now."""
    return Holder(attempt_id, process_host(), os.getpid(), lease_time(lease))


def lease_time(lease: float) -> str:
    """Return the time `lease` seconds from now, as documents write it."""
    return (datetime.now(UTC) + timedelta(seconds=lease)).isoformat().replace("+00:00", "Z")


def process_host() -> str:
    """Return the `host` that names this process's machine, and this start of its process id."""
    global _known  # noqa: PLW0603 - reading four small files for each run would cost more than a task
    pid = os.getpid()
    if _known[0] != pid:
        _known = (pid, _find_host(pid))
    return _known[1]


def is_live(holder: Holder) -> bool:
    """Say whether `holder` still holds: its lease lasts and its process is not known to be gone.

    Raises:
        ValueError: `lease_until` is no time.
    """
    return parse_time(holder.lease_until) > datetime.now(UTC) and not _known_dead(holder)


def parse_time(text: str) -> datetime:
    """Return the time that a document writes, to the microsecond.

    Raises:
        ValueError: The text is no RFC 3339 time in UTC.
    """
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("lease_until is no time") from None
    if time.utcoffset() != timedelta(0):
        raise ValueError("lease_until is no time in UTC")
    return time


def retire(attempt_id: str) -> None:
    """Declare an attempt of this process over that could not release its thread, as its saver failed."""
    _retired.add(attempt_id)


def is_retired(attempt_id: str) -> bool:
    """Say whether `retire` was called for an attempt in this process."""
    return attempt_id in _retired


def _known_dead(holder: Holder) -> bool:
    if is_retired(holder.attempt_id):
        return True
    machine, _, start = holder.host.rpartition("/")
    if machine != process_host().rpartition("/")[0] or (not machine and holder.host != process_host()):
        return False
    if holder.pid == os.getpid():
        return holder.host != process_host()
    if machine:
        return _start_of(holder.pid) != start
    return sys.platform != "win32" and not _exists(holder.pid)


def _find_host(pid: int) -> str:
    name = socket.gethostname().replace("/", "_")
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        namespace = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return name
    start = _start_of(pid)
    return f"{name}/{boot}/{namespace}/{start}" if start else name


def _start_of(pid: int) -> str | None:
    """Return when a process started, in clock ticks since boot, None where it is gone or a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    state, *rest = stat[stat.rindex(b")") + 2 :].split()
    return None if state in {b"Z", b"X"} else rest[18].decode("ascii")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
