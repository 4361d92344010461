"""Questions that say what their answer must look like (`INT-030` ff.), where Python has something of its own."""

import asyncio
import dataclasses
import enum
import json
import subprocess
import sys
import threading
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Annotated, Any, Literal, TypedDict

import pytest
from pydantic import AfterValidator, BaseModel

from taskpoint import (
    Command,
    InMemorySaver,
    Interrupt,
    SqliteSaver,
    UsageError,
    ValueEncodingError,
    entrypoint,
    interrupt,
    task,
)
from taskpoint.interchange import export_thread, import_thread
from taskpoint.testing import replay, survive_crashes

INTEGER = {"type": "integer"}


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Payment(BaseModel):
    amount: int
    to: str
    on: date | None = None


@dataclasses.dataclass
class Vote:
    yes: bool


class Named(TypedDict):
    name: str


def _even(number: int) -> int:
    if number % 2:
        raise ValueError(number)
    return number


def asks(schema: Any, saver: Any = None, note: list[Any] | None = None) -> Any:
    @entrypoint(checkpointer=saver or InMemorySaver())
    def main(_: int) -> str:
        answer = interrupt("q", response_schema=schema)
        if note is not None:
            note.append(answer)
        interrupt("and now?")
        return type(answer).__name__

    return main


@pytest.mark.parametrize(
    ("schema", "given", "seen"),
    [
        (Payment, {"amount": 3, "to": "ann", "on": "2026-11-22"}, Payment(amount=3, to="ann", on=date(2026, 11, 22))),
        (Vote, {"yes": True}, Vote(yes=True)),
        (Named, {"name": "ann"}, {"name": "ann"}),
        (Colour, "red", Colour.RED),
        (Literal["a", "b"], "b", "b"),
        (list[int], [1, 2], [1, 2]),
        (tuple[int, str], [1, "a"], (1, "a")),
        (set[int], [1, 2], {1, 2}),
        (int, 1.0, 1),
        (bool | None, None, None),
        (dict[str, Vote], {"a": {"yes": False}}, {"a": Vote(yes=False)}),
        ({"type": "object"}, {"amount": 3}, {"amount": 3}),
        ({}, [None], [None]),
    ],
)
def test_an_answer_is_an_instance_of_the_type_on_the_first_run_as_on_a_replay(schema, given, seen):
    note: list[Any] = []
    main = asks(schema, note=note)
    main.invoke(0, thread_id="t")
    main.invoke(Command(resume=given), thread_id="t")
    main.invoke(Command(resume="on"), thread_id="t")
    assert note == [seen, seen]
    assert [type(each) for each in note] == [type(seen)] * 2
    assert note[0] is not note[1] or type(seen) in {int, str, Colour, type(None)}


def test_a_type_shows_its_schema_wherever_the_question_is_shown():
    main = asks(Payment)
    schema = Payment.model_json_schema()
    assert main.invoke(0, thread_id="t") == {"__interrupt__": [Interrupt("q", "!0", schema)]}
    state = main.get_state(thread_id="t")
    assert state.interrupts == state.tasks[0].interrupts == (Interrupt("q", "!0", schema),)
    shown = state.interrupts[0].response_schema
    shown.clear()  # it is the caller's own
    assert main.get_state(thread_id="t").interrupts[0].response_schema == schema
    parts = list(main.stream(None, thread_id="t", stream_mode="tasks"))
    assert parts[-1]["interrupts"] == [{"value": "q", "id": "!0", "response_schema": schema}]


@pytest.mark.parametrize(
    ("schema", "given", "where", "keyword"),
    [
        (Payment, {"amount": "much", "to": "CANARY"}, "/amount", "type"),
        (Payment, {"amount": 1}, "''", "required"),
        (INTEGER, "CANARY", "''", "type"),
        ({"properties": {"a/b~": {"items": {"maximum": 3}}}}, {"a/b~": [1, 987654]}, "/a~1b~0/1", "maximum"),
        ({"properties": {"a": False}}, {"a": "CANARY"}, "", "false"),
        (Colour, "CANARY", "''", "enum"),
    ],
)
def test_a_refused_answer_says_where_and_why_and_changes_nothing(schema, given, where, keyword):
    saver = InMemorySaver()
    main = asks(schema, saver)
    main.invoke(0, thread_id="t")
    before = export_thread(saver, "t")
    for command in (Command(resume=given), Command(answers={"!0": given})):
        with pytest.raises(UsageError) as caught:
            main.invoke(command, thread_id="t")
        assert caught.value.code == "interrupt.answer_invalid"
        assert where in caught.value.message
        assert repr(keyword) in caught.value.message
        assert "CANARY" not in str(caught.value)
        assert "987654" not in str(caught.value)
        assert "still open" in caught.value.hint
    assert export_thread(saver, "t") == before


def test_async_runs_do_the_same():
    @task
    async def ask() -> Vote:
        return interrupt("q", response_schema=Vote)

    @entrypoint(checkpointer=InMemorySaver())
    async def main(_: int) -> bool:
        return (await ask()).yes

    async def go():
        await main.ainvoke(0, thread_id="t")
        with pytest.raises(UsageError, match=r"interrupt\.answer_invalid"):
            await main.ainvoke(Command(resume={"yes": "no"}), thread_id="t")
        return await main.ainvoke(Command(resume={"yes": False}), thread_id="t")

    assert asyncio.run(go()) is False


@pytest.mark.parametrize("is_async", [False, True])
def test_an_answer_that_fits_the_schema_and_not_the_type_ends_the_attempt_and_can_be_asked_again(is_async):
    caught: list[BaseException] = []
    even = Annotated[int, AfterValidator(_even)]

    def ask() -> int:
        try:
            return interrupt("q", response_schema=even)
        except Exception as error:  # noqa: BLE001 - no code sees it (TYP-003)
            caught.append(error)
            return 0

    async def later(_: int) -> int:
        return ask()

    main = entrypoint("main", later if is_async else lambda _: ask(), checkpointer=InMemorySaver())

    def run(given):
        return asyncio.run(main.ainvoke(given, thread_id="t")) if is_async else main.invoke(given, thread_id="t")

    run(0)
    with pytest.raises(ValueEncodingError) as refused:
        run(Command(resume=3))
    assert refused.value.code == "value.mismatch"
    assert "the answer to !0" in refused.value.message
    assert "3" not in refused.value.message
    assert "fork the run" in refused.value.hint
    assert caught == []
    main.fork(thread_id="t", before="!0")
    run(None)
    assert run(Command(resume=4)) == 4


def test_a_recorded_answer_that_no_longer_fits_the_type_says_which_member():
    class Bigger(BaseModel):
        amount: int
        currency: str

    saver = InMemorySaver()
    asks(Payment, saver).invoke(0, thread_id="t")
    asks(Payment, saver).invoke(Command(resume={"amount": 1, "to": "ann"}), thread_id="t")
    with pytest.raises(ValueEncodingError, match=r"the answer to !0.*\$\.currency") as caught:
        asks(Bigger, saver).invoke(Command(resume=1), thread_id="t")
    assert caught.value.code == "value.mismatch"
    assert asks(Payment, saver).invoke(None, thread_id="t") == "Payment"


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nothing"},
        {"pattern": "("},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        {"$ref": "#/elsewhere", "elsewhere": {"items": {"$ref": "other.json"}}},
        {"$ref": "#/enum/0", "enum": [5]},
        {"items": {"$dynamicRef": "other.json#a"}},
        {"$schema": "http://json-schema.org/draft-07/schema#"},
        {"properties": {"a": {"$schema": "http://json-schema.org/draft-04/schema#", "$id": "a"}}},
        {"const": 2**53},
        {"const": float("nan")},
        {"enum": (1, 2)},
        {1: 2},
        {"title": "\ud800"},
        5,
        [INTEGER],
        True,
        Ellipsis,
        type("Undescribed", (), {}),
    ],
    ids=repr,
)
def test_what_is_no_schema_fails_at_the_call(schema):
    saver = InMemorySaver()
    with pytest.raises(UsageError) as caught:
        asks(schema, saver).invoke(0, thread_id="t")
    assert caught.value.code == "interrupt.schema_invalid"
    assert caught.value.hint
    kinds = [entry["kind"] for entry in export_thread(saver, "t")["checkpoints"][0]["entries"]]
    assert kinds == ["run.started", "run.failed"]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#/definitions/n", "definitions": {"n": INTEGER}},
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "integer"},
        {"$id": "https://example.com/mine", "$ref": "other", "$defs": {"o": {"$id": "other", "type": "integer"}}},
        {"$ref": "#n", "$defs": {"n": {"$anchor": "n", "type": "integer"}}},
        {"$dynamicRef": "#n", "$defs": {"n": {"$dynamicAnchor": "n", "type": "integer"}}},
        {"enum": [1, {"$ref": "https://example.com/no-reference"}]},
        {"type": "integer", "properties": {"$ref": {"type": "string"}}},
    ],
    ids=str,
)
def test_references_inside_of_a_schema_are_followed(schema):
    main = asks(schema)
    main.invoke(0, thread_id="t")
    with pytest.raises(UsageError, match=r"interrupt\.answer_invalid"):
        main.invoke(Command(resume="x"), thread_id="t")
    assert main.invoke(Command(resume=1), thread_id="t")["__interrupt__"][0].id == "!1"


def test_nothing_is_fetched_where_a_schema_is_asked_or_answered():
    requests: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            requests.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            away = {"$ref": f"http://127.0.0.1:{server.server_port}/schema.json"}
            with pytest.raises(UsageError, match=r"interrupt\.schema_invalid"):
                asks(away).invoke(0, thread_id="t")
            saver = InMemorySaver()
            asks(INTEGER, saver).invoke(0, thread_id="t")
            document = json.loads(json.dumps(export_thread(saver, "t")).replace(json.dumps(INTEGER), json.dumps(away)))
            foreign = InMemorySaver()
            import_thread(foreign, document)
            with pytest.raises(UsageError, match=r"interrupt\.schema_unsupported"):
                asks(INTEGER, foreign).invoke(Command(resume=1), thread_id="t")
        finally:
            server.shutdown()
            thread.join()
    assert requests == []


def test_a_schema_without_an_end_is_no_crash():
    main = asks({"$ref": "#"})
    main.invoke(0, thread_id="t")
    with pytest.raises(UsageError, match="without end") as caught:
        main.invoke(Command(resume=1), thread_id="t")
    assert caught.value.code == "interrupt.schema_unsupported"


def test_a_schema_lies_in_a_file_and_in_the_interchange_format(tmp_path):
    schema = {"$ref": "#/$defs/n", "$defs": {"n": INTEGER}}
    with SqliteSaver(tmp_path / "threads.db") as saver:
        asks(schema, saver).invoke(0, thread_id="t")
    with SqliteSaver(tmp_path / "threads.db") as saver:
        document = json.loads(json.dumps(export_thread(saver, "t")))
        assert document["checkpoints"][0]["entries"][1]["response_schema"] == schema
        with pytest.raises(UsageError, match=r"interrupt\.answer_invalid"):
            asks(schema, saver).invoke(Command(resume="x"), thread_id="t")
    elsewhere = InMemorySaver()
    import_thread(elsewhere, document)
    assert asks(schema, elsewhere).get_state(thread_id="t").interrupts == (Interrupt("q", "!0", schema),)
    assert export_thread(elsewhere, "t") == document


def test_a_question_without_a_schema_is_recorded_as_ever():
    saver = InMemorySaver()
    asks(None, saver).invoke(0, thread_id="t")
    asked = export_thread(saver, "t")["checkpoints"][0]["entries"][1]
    assert asked.keys() == {"kind", "seq", "at", "attempt_id", "id", "value", "input_digest", "alone"}
    assert asks(None, saver).get_state(thread_id="t").interrupts[0].response_schema is None


def test_the_testing_kit_shows_and_answers_such_questions():
    saver = InMemorySaver()
    main = asks(INTEGER, saver)
    main.invoke(0, thread_id="t")
    assert replay(main, export_thread(saver, "t")).interrupts == (Interrupt("q", "!0", INTEGER),)

    def answer(asked: Interrupt) -> object:
        return 7 if asked.response_schema == INTEGER else "yes"

    assert survive_crashes(main, 0, answer=answer) == "int"


PROGRAM = """
import sys
{before}
from taskpoint import Command, InMemorySaver, UsageError, entrypoint, interrupt

main = entrypoint("main", lambda schema: interrupt("q", response_schema=schema or None), checkpointer=InMemorySaver())
{after}
"""


def run(before: str, after: str) -> str:
    program = PROGRAM.format(before=before, after=after)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout


def test_runs_without_such_questions_do_not_import_what_checks_them():
    after = """
main.invoke(0, thread_id="t")
main.get_state(thread_id="t")
main.invoke(Command(resume=1), thread_id="t")
print("jsonschema" in sys.modules, "referencing" in sys.modules)
"""
    assert run("", after) == "False False\n"


def test_where_the_extra_is_missing_the_call_and_the_command_say_so():
    after = """
try:
    main.invoke({"type": "integer"}, thread_id="t")
except UsageError as error:
    print(error.code, error.hint)
from taskpoint.runtime.values.responses import check_answer
try:
    check_answer('{"type": "integer"}', "1", "!0")
except UsageError as error:
    print(error.code, error.hint)
main.invoke(0, thread_id="u")
print(main.invoke(Command(resume="fine"), thread_id="u"))
"""
    told = "interrupt.schema_unsupported pip install 'taskpoint[answers]'\n"
    assert run("sys.modules['jsonschema'] = None", after) == told * 2 + "fine\n"
