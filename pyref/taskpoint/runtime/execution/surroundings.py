"""What the code of a scope sees around it: the run's own, or that of the entrypoint it belongs to (`CMP-008`)."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from taskpoint.runtime.execution.host import Host

if TYPE_CHECKING:
    from taskpoint.runtime.definitions.config import RunConfig
    from taskpoint.runtime.execution.run import Run
    from taskpoint.stores.base import BaseStore

__all__ = ("Inside", "Surroundings", "surroundings_of")


class Surroundings(Protocol):
    """What `get_config` and its sisters look into."""

    @property
    def config(self) -> RunConfig: ...
    @property
    def store(self) -> BaseStore | None: ...
    @property
    def context(self) -> object: ...
    @property
    def previous(self) -> Callable[[object], Any]: ...


@dataclass(frozen=True, slots=True)
class Inside:
    """What an entrypoint that was called inside a run sees, and all that it calls."""

    run: Run
    config: RunConfig
    store: BaseStore | None
    context: object

    def previous(self, absent: object) -> object:
        """Return what stands for nothing: what the thread saved belongs to the run (`CMP-007`)."""
        return absent

    def enter(self) -> None:
        """Let the code that runs from here on, in this context, see this."""
        _INSIDE.set(self)


_INSIDE: contextvars.ContextVar[Inside | None] = contextvars.ContextVar("taskpoint_inside", default=None)


def surroundings_of(host: Host) -> Surroundings:
    """Return what the code that runs here sees; `host` is that of its scope."""
    inside = _INSIDE.get()
    return inside if inside is not None and inside.run is host.run else host.run
