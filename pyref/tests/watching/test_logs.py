"""Log records: names, levels, fields and texts, and what formatters make of them."""

import io
import json
import logging
from logging import DEBUG, ERROR, INFO, WARNING

import pytest

from taskpoint import Command, InMemorySaver, RetryPolicy, StopRun, entrypoint, interrupt, stop_runs, task
from taskpoint.watching import Logs

CANARY = "canary-5bd0"
PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
COMMON = {"event", "entrypoint", "thread_id", "checkpoint_id", "run_id", "run_attempt", "attempt_id"}
left = []


@task(retry_policy=RetryPolicy(initial_interval=0.001, jitter=False))
def charge(n):
    left.append(n)
    if len(left) == 1:
        raise ConnectionError(CANARY)
    return n


@task
def decline(n):
    raise ValueError(CANARY)


@entrypoint(checkpointer=InMemorySaver())
def order(n):
    charge(n).result()
    interrupt(CANARY)
    decline(n).result()


@pytest.fixture
def records(caplog):
    """The records of a run that is tried again, asks, is resumed, and fails."""
    left.clear()
    with caplog.at_level(DEBUG, "taskpoint"):
        order.invoke(1, thread_id="o-1", watch=Logs())
        with pytest.raises(ValueError, match=CANARY):
            order.invoke(Command(resume=CANARY), thread_id="o-1", watch=Logs())
    return [each for each in caplog.records if each.name.startswith("taskpoint.")]


def fields(record):
    return {name: value for name, value in vars(record).items() if name not in PLAIN}


def test_the_records_of_a_run(records):
    """`WCH-021`."""
    run, call = "taskpoint.run", "taskpoint.task"
    assert [(each.name, each.levelno, each.msg) for each in records] == [
        (run, INFO, "%s on thread %s began"),
        (call, DEBUG, "%s on thread %s began"),
        (call, WARNING, "%s on thread %s failed with %s in attempt %d, tried again in %.3f s"),
        (call, DEBUG, "%s on thread %s began again, attempt %d"),
        (call, INFO, "%s on thread %s completed after %.3f s"),
        (run, INFO, "%s on thread %s interrupted after %.3f s"),
        (run, INFO, "%s on thread %s resumed, attempt %d"),
        (call, DEBUG, "%s on thread %s replayed"),
        (call, DEBUG, "%s on thread %s began"),
        (call, WARNING, "%s on thread %s failed with %s after %.3f s"),
        (run, ERROR, "%s on thread %s failed with %s after %.3f s"),
    ]
    assert records[2].getMessage() == (
        "charge#0 on thread o-1 failed with ConnectionError in attempt 1, tried again in 0.001 s"
    )


@pytest.mark.parametrize("is_async", [False, True])
def test_an_attempt_that_is_tried_again_has_one_record_and_no_error(caplog, is_async):
    """`WCH-021`: whoever is called at night for each error is not called for what mends itself."""
    tries = iter([ConnectionError(CANARY), None])

    def once(n):
        if error := next(tries):
            raise error
        return n

    async def aonce(n):
        return once(n)

    policy = RetryPolicy(initial_interval=0.001, jitter=False, max_attempts=2)
    flow = entrypoint("flow", aonce if is_async else once, retry_policy=policy)
    with caplog.at_level(DEBUG, "taskpoint"):
        assert flow.invoke(1, watch=Logs()) == 1
    found = [each for each in caplog.records if each.name == "taskpoint.run"]
    assert [(each.levelno, each.msg) for each in found] == [
        (INFO, "%s began"),
        (WARNING, "%s failed with %s after %.3f s, tried again in %.3f s"),
        (INFO, "%s resumed, attempt %d"),
        (INFO, "%s completed after %.3f s"),
    ]
    assert [getattr(each, "delay", None) for each in found] == [None, 0.001, None, None]


def test_an_attempt_that_is_the_last_is_an_error(caplog):
    def fail(n):
        raise ConnectionError(CANARY)

    flow = entrypoint("flow", fail, retry_policy=RetryPolicy(initial_interval=0.001, jitter=False, max_attempts=2))
    with caplog.at_level(INFO, "taskpoint"), pytest.raises(ConnectionError):
        flow.invoke(1, watch=Logs())
    assert [each.levelno for each in caplog.records] == [INFO, WARNING, INFO, ERROR]


def test_the_fields_of_a_record(records):
    """`WCH-020`."""
    assert all(fields(each).keys() >= COMMON for each in records)
    call = {"task", "path", "kind"}
    assert [fields(each).keys() - COMMON for each in records] == [
        set(),
        call | {"attempt"},
        call | {"attempt", "delay", "error_type"},
        call | {"attempt"},
        call | {"attempts", "outcome", "cached", "duration"},
        {"outcome", "interrupts", "duration"},
        set(),
        call | {"outcome"},
        call | {"attempt"},
        call | {"attempts", "outcome", "cached", "duration", "error_type"},
        {"outcome", "interrupts", "duration", "error_type"},
    ]
    ended = records[4]
    assert (ended.entrypoint, ended.thread_id, ended.run_attempt) == ("order", "o-1", 1)
    assert (ended.task, ended.path, ended.kind, ended.attempts) == ("charge", "charge#0", "task", 2)
    assert (ended.outcome, ended.cached, ended.event) == ("completed", False, "CallEnded")
    assert records[-1].run_attempt == 2
    assert len({each.run_id for each in records}) == 1


def test_no_record_has_a_payload(records):
    for each in records:
        assert CANARY not in repr(vars(each))
        assert CANARY not in logging.Formatter("%(message)s").format(each)


def test_a_user_can_ask_for_tracebacks(caplog):
    left.clear()
    with caplog.at_level(INFO, "taskpoint"), pytest.raises(ValueError, match=CANARY):
        entrypoint("order", lambda n: decline(n).result()).invoke(1, watch=Logs(tracebacks=True))
    shown = [logging.Formatter("%(message)s").format(each) for each in caplog.records if each.exc_info]
    assert len(shown) == 2
    assert all(f"ValueError: {CANARY}" in text for text in shown)


def test_a_code_is_a_field(caplog):
    with pytest.raises(StopRun):
        entrypoint("order", lambda n: (stop_runs(), charge(1).result())).invoke(1, watch=Logs())
    assert [(each.levelno, each.message.split(" after")[0]) for each in caplog.records] == [(WARNING, "order stopped")]
    with pytest.raises(Exception, match="no encoding"):
        entrypoint("order", lambda n: object()).invoke(1, watch=Logs())
    assert caplog.records[-1].error_code == "value.not_encodable"


class Json(logging.Formatter):
    """Writes what a record has beside what every record has, as the JSON formatters that people use do."""

    def format(self, record):
        return json.dumps({"level": record.levelname, "message": record.getMessage(), **fields(record)})


@pytest.fixture
def output():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("taskpoint")
    logger.addHandler(handler)
    logger.setLevel(DEBUG)
    yield stream, handler
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def test_a_json_formatter_writes_the_fields(output):
    stream, handler = output
    handler.setFormatter(Json())
    left.clear()
    order.invoke(1, {"run_name": "nightly", "tags": ["a"]}, thread_id="o-2", watch=Logs())
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert lines[4]["level"] == "INFO"
    assert lines[4]["path"] == "charge#0"
    assert lines[4]["duration"] >= 0.001
    assert {(line["run_name"], *line["tags"]) for line in lines} == {("nightly", "a")}


def test_structlog_writes_the_fields_and_what_the_caller_bound(output):
    structlog = pytest.importorskip("structlog", reason="structlog comes with the extra [test]")
    stream, handler = output
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.contextvars.merge_contextvars, structlog.stdlib.ExtraAdder()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    left.clear()
    with structlog.contextvars.bound_contextvars(request="r-9"):
        order.invoke(1, thread_id="o-3", watch=Logs())
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert {line["request"] for line in lines} == {"r-9"}
    assert [line["path"] for line in lines if "path" in line] == ["charge#0"] * 4


def test_a_record_factory_of_the_users_loses_nothing(output):
    """`extra=` would refuse a name that the record has already."""
    stream, handler = output
    handler.setFormatter(Json())
    factory = logging.getLogRecordFactory()

    def with_run_id(*args, **kwargs):
        record = factory(*args, **kwargs)
        record.run_id = "of the user"
        return record

    logging.setLogRecordFactory(with_run_id)
    try:
        entrypoint("order", lambda n: n).invoke(1, watch=Logs())
    finally:
        logging.setLogRecordFactory(factory)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 2
    assert "of the user" not in {line["run_id"] for line in lines}


def test_a_record_has_the_time_of_what_it_tells(caplog):
    caplog.set_level(INFO, "taskpoint")
    seen = []
    entrypoint("order", lambda n: n).invoke(1, watch=[Logs(), seen.append])
    from taskpoint.watching.events import moment

    assert [each.created for each in caplog.records] == [moment(each.at).timestamp() for each in seen]


def test_a_logger_that_is_off_costs_no_record(caplog):
    caplog.set_level(ERROR, "taskpoint.run")
    caplog.set_level(ERROR, "taskpoint.task")
    entrypoint("order", lambda n: n).invoke(1, watch=Logs())
    assert caplog.records == []
