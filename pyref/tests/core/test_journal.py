"""Entries and checkpoints: small closed classes, one for each kind of the schema."""

import dataclasses
import json
import sys
from pathlib import Path

import pytest
from builders import (
    answered,
    asked,
    cancelled,
    completed,
    done,
    failed,
    interrupted,
    journal,
    resumed,
    run_failed,
    stopped,
)

from taskpoint._core.journal import Checkpoint, Entry, ErrorDocument, Holder, TaskOutcome
from taskpoint.models import entry_from_document, entry_to_document

sys.path.insert(0, str(Path(__file__).parents[1]))
from schemas import SCHEMAS, accepts

DIGEST = "0" * 64
EVERY = journal(
    done("f#0", DIGEST),
    failed("f#0", DIGEST, ["f#0/g#0"]),
    cancelled("f#0", None),
    asked("!0", DIGEST),
    answered("!0"),
    resumed(2, ["f#0"]),
    interrupted("!0"),
    run_failed("f#0"),
    stopped(),
    completed(),
)
KINDS = {entry.kind: type(entry) for entry in EVERY}


def subclasses(cls):
    """Those that their module holds: a dataclass with slots is made twice, and the first one is garbage."""
    return [sub for sub in cls.__subclasses__() if getattr(sys.modules[sub.__module__], sub.__name__) is sub]


def leaves(cls):
    return {cls} if not subclasses(cls) else {leaf for sub in subclasses(cls) for leaf in leaves(sub)}


def test_there_is_one_class_for_each_kind_of_the_schema():
    kinds = {name for name in SCHEMAS["entry"]["$defs"] if "." in name}
    assert set(KINDS) == kinds
    assert {cls.__name__ for cls in leaves(Entry)} == {cls.__name__ for cls in KINDS.values()}


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.kind)
def test_the_members_of_a_class_are_those_of_its_schema(entry):
    members = {field.name for field in dataclasses.fields(entry)} | {"kind"}
    assert members == set(SCHEMAS["entry"]["$defs"][entry.kind]["properties"])


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: entry.kind)
def test_an_entry_is_a_valid_document_and_comes_back(entry):
    document = json.loads(json.dumps(entry_to_document(entry)))
    assert accepts("entry", document)
    assert entry_from_document(document) == entry


@pytest.mark.parametrize("cls", [*KINDS.values(), Checkpoint, Holder, ErrorDocument], ids=lambda cls: cls.__name__)
def test_documents_are_slim_and_closed(cls):
    made = cls.__new__(cls)
    with pytest.raises(AttributeError):
        made.another_member = 1
    assert not hasattr(made, "__dict__")


def test_lists_are_not_shared_between_entries():
    one, other = completed(), completed()
    one.orphans.append("f#0")
    assert other.orphans == []
    assert {cls.__name__ for cls in subclasses(TaskOutcome)} == {"TaskCompleted", "TaskFailed", "TaskCancelled"}
