"""How the values of a definition are written down and read back: by declared type, and by version (`TYP-001` ff.)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args, get_origin

from taskpoint import codec
from taskpoint.errors import ValueEncodingError
from taskpoint.runtime.values.commands import EntrypointFinal
from taskpoint.runtime.values.recorded import decode, said_of, unwritable
from taskpoint.runtime.values.recording import plain_data, read_back, record, undeclared
from taskpoint.runtime.values.shapes import Annotation, Shape, annotation_of, hints_of, shape_of

__all__ = ("UNTYPED", "Form", "Forms", "Migration", "Recorded", "forms_of")


@dataclass(frozen=True, slots=True)
class Recorded:
    """A value that another version of a definition recorded, for its `migrate` function (`TYP-021`).

    Attributes:
        kind: What it is: a task's ``"result"``, or an entrypoint's ``"input"``, ``"value"`` or ``"saved"``.
        value: What was recorded, as plain data.
        version: The version that recorded it, None where it had none.
    """

    kind: Literal["result", "input", "value", "saved"]
    value: Any
    version: str | None


_SUBJECTS: Final = {
    "result": "the result of",
    "input": "the input of",
    "value": "the value of",
    "saved": "the saved value of",
}
Migration = Callable[[Recorded], Any]


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind of value of one definition is written and read."""

    kind: Literal["result", "input", "value", "saved"] = "result"
    shape: Shape | None = None
    version: str | None = None
    migrate: Migration | None = None
    annotation: Annotation = "none"

    def write(self, value: object, name: str) -> tuple[str, Any]:
        """Return the text to record, and what everybody sees from here on: the value as it is read back.

        Args:
            value: What a definition takes, returns or saves.
            name: The definition's name, for errors.

        Raises:
            ValueEncodingError: The value has no encoding, does not fit the declared type, or would not come back.
        """
        shape, cause = self.shape, None
        try:
            return codec.encode_and_decode(value) if shape is None else record(shape, value)
        except ValueEncodingError as error:
            refused = undeclared(value, self.annotation, error) if shape is None else error
        except Exception as error:  # noqa: BLE001 - ERR-022: whatever the value's class raised when it was read
            refused, cause = unwritable(value, error), error
        raise said_of(f"{_SUBJECTS[self.kind]} {name!r}", refused) from cause

    def read(self, text: str, version: str | None, what: str) -> Any:
        """Return a recorded value; `what` names it in errors.

        Raises:
            FormatError: The text is no encoding of a value.
            ValueEncodingError: The value does not fit the declared type any more (code ``value.mismatch``).
        """
        plain = decode(text, what)
        if self.migrate is not None and version != self.version:
            plain = self._migrated(plain, version, what)
        if self.shape is None:
            return plain
        try:
            return read_back(self.shape, plain)
        except ValueEncodingError as error:
            raise said_of(what, error) from None

    def _migrated(self, plain: object, version: str | None, what: str) -> object:
        assert self.migrate is not None
        try:
            migrated = self.migrate(Recorded(self.kind, plain, version))
            return migrated if self.shape is None else plain_data(self.shape, migrated)
        except Exception as error:
            raise ValueEncodingError(
                f"{what}, recorded by version {version!r}, could not be migrated: {type(error).__name__}",
                code="value.mismatch",
                hint="the cause is in __cause__; mend the migrate function and continue the run",
            ) from error


UNTYPED = Form()


@dataclass(frozen=True, slots=True)
class Forms:
    """How the values of an entrypoint are written and read."""

    input: Form
    value: Form
    saved: Form


def forms_of(func: Callable[..., Any], version: str | None, migrate: Migration | None) -> Forms:
    """Return the forms that the annotations of an entrypoint's function declare."""
    hints = hints_of(func)
    value = saved = hints.get("return")
    if get_origin(value) is EntrypointFinal:
        value, saved = get_args(value)
    saved = hints.get("previous", saved)
    first = next(iter(inspect.signature(func).parameters), "")
    returned = annotation_of(func, "return", hints)
    return Forms(
        Form("input", shape_of(hints.get(first)), version, migrate, annotation_of(func, first, hints)),
        Form("value", shape_of(value), version, migrate, returned),
        Form("saved", shape_of(saved), version, migrate, returned),
    )
