"""How documents and stored rows enter the runtime: one pydantic model per schema definition, and what it becomes.

`*_from_document` take what a JSON parser returns and refuse what the schemas refuse, with a `FormatError` that names
the place and never repeats the content. `*_to_document` are their inverses.
"""

from __future__ import annotations

from taskpoint.models.convert import (
    checkpoint_from_document,
    checkpoint_to_document,
    entry_from_document,
    entry_to_document,
    error_to_document,
    holder_from_document,
    holder_to_document,
    thread_from_document,
    thread_to_document,
)
from taskpoint.models.rows import (
    CHECKPOINT_COLUMNS,
    ENTRY_COLUMNS,
    checkpoint_from_row,
    entries_from_rows,
    holder_from_row,
)

__all__ = (
    "CHECKPOINT_COLUMNS",
    "ENTRY_COLUMNS",
    "checkpoint_from_document",
    "checkpoint_from_row",
    "checkpoint_to_document",
    "entries_from_rows",
    "entry_from_document",
    "entry_to_document",
    "error_to_document",
    "holder_from_document",
    "holder_from_row",
    "holder_to_document",
    "thread_from_document",
    "thread_to_document",
)
