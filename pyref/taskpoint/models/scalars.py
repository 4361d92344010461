"""The strings and numbers that documents are made of, each as in `spec/1.0/schema/common.schema.json`.

The patterns are the schemas' own, and keep to what every regular expression engine reads the same way: no
look-around, and no letter classes, which follow Unicode here and ASCII there.
pydantic's engine is Rust's, where ``$`` is the end of the text and nothing else.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, Strict, StringConstraints
from pydantic_core import PydanticCustomError

__all__ = (
    "MAX_INTEGER",
    "PATTERNS",
    "Attempt",
    "Count",
    "Digest",
    "First",
    "Id",
    "InterruptId",
    "Name",
    "Path",
    "Present",
    "Seq",
    "Step",
    "Text",
    "Time",
    "Unique",
)

MAX_INTEGER: Final = 2**53 - 1

_INDEX: Final = r"(?:0|[1-9][0-9]*)"
_WORD: Final = (
    r"(?:[^%/#@!$\x00-\x1f\x7f-\x9f]|%(?:[01][0-9A-F]|2[1345F]|40|7F|C2%[89][0-9A-F]))+"  # escapes only what must be
)
_SEGMENT: Final = rf"(?:[$]?{_WORD}#{_INDEX}|{_WORD}@{_WORD})"
_PATH: Final = rf"{_SEGMENT}(?:/{_SEGMENT})*"

_MONTH_DAY: Final = (
    r"(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    r"|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_LEAP_YEAR: Final = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
_DATE: Final = rf"(?:[0-9]{{4}}-{_MONTH_DAY}|{_LEAP_YEAR}-02-29)"
_FRACTION: Final = r"(?:[.][0-9]{1,9})?"
_MINUTE: Final = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_CLOCK: Final = rf"{_MINUTE}:(?:[0-5][0-9]|60){_FRACTION}"
_OFFSET: Final = (  # RFC 3339 gives -00:00 a meaning of its own: no offset is known
    rf"(?:Z|[+]{_MINUTE}|-(?:00:(?:0[1-9]|[1-5][0-9])|(?:0[1-9]|1[0-9]|2[0-3]):[0-5][0-9]))"
)
_BIG: Final = (  # 2^53 and more: below that an integer is a plain number
    r"[1-9][0-9]{16,}|9[1-9][0-9]{14}|90[1-9][0-9]{13}|900[89][0-9]{12}|9007[2-9][0-9]{11}|9007199[3-9][0-9]{8}"
    r"|90071992[6-9][0-9]{7}|900719925[5-9][0-9]{6}|9007199254[89][0-9]{5}|90071992547[5-9][0-9]{4}"
    r"|900719925474[1-9][0-9]{3}|900719925474099[2-9]"
)
_BASE64: Final = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?"

PATTERNS: Final[dict[str, str]] = {
    "id": r"^[^\x00-\x1f\x7f-\x9f]*$",
    "digest": r"^[0-9a-f]{64}$",
    "path": rf"^{_PATH}$",
    "interruptId": rf"^(?:{_PATH})?!{_INDEX}$",
    "time": rf"^{_DATE}T{_MINUTE}:[0-5][0-9]{_FRACTION}Z$",
    "datetime": rf"^{_DATE}T{_CLOCK}{_OFFSET}$",
    "date": rf"^{_DATE}$",
    "clockTime": rf"^{_CLOCK}{_OFFSET}?$",
    "int": rf"^-?(?:{_BIG})$",
    "bytes": rf"^{_BASE64}$",
    "duration": r"^(?:PT0S|-?PT(?:0[.][0-9]{0,8}[1-9]|[1-9][0-9]{0,14}(?:[.][0-9]{0,8}[1-9])?)S)$",
    "decimal": r"^(?:NaN|-?Infinity|-?(?:0|[1-9][0-9]*)(?:[.][0-9]+)?(?:[eE][+-]?[0-9]+)?)$",
    "uuid": r"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$",
}
"""By the name of the definition that has the same pattern in the schemas."""


def _refuse_null(value: Any) -> Any:
    if value is None:
        raise PydanticCustomError("null", "is null where it may only be absent")
    return value


def _refuse_repeats(values: list[str]) -> list[str]:
    if len(values) > 1 and len(set(values)) < len(values):
        raise PydanticCustomError("repeated", "holds an item twice")
    return values


def _refuse_fraction(value: float) -> int:
    if not value.is_integer():
        raise PydanticCustomError("int_type", "is not an integer")
    return int(value)


Present: Final = BeforeValidator(_refuse_null)
"""For a member that may be absent, which is None in Python, but not null."""
Unique: Final = AfterValidator(_refuse_repeats)

Text = Annotated[str, Strict()]
Id = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=255, pattern=PATTERNS["id"])]
Name = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=255)]
Digest = Annotated[str, StringConstraints(strict=True, pattern=PATTERNS["digest"])]
Path = Annotated[str, StringConstraints(strict=True, pattern=PATTERNS["path"])]
InterruptId = Annotated[str, StringConstraints(strict=True, pattern=PATTERNS["interruptId"])]
Time = Annotated[str, StringConstraints(strict=True, pattern=PATTERNS["time"])]

# JSON does not tell 1.0 from 1, so an integer may come as a float; Python's `True` is none.
_Whole = AfterValidator(_refuse_fraction)
_NotNegative = Field(ge=0, le=MAX_INTEGER)
_Positive = Field(ge=1, le=MAX_INTEGER)
_Further = Field(ge=2, le=MAX_INTEGER)
_One = Field(ge=1, le=1)
_StepOn = Field(ge=-1)
_InOrder: Final = Field(union_mode="left_to_right")
Seq = Annotated[Annotated[int, Strict(), _NotNegative] | Annotated[float, Strict(), _NotNegative, _Whole], _InOrder]
Count = Annotated[Annotated[int, Strict(), _Positive] | Annotated[float, Strict(), _Positive, _Whole], _InOrder]
Attempt = Annotated[Annotated[int, Strict(), _Further] | Annotated[float, Strict(), _Further, _Whole], _InOrder]
First = Annotated[Annotated[int, Strict(), _One] | Annotated[float, Strict(), _One, _Whole], _InOrder]
Step = Annotated[Annotated[int, Strict(), _StepOn] | Annotated[float, Strict(), _StepOn, _Whole], _InOrder]
