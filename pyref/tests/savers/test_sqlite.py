from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
import threading
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from taskpoint.errors import ConcurrentRunError, FormatError, SaverError, UsageError
from taskpoint.savers import SqliteSaver, _database
from taskpoint.stores import SqliteStore


@pytest.fixture
def saver(path):
    with SqliteSaver(path, synchronous="OFF", busy_timeout=0.2) as made:
        yield made


@pytest.fixture
def raw(path):
    """Another connection to the file, as another program has it."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0.2)) as connection:
        yield connection


@contextmanager
def inside(saver):
    """The saver's own connection."""
    with saver._database.lock:
        yield saver._database.use()


# --- opening ------------------------------------------------------------------------------------------------------


def test_the_file_says_what_it_is(saver, raw):
    pragmas = {name: raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")}
    assert pragmas == {"application_id": 0x54736B70, "user_version": 1}
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(("name", "level"), [("FULL", 2), ("NORMAL", 1), ("OFF", 0)])
def test_how_safe_a_commit_is_can_be_chosen(path, name, level):
    with SqliteSaver(path, synchronous=name) as saver, inside(saver) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (level,)


def test_a_commit_survives_a_power_cut_unless_told_otherwise(path):
    with SqliteSaver(path) as saver, inside(saver) as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize(
    "options",
    [
        {"synchronous": "full"},
        {"synchronous": "EXTRA"},
        {"busy_timeout": -1},
        {"busy_timeout": "5"},
        {"synchronous": []},
    ],
)
def test_unknown_options_are_refused(path, options):
    with pytest.raises(UsageError):
        SqliteSaver(path, **options)
    assert not path.exists()


@pytest.mark.parametrize("bad", [":memory", "", "a\0b", b"threads.db"])
def test_a_path_is_that_of_a_file(bad):
    with pytest.raises(UsageError):
        SqliteSaver(bad)


def test_a_path_is_no_address(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with SqliteSaver("file_x?mode=memory") as saver:
        monkeypatch.chdir("/")
        assert saver.head("t") is None
    assert (tmp_path / "file_x?mode=memory").exists()


def test_what_is_in_memory_is_nobody_elses_and_no_file(tmp_path, monkeypatch, docs):
    monkeypatch.chdir(tmp_path)
    with SqliteSaver(":memory:") as saver, SqliteSaver(":memory:") as other:
        saver.begin(docs.checkpoint("t"), None)
        assert (saver.head("t") is None, other.head("t") is None) == (False, True)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named_and_not_made(tmp_path):
    with pytest.raises(SaverError, match="does not exist") as caught:
        SqliteSaver(tmp_path / "none" / "threads.db")
    assert (caught.value.code, caught.value.committed) == ("saver.failed", False)
    assert caught.value.hint
    assert not (tmp_path / "none").exists()


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(SaverError, match="CANTOPEN"):
        SqliteSaver(tmp_path)


def test_a_file_that_is_no_database_is_left_alone(path):
    content = b"these are my notes, and they are longer than a header\n" * 200
    path.write_bytes(content)
    with pytest.raises(SaverError, match="NOTADB") as caught:
        SqliteSaver(path)
    assert caught.value.hint
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE threads (mine)",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 7",
        "PRAGMA application_id = 7; PRAGMA user_version = 1; CREATE TABLE entries (mine)",
        "PRAGMA application_id = 1416850288; CREATE TABLE entries (mine)",
    ],
)
def test_a_database_of_another_application_is_left_alone(path, script):
    with closing(sqlite3.connect(path)) as other:
        other.executescript(script)
    content = path.read_bytes()
    with pytest.raises(SaverError, match="another application"):
        SqliteSaver(path)
    assert path.read_bytes() == content
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_newer_layout_is_refused(saver, raw, path):
    saver.close()
    raw.execute("PRAGMA user_version = 2")
    content = path.read_bytes()
    with pytest.raises(FormatError) as caught:
        SqliteSaver(path)
    assert caught.value.code == "format.newer"
    assert path.read_bytes() == content


def test_an_empty_file_becomes_a_saver(path):
    path.touch()
    with SqliteSaver(path) as saver:
        assert saver.head("t") is None


def test_an_older_layout_is_led_to_the_newest(path, tmp_path, monkeypatch, docs):
    with SqliteSaver(path, synchronous="OFF") as saver:
        saver.begin(docs.checkpoint("t"), None, [docs.started()])
    folder = Path(_database.__file__).parent
    shutil.copy(folder / "sqlite_1.sql", tmp_path)
    (tmp_path / "sqlite_2.sql").write_text("CREATE TABLE more (x TEXT) STRICT;\nPRAGMA user_version = 2;\n")
    monkeypatch.setattr(_database, "__file__", str(tmp_path / "_database.py"))
    monkeypatch.setattr(_database, "LAYOUTS", ("sqlite_1.sql", "sqlite_2.sql"))
    for name in (path, tmp_path / "new.db"):
        with SqliteSaver(name, synchronous="OFF") as saver, inside(saver) as connection:
            assert connection.execute("PRAGMA user_version").fetchone() == (2,)
            assert connection.execute("SELECT count(*) FROM more").fetchone() == (0,)
    with SqliteSaver(path, synchronous="OFF") as saver:
        assert saver.load("t").entries == [docs.started()]


def test_a_layout_that_fails_half_way_leaves_the_file_as_it_was(path, tmp_path, monkeypatch):
    SqliteSaver(path, synchronous="OFF").close()
    (tmp_path / "sqlite_2.sql").write_text("CREATE TABLE more (x TEXT);\nCREATE TABLE more (x TEXT);\n")
    monkeypatch.setattr(_database, "__file__", str(tmp_path / "_database.py"))
    monkeypatch.setattr(_database, "LAYOUTS", ("sqlite_1.sql", "sqlite_2.sql"))
    with pytest.raises(SaverError):
        SqliteSaver(path)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA user_version").fetchone() == (1,)
        assert other.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone() == (0,)


def test_the_chapter_and_the_script_are_the_same():
    chapter = Path(__file__).parents[3] / "spec" / "1.0" / "11-storage.md"
    script = Path(_database.__file__).with_name("sqlite_1.sql").read_text("utf-8")
    (block,) = re.findall(r"^```sql\n(.*?)^```", chapter.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert block == script[script.index("PRAGMA") :]


# --- what stands in the file --------------------------------------------------------------------------------------


def test_a_person_can_read_the_tables(saver, raw, docs):
    saver.begin(docs.checkpoint("order-7"), None, [docs.started()], docs.holder("a", host="web-1", pid=42))
    saver.append("order-7", "c0", 1, [docs.completed(1, value='{"paid":true}')])
    columns = "thread_id, checkpoint_id, seq, kind, path, name, alone, attempts, value, detail"
    assert raw.execute(f"SELECT {columns} FROM journal ORDER BY seq").fetchall() == [
        ("order-7", "c0", 0, "run.started", None, None, None, None, None, '{"attempt":1}'),
        ("order-7", "c0", 1, "task.completed", "fetch#1", "fetch", 1, 1, '{"paid":true}', None),
    ]
    assert raw.execute("SELECT thread_id, head, holder_host, holder_pid FROM threads").fetchall() == [
        ("order-7", 0, "web-1", 42)
    ]


def test_payloads_are_text_and_stand_once(saver, raw, docs):
    value = '"nul \0 and ☃"'
    saver.begin(docs.checkpoint("t", input=value, previous_id=None), None, [docs.started()])
    saver.append("t", "c0", 1, [docs.completed(1, value=value)])
    saver.append("t", "c0", 2, [docs.run_completed(2)], docs.checkpoint("t", 1, "loop", value=value))
    kinds = raw.execute("SELECT DISTINCT typeof(value) FROM entries WHERE value IS NOT NULL").fetchall()
    assert kinds == [("text",)]
    assert [each.value for each in saver.history("t")] == [value, None]
    assert saver.load("t", "c0").entries[1].value == value
    assert raw.execute("SELECT count(*) FROM entries WHERE value IS NOT NULL").fetchone() == (1,)


def test_a_task_takes_at_most_400_bytes_beside_its_payload(path, docs):
    value = '"' + "x" * 50 + '"'
    attempt_id = "56d2d6bb-1eb2-409a-8933-f0590ca20e77"
    with SqliteSaver(path, synchronous="OFF") as saver:
        saver.begin(docs.checkpoint("t"), None)
        for seq in range(0, 4000, 4):
            saver.append("t", "c0", seq, [docs.completed(each, attempt_id, value) for each in range(seq, seq + 4)])
    assert path.stat().st_size / 4000 - len(value) <= 400


def test_a_whole_journal_is_one_query(saver, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.completed(seq) for seq in range(1000)])
    statements = []
    with inside(saver) as connection:
        connection.set_trace_callback(statements.append)
    assert len(saver.load("t").entries) == 1000
    assert len([each for each in statements if "FROM entries" in each]) == 1
    assert len([each for each in statements if each.startswith("SELECT")]) == 3


def test_an_outcome_is_one_statement(saver, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    statements = []
    with inside(saver) as connection:
        connection.set_trace_callback(statements.append)
    saver.append("t", "c0", 1, [docs.completed(1)])
    assert len(statements) == 1


# --- malformed rows -----------------------------------------------------------------------------------------------

MALFORMED = [
    "UPDATE entries SET kind = 'task.finished' WHERE seq = 1",
    "UPDATE entries SET detail = '{\"value\":1}' WHERE seq = 1",
    "UPDATE entries SET value = NULL WHERE seq = 1",
    "UPDATE entries SET path = NULL WHERE seq = 1",
    "UPDATE entries SET name = NULL WHERE seq = 1",
    "UPDATE entries SET started_at = NULL WHERE seq = 1",
    "UPDATE entries SET attempts = NULL WHERE seq = 1",
    "UPDATE entries SET attempts = -1 WHERE seq = 1",
    "UPDATE entries SET alone = NULL WHERE seq = 1",
    "UPDATE entries SET alone = 2 WHERE seq = 1",
    "UPDATE entries SET value = CAST(x'22ff22' AS TEXT) WHERE seq = 1",
    "UPDATE entries SET path = CAST(x'ff' AS TEXT) WHERE seq = 1",
    "UPDATE entries SET seq = 99 WHERE seq = 1",
    "DELETE FROM entries WHERE seq = 1",
    "UPDATE entries SET detail = NULL WHERE seq = 2",
    "UPDATE entries SET detail = 'SECRET' WHERE seq = 2",
    "UPDATE entries SET detail = '[]' WHERE seq = 2",
    "UPDATE entries SET detail = '{\"rerun\":[]}' WHERE seq = 2",
    "UPDATE entries SET detail = json_set(detail, '$.extra', 1) WHERE seq = 2",
    "UPDATE entries SET detail = json_set(detail, '$.error', 1) WHERE seq = 2",
    "UPDATE entries SET detail = json_set(detail, '$.error.extra', 1) WHERE seq = 2",
    "UPDATE entries SET detail = json_set(detail, '$.error.message', 1) WHERE seq = 2",
    "UPDATE entries SET detail = json_set(detail, '$.error.retryable', 1) WHERE seq = 2",
    "UPDATE entries SET detail = json_set(detail, '$.rerun', 'SECRET') WHERE seq = 2",
    "UPDATE entries SET detail = json_set(detail, '$.rerun[0]', 1) WHERE seq = 2",
    "UPDATE entries SET value = 'SECRET' WHERE seq = 2",
    "UPDATE entries SET value = NULL WHERE seq = 5",
    "UPDATE entries SET alone = NULL WHERE seq = 5",
    "UPDATE entries SET detail = NULL WHERE seq = 5",
    "UPDATE entries SET value = 'SECRET' WHERE seq = 13",
    "UPDATE entries SET detail = '{\"extra\":1}' WHERE seq = 13",
    "UPDATE entries SET detail = substr(detail, 1, 12) WHERE seq = 11",
    "UPDATE entries SET detail = json_set(detail, '$.attempt', 0) WHERE seq = 0",
    "UPDATE entries SET detail = json_set(detail, '$.attempt', 1.5) WHERE seq = 0",
    "UPDATE entries SET detail = json_set(detail, '$.attempt', json('true')) WHERE seq = 0",
    "UPDATE checkpoints SET source = 'SECRET'",
    "UPDATE checkpoints SET source = 'loop'",
    "UPDATE checkpoints SET input = NULL",
    "UPDATE checkpoints SET value = 'SECRET'",
    "UPDATE checkpoints SET saved = 'SECRET'",
    "UPDATE checkpoints SET metadata = CAST(x'ff' AS TEXT)",
    "UPDATE checkpoints SET seq = 7",
    "DELETE FROM checkpoints",
    "UPDATE threads SET head = 9",
    "UPDATE threads SET holder_pid = NULL",
    "UPDATE threads SET holder_attempt_id = NULL",
    "UPDATE threads SET holder_lease_until = 'SECRET'",
]


@pytest.mark.parametrize("damage", MALFORMED)
def test_a_malformed_row_is_named_and_spoils_no_other_thread(saver, raw, docs, damage):
    for thread_id in ("bad", "good"):
        saver.begin(docs.checkpoint(thread_id), None, docs.every_kind()[:-1])
        saver.append(thread_id, "c0", 14, [docs.resumed(14, "d")], holder=docs.holder("d"))
    before = saver.load("good")
    table = damage.replace("DELETE FROM", "UPDATE").split()[1]
    bad = "(SELECT thread FROM threads WHERE thread_id = 'bad')"
    assert raw.execute(f"{damage} {'AND' if 'WHERE' in damage else 'WHERE'} {table}.thread = {bad}").rowcount == 1
    with pytest.raises(FormatError) as caught:
        saver.load("bad")
    assert "thread 'bad'" in caught.value.message
    assert "SECRET" not in str(caught.value)
    if table == "entries":
        place = next((int(word) for word in damage.split() if word.isdigit() and f"seq = {word}" in damage), 1)
        place = 1 if "SET seq" in damage else place
        assert f"checkpoint 0, entry {place}" in caught.value.message
    assert saver.load("good") == before
    saver.append("good", "c0", 15, [docs.completed(15, "d")])


def test_a_checkpoint_of_a_newer_format_is_refused(saver, raw, docs):
    saver.begin(docs.checkpoint("t"), None)
    raw.execute("UPDATE checkpoints SET format = '1.1'")
    for action in (saver.load, saver.head, saver.history):
        with pytest.raises(FormatError) as caught:
            action("t")
        assert caught.value.code == "format.newer"


def test_what_no_row_can_hold_is_refused_and_nothing_is_written(saver, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    for bad in ([docs.completed(1, value='"\ud800"')], [docs.completed(1), docs.completed(2, value='"\ud800"')]):
        with pytest.raises(FormatError):
            saver.append("t", "c0", 1, bad)
    with pytest.raises(FormatError):
        saver.begin(docs.checkpoint("u", input='"\ud800"'), None)
    assert saver.load("t").entries == [docs.started()]
    assert saver.head("u") is None


# --- faults -------------------------------------------------------------------------------------------------------


def limit_pages(saver, pages):
    with inside(saver) as connection:
        connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_a_failure_that_leaves_no_half(saver, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    limit_pages(saver, 1)
    big = '"' + "x" * 50_000 + '"'
    with pytest.raises(SaverError, match="SQLITE_FULL") as caught:
        saver.append("t", "c0", 1, [docs.completed(1, value=big)])
    assert caught.value.committed is None
    assert caught.value.hint
    many = [docs.completed(1), docs.completed(2, value=big)]
    with pytest.raises(SaverError, match="SQLITE_FULL") as caught:
        saver.append("t", "c0", 1, many)
    assert caught.value.committed is False
    with pytest.raises(SaverError, match="SQLITE_FULL"):
        saver.begin(docs.checkpoint("u", input=big), None)
    assert saver.load("t").entries == [docs.started()]
    assert saver.head("u") is None
    limit_pages(saver, 1_000_000)
    saver.append("t", "c0", 1, many)
    assert len(saver.load("t").entries) == 3


def test_a_file_that_another_process_holds_is_waited_for_and_then_reported(saver, raw, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    raw.execute("BEGIN IMMEDIATE")
    for action in (
        lambda: saver.append("t", "c0", 1, [docs.completed(1)]),
        lambda: saver.append("t", "c0", 1, [docs.completed(1), docs.completed(2)]),
        lambda: saver.begin(docs.checkpoint("u"), None),
        lambda: saver.delete("t"),
    ):
        with pytest.raises(SaverError, match="SQLITE_BUSY") as caught:
            action()
        assert caught.value.committed is False
        assert "busy_timeout" in caught.value.hint
    assert saver.load("t").entries == [docs.started()]
    raw.execute("ROLLBACK")
    saver.append("t", "c0", 1, [docs.completed(1)])


def test_a_lock_that_is_let_go_in_time_costs_only_the_wait(path, docs):
    with SqliteSaver(path, busy_timeout=20) as saver, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        writer = threading.Thread(target=saver.begin, args=(docs.checkpoint("t"), None))
        writer.start()
        writer.join(0.05)
        assert writer.is_alive()
        other.execute("ROLLBACK")
        writer.join()
        assert saver.head("t") is not None


def test_a_reader_holds_no_lock(saver, raw, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    saver.load("t")
    saver.head("t")
    saver.history("t")
    assert raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    with inside(saver) as connection:
        assert not connection.in_transaction


def test_a_damaged_file_is_a_failure(saver, path, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.completed(seq) for seq in range(300)])
    saver.close()
    content = bytearray(path.read_bytes())
    content[3 * 4096 :] = os.urandom(len(content) - 3 * 4096)
    path.write_bytes(content)
    with SqliteSaver(path) as damaged, pytest.raises((SaverError, FormatError)):
        damaged.load("t")


def test_errors_hold_no_payload(saver, docs):
    canary = "CANARY-7531"
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    limit_pages(saver, 1)
    value = '"' + canary * 10_000 + '"'
    with pytest.raises(SaverError) as caught:
        saver.append("t", "c0", 1, [docs.completed(1, value=value)])
    assert canary not in str(caught.value) + str(caught.value.__cause__)


# --- commits that several writers share ----------------------------------------------------------------------------


def share_one_commit(saver, actions):
    """Do actions in threads so that all but the first are committed together, and return what each raised."""
    errors = {}

    def run(place, action):
        try:
            action()
        except Exception as error:  # noqa: BLE001 - the caller looks at it
            errors[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(actions)]
    with saver._database.lock:  # the first leads and waits here, while the others queue
        for count, thread in enumerate(threads):
            thread.start()
            while len(saver._group._queue) < count or not saver._group._busy:
                pass
    for thread in threads:
        thread.join()
    return errors


def test_writers_that_wait_share_one_commit_and_get_their_own_verdict(saver, docs):
    for name in "abcd":
        saver.begin(docs.checkpoint(name), None, [docs.started()])
    statements = []
    with inside(saver) as connection:
        connection.set_trace_callback(statements.append)
    errors = share_one_commit(
        saver,
        [
            lambda: saver.append("a", "c0", 1, [docs.completed(1)]),
            lambda: saver.append("b", "c0", 1, [docs.completed(1)]),
            lambda: saver.append("b", "c0", 1, [docs.completed(1, "z")]),
            lambda: saver.append("c", "c0", 9, [docs.completed(9)]),
            lambda: saver.append("c", "c0", 1, [docs.completed(1), docs.completed(2)]),
            lambda: saver.begin(docs.checkpoint("e"), None),
            lambda: saver.begin(docs.checkpoint("e"), None),
            lambda: saver.begin(docs.checkpoint("f", 1), None),
            lambda: saver.delete("d"),
        ],
    )
    assert {place: type(error) for place, error in errors.items()} == {
        2: ConcurrentRunError,
        3: ConcurrentRunError,
        6: ConcurrentRunError,
        7: FormatError,
    }
    assert statements.count("COMMIT") == 1
    ends = {name: len(saver.load(name).entries) for name in "abc"}
    assert ends == {"a": 2, "b": 2, "c": 3}
    assert saver.head("d") is None
    assert saver.head("e") is not None


def test_a_write_that_fails_takes_nobody_with_it(saver, docs):
    for name in "abcd":
        saver.begin(docs.checkpoint(name), None, [docs.started()])
    limit_pages(saver, 1)
    big = '"' + "x" * 50_000 + '"'
    errors = share_one_commit(
        saver,
        [
            lambda: saver.append("a", "c0", 1, []),
            lambda: saver.append("b", "c0", 1, [docs.completed(1, value="1")]),
            lambda: saver.append("c", "c0", 1, [docs.completed(1, value=big), docs.completed(2)]),
            lambda: saver.append("c", "c0", 1, [docs.completed(1, value='"\ud800"')]),
            lambda: saver.append("d", "c0", 1, [docs.completed(1, value="1")]),
        ],
    )
    assert {place: type(error) for place, error in errors.items()} == {2: SaverError, 3: FormatError}
    assert errors[2].committed is False
    assert [len(saver.load(name).entries) for name in "abcd"] == [1, 2, 1, 2]


def test_nobody_knows_what_became_of_a_commit_that_fails(saver, docs, monkeypatch):
    for name in "abc":
        saver.begin(docs.checkpoint(name), None, [docs.started()])
    real = saver._database.write

    def lose_the_answer(work, count):
        real(work, count)
        raise SaverError("lost", committed=None)

    monkeypatch.setattr(saver._database, "write", lose_the_answer)
    errors = share_one_commit(
        saver,
        [
            lambda: saver.append("a", "c0", 1, [docs.completed(1)]),
            lambda: saver.append("b", "c0", 1, [docs.completed(1)]),
            lambda: saver.append("c", "c0", 7, [docs.completed(7)]),
        ],
    )
    assert {place: error.committed for place, error in errors.items()} == {1: None, 2: None}
    assert errors[1] is not errors[2]


def test_closing_ends_those_that_wait(saver, docs):
    saver.begin(docs.checkpoint("a"), None, [docs.started()])

    def close_first():
        saver._database._closed = True
        saver.append("a", "c0", 1, [docs.completed(1)])

    errors = share_one_commit(saver, [close_first, *[lambda: saver.append("a", "c0", 1, [docs.completed(1)])] * 3])
    assert {place: error.code for place, error in errors.items()} == dict.fromkeys(range(4), "saver.closed")


# --- forks --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_both_sides_of_a_fork_go_on(saver, docs):
    saver.begin(docs.checkpoint("t"), None, [docs.started()])
    child = os.fork()
    if child == 0:
        try:
            for seq in range(1, 51):
                saver.append("t", "c0", seq, [docs.completed(seq, "child")])
            saver.close()
            os._exit(0)
        finally:
            os._exit(1)
    for seq in range(50):
        saver.begin(docs.checkpoint("u", seq), f"c{seq - 1}" if seq else None)
    assert os.waitpid(child, 0)[1] == 0
    assert [entry.attempt_id for entry in saver.load("t").entries] == ["a"] + ["child"] * 50
    with inside(saver) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_both_sides_of_a_fork_have_what_was_in_memory(docs):
    with SqliteSaver.from_conn_string(":memory:") as saver:
        saver.begin(docs.checkpoint("t"), None, [docs.started()])
        child = os.fork()
        if child == 0:
            try:
                saver.append("t", "c0", 1, [docs.completed(1, "child")])
                os._exit(len(saver.load("t").entries))
            finally:
                os._exit(99)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
        assert len(saver.load("t").entries) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_in_the_middle_of_writes_blocks_neither_side(path, docs):
    saver = SqliteSaver(path, busy_timeout=60)
    saver.begin(docs.checkpoint("t"), None)
    stop = threading.Event()
    written = []

    def write():
        while not stop.is_set():
            saver.append("t", "c0", len(written), [docs.completed(len(written))])
            written.append(True)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(10):
            child = os.fork()
            if child == 0:
                try:
                    saver.begin(docs.checkpoint(f"child {number}"), None)
                    os._exit(0)
                finally:
                    os._exit(1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        writer.join()
    assert len(saver.load("t").entries) == len(written)
    assert all(saver.head(f"child {number}") for number in range(10))
    saver.close()


def test_with_and_async_with_close_the_file(tmp_path):
    async def main():
        async with SqliteSaver.from_conn_string(tmp_path / "threads.db") as saver:
            assert saver.head("nobody") is None
        return saver

    with pytest.raises(SaverError) as caught:
        asyncio.run(main()).head("nobody")
    assert caught.value.code == "saver.closed"


@pytest.mark.parametrize("made", [SqliteSaver, SqliteStore])
def test_a_connection_stands_for_its_file(made, path):
    with closing(sqlite3.connect(path)) as connection, made(connection) as opened:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
        connection.close()
        opened.get(("a",), "k") if made is SqliteStore else opened.head("t")
    with closing(sqlite3.connect(":memory:")) as connection, SqliteSaver(connection) as saver:
        assert saver.path == ":memory:"
    with pytest.raises(UsageError, match="closed"):
        made(connection)
