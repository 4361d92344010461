"""What a workflow's function takes: the input, and what it asks for by name (`TSK-010`)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from taskpoint.runtime.recorded import decode

if TYPE_CHECKING:
    from taskpoint.runtime.attempt import Attempt

__all__ = ("Parameters",)


class Parameters:
    """The parameters of an entrypoint's function, looked at once."""

    __slots__ = ("_config", "_input", "_previous", "wants_previous")

    def __init__(self, func: Callable[..., Any]) -> None:
        parameters = inspect.signature(func).parameters
        self._previous = parameters.get("previous")
        self.wants_previous = self._previous is not None
        self._config = "config" in parameters
        self._input = any(name not in {"previous", "config"} for name in parameters)

    def arguments(self, attempt: Attempt) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Put together what the function is called with."""
        run = attempt.run
        kwargs: dict[str, Any] = {}
        if self._previous is not None:
            text = run.load_previous()
            if text is not None:
                kwargs["previous"] = decode(text, "the previous value")
            elif self._previous.default is inspect.Parameter.empty:
                kwargs["previous"] = None
        if self._config:
            kwargs["config"] = run.config.raw
        return ((attempt.input,) if self._input else ()), kwargs
