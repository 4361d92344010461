"""The text forms of tagged scalars, both ways.

Each reader takes the text under a tag and gives the Python value, or None where the text is well formed but Python
cannot hold it exactly; it raises `ValueError` where the text is malformed. `normal_*` give the one canonical spelling.
"""

from __future__ import annotations

import base64
import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Context, Decimal
from uuid import UUID

from taskpoint.codec._model import MAX_DIGITS, Refusal

_TIME = r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,9}))?"
_OFFSET = r"(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)"
_DATE = r"(\d{4})-(\d{2})-(\d{2})"
_DATETIME_RE = re.compile(f"{_DATE}T{_TIME}{_OFFSET}", re.ASCII)
_DATE_RE = re.compile(_DATE, re.ASCII)
_TIME_RE = re.compile(f"{_TIME}{_OFFSET}?", re.ASCII)
_DURATION_RE = re.compile(r"(-?)PT(0|[1-9]\d{0,14})(?:\.(\d{0,8}[1-9]))?S", re.ASCII)
_DECIMAL_RE = re.compile(r"(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?)(?=\d)0*+(\d*))?", re.ASCII)
_UUID_RE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_INT_RE = re.compile(r"-?[1-9]\d*", re.ASCII)
_MAX_EXPONENT = 999_999_999
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# Its own context: the spelling must not follow the caller's `capitals`, nor its precision or traps.
_SPELLING = Context(prec=MAX_DIGITS, Emin=-(10**10), Emax=10**10, capitals=1, clamp=0, traps=[])


def _match(pattern: re.Pattern[str], text: str) -> re.Match[str]:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError
    return found


def _check_date(year: int, month: int, day: int) -> None:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not (1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]) or (month == 2 and day == 29 and not leap):
        raise ValueError


def _fraction(digits: str | None) -> str:
    kept = (digits or "").rstrip("0")
    return f".{kept}" if kept else ""


def _micros(digits: str | None) -> int | None:
    """Microseconds of a fraction, None where it is finer than that."""
    kept = (digits or "").rstrip("0")
    return int(kept.ljust(6, "0")) if len(kept) <= 6 else None


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    span = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    return timezone(-span if offset[0] == "-" else span)


def _normal_offset(offset: str | None) -> str:
    if offset == "-00:00":  # RFC 3339: "the offset is unknown", and that is no offset
        raise ValueError
    return "Z" if offset == "+00:00" else offset or ""


def normal_datetime(text: str) -> str:
    year, month, day, hour, minute, second, fraction, offset = _match(_DATETIME_RE, text).groups()
    _check_date(int(year), int(month), int(day))
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{_fraction(fraction)}{_normal_offset(offset)}"


def read_datetime(text: str) -> datetime | None:
    parts = _match(_DATETIME_RE, text).groups()
    year, month, day, hour, minute, second = (int(part) for part in parts[:6])
    micros = _micros(parts[6])
    if micros is None or year == 0 or second == 60:
        return None
    return datetime(year, month, day, hour, minute, second, micros, _zone(parts[7]))


def normal_date(text: str) -> str:
    year, month, day = (int(part) for part in _match(_DATE_RE, text).groups())
    _check_date(year, month, day)
    return text


def read_date(text: str) -> date | None:
    return None if text.startswith("0000") else date.fromisoformat(text)


def normal_time(text: str) -> str:
    hour, minute, second, fraction, offset = _match(_TIME_RE, text).groups()
    return f"{hour}:{minute}:{second}{_fraction(fraction)}{_normal_offset(offset)}"


def read_time(text: str) -> time | None:
    hour, minute, second, fraction, offset = _match(_TIME_RE, text).groups()
    micros = _micros(fraction)
    if micros is None or second == "60":
        return None
    return time(int(hour), int(minute), int(second), micros, _zone(offset) if offset else None)


def normal_duration(text: str) -> str:
    if text == "-PT0S":
        raise ValueError
    _match(_DURATION_RE, text)
    return text


def read_duration(text: str) -> timedelta | None:
    sign, seconds, fraction = _match(_DURATION_RE, text).groups()
    micros = _micros(fraction)
    if micros is None:
        return None
    try:
        span = timedelta(seconds=int(seconds), microseconds=micros)
        return -span if sign else span
    except OverflowError:
        return None


def normal_decimal(text: str) -> str:
    return text if text in ("NaN", "Infinity", "-Infinity") else _SPELLING.to_sci_string(_finite_decimal(text))


def _finite_decimal(text: str) -> Decimal:
    sign, whole, fraction, exponent_sign, exponent = _match(_DECIMAL_RE, text).groups(default="")
    digits = (whole + fraction).lstrip("0") or "0"
    power = int(exponent_sign + (exponent[:12] or "0")) - len(fraction)
    if len(digits) > MAX_DIGITS or len(exponent) > 12 or abs(power + len(digits) - 1) > _MAX_EXPONENT:
        raise Refusal("value.out_of_range", f"a decimal has more than {MAX_DIGITS} digits or too great an exponent")
    return Decimal((int(sign == "-"), tuple(map(int, digits)), power))


def read_decimal(text: str) -> Decimal | None:
    return Decimal(text) if text in ("NaN", "Infinity", "-Infinity") else _finite_decimal(text)


def normal_uuid(text: str) -> str:
    _match(_UUID_RE, text)
    return text.lower()


def read_uuid(text: str) -> UUID | None:
    return UUID(text)


def normal_bytes(text: str) -> str:
    if base64.b64encode(base64.b64decode(text, validate=True)).decode() != text:
        raise ValueError  # bits after the end: a second spelling of the same bytes
    return text


def read_bytes(text: str) -> bytes | None:
    return base64.b64decode(text)


def normal_int(text: str) -> str:
    _match(_INT_RE, text)
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise Refusal("value.out_of_range", f"an integer has more than {MAX_DIGITS} digits")
    if len(text) < 18 and abs(int(text)) < 2**53:
        raise ValueError
    return text


def read_int(text: str) -> int | None:
    return int(text)


_FLOATS = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf"), "-0": -0.0}


def normal_float(text: str) -> str:
    if text not in _FLOATS:
        raise ValueError
    return text


def read_float(text: str) -> float | None:
    return _FLOATS[text]


def write_int(value: int) -> str:
    text = "" if value.bit_length() > MAX_DIGITS * 4 else str(value)
    if not text or len(text.lstrip("-")) > MAX_DIGITS:
        raise Refusal("value.out_of_range", f"an integer has more than {MAX_DIGITS} digits")
    return text


def write_float(value: float) -> str:
    if value != value:  # noqa: PLR0124 - NaN
        return "NaN"
    return "-0" if value == 0 else "Infinity" if value > 0 else "-Infinity"


def write_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


def write_datetime(value: datetime) -> str:
    text = value.isoformat()
    if value.tzinfo is None or value.utcoffset() is None:
        raise Refusal("value.not_encodable", "a datetime has no time zone")
    return _write_clock(text)


def write_time(value: time) -> str:
    if value.fold or (value.tzinfo is not None and value.utcoffset() is None):
        raise Refusal("value.not_encodable", "a time has a fold, or a time zone whose offset depends on the date")
    return _write_clock(value.isoformat())


def _write_clock(text: str) -> str:
    clock = re.compile(f"(?:{_DATE}T)?{_TIME}{_OFFSET}?", re.ASCII).fullmatch(text)
    if clock is None:  # an offset with seconds, which RFC 3339 cannot write
        raise Refusal("value.not_encodable", "a UTC offset has seconds")
    return normal_datetime(text) if "T" in text else normal_time(text)


def write_date(value: date) -> str:
    return value.isoformat()


def write_duration(value: timedelta) -> str:
    sign, span = ("-", -value) if value < timedelta(0) else ("", value)
    seconds = span.days * 86_400 + span.seconds
    return f"{sign}PT{seconds}{_fraction(f'{span.microseconds:06}')}S"


def write_decimal(value: Decimal) -> str:
    if value.is_finite():
        return normal_decimal(_SPELLING.to_sci_string(value))
    text = _SPELLING.to_sci_string(value)
    if text not in ("NaN", "Infinity", "-Infinity"):
        raise Refusal("value.not_encodable", "a decimal is a signalling NaN or has a diagnostic payload")
    return text


def write_uuid(value: UUID) -> str:
    return str(value)
