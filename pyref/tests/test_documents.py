from __future__ import annotations

import copy
import json
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

sys.path.insert(0, str(Path(__file__).parent))
from generated import at, encoded, places, quick
from schemas import accepts, examples

from taskpoint._core import journal
from taskpoint.errors import FormatError
from taskpoint.models import (
    CHECKPOINT_COLUMNS,
    ENTRY_COLUMNS,
    checkpoint_from_document,
    checkpoint_from_row,
    checkpoint_to_document,
    entries_from_rows,
    entry_from_document,
    entry_to_document,
    holder_from_document,
    holder_from_row,
    holder_to_document,
    thread_from_document,
    thread_to_document,
)

KINDS = {entry["document"]["kind"]: entry["document"] for entry in examples("entry", "valid")}

# --- documents and what the runtime holds -------------------------------------------------------------------------


def test_each_class_of_the_journal_has_a_kind_of_entry():
    classes = {cls for cls in vars(journal).values() if isinstance(cls, type) and issubclass(cls, journal.Entry)}
    assert {cls.kind for cls in classes - {journal.Entry, journal.TaskOutcome}} == KINDS.keys()


@pytest.mark.parametrize("document", [one["document"] for kind in KINDS for one in examples(f"entry.{kind}", "valid")])
def test_entries_come_back_as_they_went(document):
    entry = entry_from_document(document)
    assert entry.kind == document["kind"]
    assert entry_to_document(entry) == document
    assert entry_from_document(entry_to_document(entry)) == entry


@pytest.mark.parametrize("document", [one["document"] for one in examples("checkpoint", "valid")])
def test_checkpoints_come_back_as_they_went(document):
    checkpoint = checkpoint_from_document(document)
    assert checkpoint_to_document(checkpoint) == document
    assert checkpoint.entrypoint_name == document["entrypoint"]["name"]


def test_holders_and_threads_come_back_as_they_went():
    holder, thread = (examples(name, "valid")[0]["document"] for name in ("holder", "thread"))
    assert holder_to_document(holder_from_document(holder)) == holder
    assert thread_to_document("t1", thread_from_document(thread)) == thread


def test_encoded_values_become_text_and_null_is_not_absent():
    answered = entry_from_document(KINDS["interrupt.answered"])
    assert isinstance(answered, journal.InterruptAnswered)
    assert answered.value == "null"
    failed = entry_from_document({**KINDS["task.failed"], "error": {"type": "E", "message": "", "data": None}})
    assert isinstance(failed, journal.TaskFailed)
    assert failed.error == journal.ErrorDocument("E", "", data="null")


@settings(quick, max_examples=200)
@given(encoded.filter(lambda value: accepts("value", value)))
def test_the_text_of_a_value_is_exactly_its_tree(value):
    entry = entry_from_document({**KINDS["interrupt.answered"], "value": value})
    assert isinstance(entry, journal.InterruptAnswered)
    assert json.loads(entry.value) == value
    assert json.dumps(json.loads(entry.value), sort_keys=True) == json.dumps(value, sort_keys=True)


def test_an_integer_that_came_as_a_float_is_an_integer():
    entry = entry_from_document({**KINDS["run.started"], "seq": 0.0, "attempt": 1.0})
    assert [type(entry.seq), type(entry.attempt)] == [int, int]
    with pytest.raises(FormatError, match="seq is not an integer"):
        entry_from_document({**KINDS["run.started"], "seq": True})


# --- refusals -----------------------------------------------------------------------------------------------------


CHECKPOINT, CLOSING = (examples("checkpoint", "valid")[index]["document"] for index in (0, 2))
THREAD = examples("thread", "valid")[0]["document"]


def changed(document: Any, *place: Any, to: Any) -> Any:
    copied = copy.deepcopy(document)
    at(copied, place[:-1])[place[-1]] = to
    return copied


@pytest.mark.parametrize(
    ("read", "document", "text"),
    [
        (entry_from_document, {**KINDS["task.completed"], "path": "fetch"}, "entry: path is malformed"),
        (entry_from_document, {**KINDS["task.completed"], "extra": 1}, "entry: extra is not a member"),
        (entry_from_document, {**KINDS["task.completed"], "a b": 1}, "entry: * is not a member"),
        (entry_from_document, {**KINDS["run.started"], "kind": "run.paused"}, "entry: it has a kind or source that"),
        (entry_from_document, {"seq": 0}, "entry: it has no kind"),
        (entry_from_document, None, "entry: it is not an object"),
        (entry_from_document, changed(KINDS["task.failed"], "error", "type", to=""), "entry: error.type is empty"),
        (entry_from_document, changed(KINDS["run.failed"], "rerun", 0, to=""), "entry: rerun[0] is malformed"),
        (checkpoint_from_document, changed(CHECKPOINT, "input", to=[{"$x": 1}]), "checkpoint: input[0] has a key"),
        (checkpoint_from_document, changed(CHECKPOINT, "entrypoint", to={}), "checkpoint: entrypoint.name is missing"),
        (checkpoint_from_document, {**CHECKPOINT, "value": 1}, "checkpoint: value is not a member"),
        (holder_from_document, {}, "holder: attempt_id is missing"),
        (
            thread_from_document,
            changed(THREAD, "checkpoints", 0, "entries", 1, "at", to=""),
            "thread 't1': checkpoints[0].entries[1].at is malformed",
        ),
        (
            thread_from_document,
            changed(THREAD, "checkpoints", 1, "checkpoint", "value", to={"a": [0, {"$set": [1, 1]}]}),
            "thread 't1': checkpoints[1].checkpoint.value.a[1].$set holds an item twice",
        ),
        (thread_from_document, changed(THREAD, "thread_id", to="t2"), "checkpoints[0].checkpoint.thread_id is another"),
        (thread_from_document, changed(THREAD, "checkpoints", 1, "checkpoint", "seq", to=2), "seq does not count on"),
        (
            thread_from_document,
            changed(THREAD, "checkpoints", 0, "entries", 1, "seq", to=5),
            "checkpoints[0].entries[1].seq does not count on from 0",
        ),
        (
            thread_from_document,
            changed(THREAD, "checkpoints", 1, "checkpoint", "id", to=CHECKPOINT["id"]),
            "checkpoints[1].checkpoint.id is taken already",
        ),
        (
            thread_from_document,
            changed(THREAD, "checkpoints", 1, "checkpoint", "parent_id", to="other"),
            "checkpoints[1].checkpoint.parent_id names no earlier checkpoint",
        ),
    ],
)
def test_a_refusal_names_the_place(read, document, text):
    with pytest.raises(FormatError) as caught:
        read(document)
    assert text in caught.value.message
    assert caught.value.code == "format.invalid"


@pytest.mark.parametrize(
    ("thread_id", "name"),
    [
        ("t" * 255, f"thread '{'t' * 255}'"),
        ("a\u200db\u2028", r"thread 'a\u200db\u2028'"),  # an id, though it cannot be printed as it is (`SEC-001`)
        ("t" * 256, "thread"),
        ("a\nb", "thread"),
        ("", "thread"),
        (7, "thread"),
    ],
)
def test_a_refusal_repeats_what_is_an_id_and_nothing_else(thread_id, name):
    with pytest.raises(FormatError) as caught:
        thread_from_document({**THREAD, "thread_id": thread_id, "checkpoints": None})
    assert caught.value.message.startswith(f"{name}: ")


@pytest.mark.parametrize(
    ("read", "document", "code"),
    [
        (checkpoint_from_document, {**CHECKPOINT, "format": "1.1"}, "format.newer"),
        (checkpoint_from_document, {**CHECKPOINT, "format": "2.0", "source": "merge", "more": 1}, "format.newer"),
        (checkpoint_from_document, {**CHECKPOINT, "format": "10.0"}, "format.newer"),
        (checkpoint_from_document, {**CHECKPOINT, "format": "0.9"}, "format.invalid"),
        (checkpoint_from_document, {**CHECKPOINT, "format": "2"}, "format.invalid"),
        (checkpoint_from_document, {**CHECKPOINT, "format": 2.0}, "format.invalid"),
        (checkpoint_from_document, {**CHECKPOINT, "format": "1.0\n"}, "format.invalid"),
        (checkpoint_from_document, {**CHECKPOINT, "input": {**CHECKPOINT, "format": "2.0", "$x": 1}}, "format.invalid"),
        (entry_from_document, {**KINDS["run.started"], "format": "2.0"}, "format.invalid"),
        (thread_from_document, {**THREAD, "format": "taskpoint.thread/2"}, "format.newer"),
        (thread_from_document, {**THREAD, "format": "taskpoint.thread/0"}, "format.invalid"),
        (thread_from_document, changed(THREAD, "checkpoints", 1, "checkpoint", "format", to="1.2"), "format.newer"),
    ],
)
def test_a_newer_format_is_told_from_a_malformed_one(read, document, code):
    with pytest.raises(FormatError) as caught:
        read(document)
    assert caught.value.code == code


@pytest.mark.parametrize("definition", ["entry", "checkpoint", "thread"])
def test_refusals_do_not_repeat_content(definition):
    read = {"entry": entry_from_document, "checkpoint": checkpoint_from_document, "thread": thread_from_document}
    secret = "hunter2 \U0001f600"

    @quick
    @given(st.data())
    def refused(data):
        root = [copy.deepcopy(data.draw(st.sampled_from(examples(definition, "valid")))["document"])]
        place = data.draw(st.sampled_from(places(root)[1:]))
        bad = data.draw(
            st.sampled_from([secret, [secret], {secret: secret}, {"$set": [secret, secret]}, {"$x": secret}])
        )
        at(root, place[:-1])[place[-1]] = bad
        refusal: FormatError | None = None
        try:
            read[definition](root[0])
        except FormatError as error:
            refusal = error
        if refusal is not None and place != (0, "thread_id"):  # a thread's id is its place
            assert "hunter2" not in str(refusal)
            assert refusal.__context__ is None or refusal.__suppress_context__

    refused()


DEEP: Any = []
for _ in range(5_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "value",
    [
        "\ud800", "a\udfffb", {"\ud800": 1}, [{"a": ["\udc00"]}], float("nan"), float("inf"), [float("-inf")], DEEP,
        (1, 2), {1: 2}, {1, 2}, b"a", object(), 10**5_000,
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_not_json_is_refused_as_a_value(value):
    """A schema cannot say these: a JSON parser does not let them through, or only a careless one."""
    with pytest.raises(FormatError, match="entry: value"):
        entry_from_document({**KINDS["task.completed"], "value": value})


@pytest.mark.parametrize("member", ["attempt_id", "path", "name", "at", "kind", "input_digest"])
def test_lone_surrogates_are_refused(member):
    with pytest.raises(FormatError):
        entry_from_document({**KINDS["task.completed"], member: "fetch\ud800#0"})


def test_128_levels_are_taken_and_129_are_not():
    value: Any = 1
    for _ in range(128):
        value = [value]
    entry_from_document({**KINDS["task.completed"], "value": value})
    with pytest.raises(FormatError, match="too deeply"):
        entry_from_document({**KINDS["task.completed"], "value": [value]})


# --- rows ---------------------------------------------------------------------------------------------------------


def row_of(document: dict[str, Any]) -> tuple[Any, ...]:
    """An entry's row, by the rule: a member without a column stands in `detail`."""
    detail = {name: member for name, member in document.items() if name not in ENTRY_COLUMNS}
    columns = {**document, "detail": json.dumps(detail) if detail else None}
    if "value" in document:
        columns["value"] = json.dumps(document["value"])
    if "alone" in document:
        columns["alone"] = int(document["alone"])
    return tuple(columns.get(name) for name in ENTRY_COLUMNS)


def test_rows_hold_what_documents_hold():
    journal_documents = [{**document, "seq": seq} for seq, document in enumerate(KINDS.values())]
    rows = [row_of(document) for document in journal_documents]
    entries = entries_from_rows(rows, where="thread 't1'")
    assert [entry_to_document(entry) for entry in entries] == journal_documents
    assert [type(entry) for entry in entries] == [type(entry_from_document(one)) for one in journal_documents]


def test_the_short_way_of_results_takes_and_refuses_what_the_long_way_does():
    """A result goes the long way when its `detail` is an empty object."""
    row = row_of(KINDS["task.completed"])
    wrong: list[Any] = [None, "", "a\n", "\0", 0, 1, 2, -1, True, 1.5, b"a", "a#0\n", "2026-02-30T00:00:00Z", 2**53]
    taken = 0
    for column in range(len(row) - 1):
        for value in (row[column], *wrong):
            results = []
            for detail in (None, "{}"):
                line = (*row[:column], value, *row[column + 1 : -1], detail)
                try:
                    results.append(entries_from_rows([line], where="t"))
                except FormatError:
                    results.append(None)
            taken += results[0] is not None
            assert results[0] == results[1], (ENTRY_COLUMNS[column], value)
    assert len(row) - 1 < taken < 60


def test_the_text_of_a_stored_value_is_not_read():
    text = '{"not json'
    (entry,) = entries_from_rows([(*row_of(KINDS["task.completed"])[:10], text, None)], where="t")
    assert isinstance(entry, journal.TaskCompleted)
    assert entry.value is text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"seq": 1}, "entry 0: seq does not count on from 0"),
        ({"kind": "task.forgotten"}, "entry 0: it has a kind"),
        ({"path": None}, "entry 0: path is missing"),
        ({"path": "fetch#0\n"}, "entry 0: path is malformed"),
        ({"input_digest": "0" * 63}, "entry 0: input_digest is malformed"),
        ({"alone": 2}, "entry 0: alone is not a boolean"),
        ({"value": b"1"}, "entry 0: value is not a text"),
        ({"value": None}, "entry 0: value is missing"),
        ({"detail": "{"}, "entry 0: detail is not the text of a JSON object"),
        ({"detail": "[]"}, "entry 0: detail is not the text of a JSON object"),
        ({"detail": '{"seq": 0}'}, "entry 0: detail has a member that has a column"),
        ({"detail": '{"rerun": []}'}, "entry 0: rerun is not a member"),
    ],
)
def test_a_malformed_row_is_refused_by_its_place(change, text):
    row = {**dict(zip(ENTRY_COLUMNS, row_of(KINDS["task.completed"]), strict=True)), **change}
    with pytest.raises(FormatError) as caught:
        entries_from_rows([tuple(row[name] for name in ENTRY_COLUMNS)], where="thread 't1'")
    assert caught.value.message.startswith(f"thread 't1', {text}")


def checkpoint_row(document: dict[str, Any]) -> dict[str, Any]:
    columns = {**document, **{f"entrypoint_{name}": member for name, member in document["entrypoint"].items()}}
    texts = {name: json.dumps(document[name]) for name in ("input", "value", "saved", "metadata") if name in document}
    return {name: texts.get(name, columns.get(name)) for name in CHECKPOINT_COLUMNS}


@pytest.mark.parametrize("document", [one["document"] for one in examples("checkpoint", "valid")])
def test_checkpoint_rows_hold_what_documents_hold(document):
    row = tuple(checkpoint_row(document).values())
    checkpoint = checkpoint_from_row(document["thread_id"], row, where="t")
    assert checkpoint_to_document(checkpoint) == document


@pytest.mark.parametrize(
    ("document", "change", "code"),
    [
        (CHECKPOINT, {"format": "1.1"}, "format.newer"),
        (CHECKPOINT, {"source": "loop"}, "format.invalid"),
        (CHECKPOINT, {"input": None}, "format.invalid"),
        (CHECKPOINT, {"value": "1"}, "format.invalid"),
        (CHECKPOINT, {"metadata": b"{}"}, "format.invalid"),
        (CHECKPOINT, {"id": "a\n"}, "format.invalid"),
        (CLOSING, {"value": None}, "format.invalid"),
        (CLOSING, {"previous_id": "c0"}, "format.invalid"),
    ],
)
def test_a_malformed_checkpoint_row_is_refused(document, change, code):
    row = tuple({**checkpoint_row(document), **change}.values())
    with pytest.raises(FormatError, match="checkpoint 0 of thread 't1'") as caught:
        checkpoint_from_row("t1", row, where="checkpoint 0 of thread 't1'")
    assert caught.value.code == code


def test_a_holder_row_is_whole_or_empty():
    holder = holder_from_document(examples("holder", "valid")[0]["document"])
    row = tuple(getattr(holder, field.name) for field in fields(holder))
    assert holder_from_row(row, where="t") == holder
    assert holder_from_row((None,) * 4, where="t") is None
    with pytest.raises(FormatError, match="t: host is not a string"):
        holder_from_row((row[0], None, *row[2:]), where="t")
