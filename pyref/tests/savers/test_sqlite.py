"""The SQLite saver: opening a file, what stands in it, and what is made of rows that nobody wrote."""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_files import inside

from taskpoint.errors import FormatError, SaverError, UsageError
from taskpoint.savers import SqliteSaver, _database
from taskpoint.stores import SqliteStore


@pytest.fixture
def saver(in_file):
    return in_file


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


def test_what_is_too_large_for_the_file_is_refused_and_the_thread_goes_on(in_file, docs):
    in_file.begin(docs.checkpoint("t"), None, [docs.started()])
    in_file._database.use().setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1000)
    with pytest.raises(SaverError, match="TOOBIG") as caught:
        in_file.append("t", "c0", 1, [docs.completed(1, value=f'"{"x" * 2000}"')])
    assert caught.value.committed is False
    assert "return its name" in (caught.value.hint or "")
    in_file.append("t", "c0", 1, [docs.completed(1)])
    assert len(in_file.load("t").entries) == 2


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
