"""What the library tells of where the code runs, and what the caller gave the run."""

from __future__ import annotations

from ir.expressions import FORMS
from program import OPTIONS
from records import plain, record

from taskpoint import get_runtime

OPTIONS["context"] = lambda _, members, __: {"context_schema": record("Context", members)}

FORMS["$attempt"] = lambda _, __: get_runtime().execution_info.attempt
FORMS["$info"] = lambda name, _: getattr(get_runtime().execution_info, name)
FORMS["$context"] = lambda _, __: plain(get_runtime().context)
