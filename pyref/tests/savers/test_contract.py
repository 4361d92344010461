"""What every saver does, whatever it keeps its threads in.

To test a saver of your own, copy this file and `documents.py`, and give the fixture `saver` in a `conftest.py`.
"""

from __future__ import annotations

import threading

import pytest

from taskpoint.errors import ConcurrentRunError, FormatError, SaverError, UsageError


def begun(saver, docs, thread_id="t", holder=None):
    saver.begin(docs.checkpoint(thread_id), None, [docs.started()], holder)


def seen(saver, thread_id="t"):
    """Everything that a reader can see of a thread."""
    history = saver.history(thread_id)
    return saver.head(thread_id), history, [saver.load(thread_id, each.id) for each in history]


def refused(saver, action, error, thread_id="t"):
    """Check that an action is refused and leaves the thread as it was."""
    before = seen(saver, thread_id)
    with pytest.raises(error) as caught:
        action()
    assert seen(saver, thread_id) == before
    return caught.value


# --- reading ------------------------------------------------------------------------------------------------------


def test_a_thread_that_does_not_exist_is_none(saver):
    assert saver.head("t") is None
    assert saver.load("t") is None
    assert saver.load("t", "c0") is None
    assert saver.history("t") == []
    saver.delete("t")


def test_what_is_written_is_read(saver, docs):
    first = docs.checkpoint(
        "t", metadata='{"who":"\\u0000"}', input='"nul \0"', entrypoint_version="2", previous_id=None
    )
    saver.begin(first, None, docs.every_kind()[:8])
    saver.append("t", "c0", 8, docs.every_kind()[8:-1])
    closing = docs.checkpoint("t", 1, "loop", value="null", saved='{"total":1}')
    saver.append("t", "c0", 14, docs.every_kind()[-1:], closing)
    second = docs.checkpoint("t", 2, "fork", previous_id="c1")
    saver.begin(second, "c1")

    loaded = saver.load("t", "c0")
    assert loaded.checkpoint == first
    assert not loaded.is_head
    assert loaded.holder is None
    assert loaded.entries == docs.every_kind()
    assert saver.load("t", "c1").checkpoint == closing
    assert saver.load("t", "c1").entries == []
    assert saver.load("t") == saver.load("t", "c2")
    assert saver.load("t").is_head
    assert saver.load("t", "c3") is None
    assert saver.head("t").checkpoint == second
    assert saver.history("t") == [second, closing, first]


def test_history_pages(saver, docs):
    for seq in range(5):
        saver.begin(docs.checkpoint("t", seq, "update"), f"c{seq - 1}" if seq else None)
    assert [each.seq for each in saver.history("t", limit=2)] == [4, 3]
    assert [each.seq for each in saver.history("t", "c3", 2)] == [2, 1]
    assert [each.seq for each in saver.history("t", "c1")] == [0]
    assert saver.history("t", "c0") == []
    assert saver.history("t", "elsewhere") == []
    assert saver.history("t", limit=0) == []


@pytest.mark.parametrize("limit", [-1, 1.0, True, "1"])
def test_a_limit_is_a_count(saver, limit):
    with pytest.raises(UsageError):
        saver.history("t", limit=limit)


# --- one line of history ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("expected", [None, "c9", ""])
def test_begin_needs_the_head(saver, docs, expected):
    begun(saver, docs)
    refused(saver, lambda: saver.begin(docs.checkpoint("t", 1), expected), ConcurrentRunError)


def test_begin_needs_a_thread_where_a_head_is_expected(saver, docs):
    refused(saver, lambda: saver.begin(docs.checkpoint("t", 1), "c0"), ConcurrentRunError)


@pytest.mark.parametrize("seq", [0, 2, 9])
def test_append_needs_the_end_of_the_journal(saver, docs, seq):
    begun(saver, docs)
    for entries in ([docs.completed(seq)], [docs.completed(seq), docs.completed(seq + 1)], [docs.stopped(seq)], []):
        refused(saver, lambda entries=entries: saver.append("t", "c0", seq, entries), ConcurrentRunError)
    refused(saver, lambda: saver.append("t", "c0", seq, [], holder=docs.holder()), ConcurrentRunError)


def test_append_needs_the_head(saver, docs):
    begun(saver, docs)
    saver.begin(docs.checkpoint("t", 1), "c0", [docs.started(attempt_id="b")])
    for checkpoint_id in ("c0", "c9"):
        for entries in ([docs.completed(1)], [docs.completed(1), docs.completed(2)], []):
            refused(saver, lambda i=checkpoint_id, e=entries: saver.append("t", i, 1, e), ConcurrentRunError)
    refused(saver, lambda: saver.append("u", "c1", 1, [docs.completed(1)]), ConcurrentRunError)
    saver.append("t", "c1", 1, [docs.completed(1, "b")])


def test_a_deleted_thread_takes_no_entries_and_can_begin_again(saver, docs):
    begun(saver, docs)
    begun(saver, docs, "other")
    saver.delete("t")
    assert seen(saver) == (None, [], [])
    refused(saver, lambda: saver.append("t", "c0", 1, [docs.completed(1)]), ConcurrentRunError)
    begun(saver, docs)
    assert saver.load("t").entries == [docs.started()]
    assert saver.load("other").entries == [docs.started()]


def test_documents_that_do_not_fit_are_refused_as_a_whole(saver, docs):
    begun(saver, docs)
    closing = docs.checkpoint("t", 1, "loop")
    done = [docs.completed(1), docs.run_completed(2)]
    wrong = [
        lambda: saver.append("t", "c0", 1, [docs.completed(1), docs.completed(3)]),
        lambda: saver.append("t", "c0", 1, [docs.completed(2)]),
        lambda: saver.append("t", "c0", 1, done, docs.checkpoint("t", 2, "loop")),
        lambda: saver.append("t", "c0", 1, done, docs.checkpoint("u", 1, "loop")),
        lambda: saver.append("t", "c0", 1, done, docs.checkpoint("t", 1, "loop", id="c0")),
        lambda: saver.begin(docs.checkpoint("t", 2), "c0"),
        lambda: saver.begin(docs.checkpoint("t", 1, id="c0"), "c0"),
        lambda: saver.begin(docs.checkpoint("t", 1), "c0", [docs.started(1)]),
    ]
    for action in wrong:
        assert refused(saver, action, FormatError).code == "format.invalid"
    saver.append("t", "c0", 1, done, closing)
    assert saver.head("t").checkpoint == closing


def test_a_refused_begin_makes_no_thread(saver, docs):
    refused(saver, lambda: saver.begin(docs.checkpoint("t", 1), None), FormatError)
    begun(saver, docs)


# --- the holder ---------------------------------------------------------------------------------------------------


def test_begin_takes_the_thread_and_a_closing_entry_releases_it(saver, docs):
    begun(saver, docs, holder=docs.holder())
    assert saver.head("t").holder.attempt_id == saver.load("t").holder.attempt_id == "a"
    saver.append("t", "c0", 1, [docs.completed(1)])
    assert saver.head("t").holder.attempt_id == "a"
    saver.append("t", "c0", 2, [docs.run_completed(2)], docs.checkpoint("t", 1, "loop"))
    assert saver.head("t").holder is None


@pytest.mark.parametrize("place", [7, 10, 11, 13, 14])
def test_each_closing_entry_releases(saver, docs, place):
    entries = docs.every_kind()[1 : place + 1]
    begun(saver, docs, holder=docs.holder())
    saver.append("t", "c0", 1, entries, holder=docs.holder())
    assert saver.head("t").holder is None


def test_a_live_holder_is_named_and_not_disturbed(saver, docs):
    begun(saver, docs, holder=docs.holder("a", host="here", pid=42))
    for action in (
        lambda: saver.begin(docs.checkpoint("t", 1), "c0", [], docs.holder("b")),
        lambda: saver.begin(docs.checkpoint("t", 1), "c0"),
        lambda: saver.append("t", "c0", 1, [docs.resumed(1)], holder=docs.holder("b")),
        lambda: saver.append("t", "c0", 1, [], holder=docs.holder("b")),
    ):
        error = refused(saver, action, ConcurrentRunError)
        assert (error.holder["attempt_id"], error.holder["host"], error.holder["pid"]) == ("a", "here", 42)


def test_a_take_over_fences_the_holder(saver, docs):
    begun(saver, docs, holder=docs.holder("a"))
    saver.append("t", "c0", 1, [docs.resumed(1, "b")], holder=docs.holder("b"), take_over=True)
    assert saver.head("t").holder.attempt_id == "b"
    assert refused(saver, lambda: saver.append("t", "c0", 1, [docs.completed(1)]), ConcurrentRunError).holder
    refused(saver, lambda: saver.append("t", "c0", 2, [], holder=docs.holder("a")), ConcurrentRunError)
    saver.begin(docs.checkpoint("t", 1), "c0", [docs.started(attempt_id="d")], docs.holder("d"), take_over=True)
    refused(saver, lambda: saver.append("t", "c0", 2, [docs.completed(2, "b")]), ConcurrentRunError)


def test_a_heartbeat_renews_the_lease_and_adds_nothing(saver, docs):
    begun(saver, docs, holder=docs.holder("a", 30))
    renewed = docs.holder("a", 3600)
    saver.append("t", "c0", 1, [], holder=renewed)
    assert saver.head("t").holder == renewed
    assert saver.load("t").entries == [docs.started()]
    again = docs.holder("a", 7200)
    saver.append("t", "c0", 1, [docs.completed(1)], holder=again)
    assert saver.load("t").holder == again


def test_a_dead_holder_holds_nothing(saver, docs):
    begun(saver, docs, holder=docs.holder("a", -1))
    assert saver.head("t").holder is None
    assert saver.load("t").holder is None
    saver.append("t", "c0", 1, [docs.resumed(1, "b")], holder=docs.holder("b", -1))
    saver.begin(docs.checkpoint("t", 1), "c0")


def test_a_checkpoint_that_is_not_the_head_shows_no_holder(saver, docs):
    begun(saver, docs)
    saver.begin(docs.checkpoint("t", 1), "c0", [docs.started(attempt_id="b")], docs.holder("b"))
    assert saver.load("t", "c0").holder is None
    assert saver.load("t", "c1").holder.attempt_id == "b"


def test_an_update_clears_the_holder_that_it_takes_the_thread_from(saver, docs):
    begun(saver, docs, holder=docs.holder("a"))
    saver.begin(docs.checkpoint("t", 1, "update"), "c0", take_over=True)
    assert saver.head("t").holder is None


# --- ids ----------------------------------------------------------------------------------------------------------

HOSTILE = [
    "__proto__", "constructor", "'; DROP TABLE threads; --", '"', "%", "_", "*", "?", "[a]", "\\", "1", "1.0", "01",
    "a", "A", "á", "a\u0301", " ", " a", "a ", "../x", "%2e", "a/b", "a:b", "{}", "null", "None", "☃" * 255,
    "\U0001f600", "\u202e", "\ufeff", "x" * 255,
]  # fmt: skip


def test_ids_match_exactly_or_not_at_all(saver, docs):
    for number, thread_id in enumerate(HOSTILE):
        saver.begin(docs.checkpoint(thread_id, id=thread_id), None, [docs.started(attempt_id=str(number))])
    for number, thread_id in enumerate(HOSTILE):
        loaded = saver.load(thread_id, thread_id)
        assert (loaded.checkpoint.thread_id, loaded.entries[0].attempt_id) == (thread_id, str(number))
        assert len(saver.history(thread_id)) == 1
    for thread_id in HOSTILE[::2]:
        saver.delete(thread_id)
    for place, thread_id in enumerate(HOSTILE):
        assert (saver.head(thread_id) is None) == (place % 2 == 0)


@pytest.mark.parametrize(
    "bad", ["", "x" * 256, "a\0b", "\n", "\x7f", "\x85", "\ud800", 1, 1.0, b"t", None, ["t"], True]
)
def test_what_is_no_id_is_refused(saver, docs, bad):
    actions = [
        lambda: saver.head(bad),
        lambda: saver.load(bad),
        lambda: saver.history(bad),
        lambda: saver.delete(bad),
        lambda: saver.begin(docs.checkpoint(bad), None),
        lambda: saver.append(bad, "c0", 1, [docs.completed(1)]),
    ]
    if bad is not None:
        actions += [lambda: saver.load("t", bad), lambda: saver.history("t", bad)]
        actions += [lambda: saver.begin(docs.checkpoint("t", id=bad), None)]
    for action in actions:
        with pytest.raises(UsageError) as caught:
            action()
        assert caught.value.code == "usage.id_invalid"


def test_a_string_of_another_class_is_no_id(saver):
    class Text(str):
        __slots__ = ()

    with pytest.raises(UsageError):
        saver.head(Text("t"))


# --- threads of the same process ----------------------------------------------------------------------------------


def test_of_many_threads_that_append_one_wins_each_seq(saver, docs):
    begun(saver, docs)
    wins = []

    def race(attempt_id):
        for _ in range(40):
            end = len(saver.load("t").entries)
            try:
                saver.append("t", "c0", end, [docs.completed(end, attempt_id)])
            except ConcurrentRunError:
                continue
            wins.append((end, attempt_id))

    run_together(race, 8)
    entries = saver.load("t").entries
    assert [(entry.seq, entry.attempt_id) for entry in entries[1:]] == sorted(wins)
    assert len(entries) > 40


def test_of_many_threads_that_begin_one_wins(saver, docs):
    wins = []

    def race(attempt_id):
        for seq in range(30):
            try:
                expected = f"c{seq - 1}" if seq else None
                saver.begin(docs.checkpoint("t", seq), expected, [docs.started(attempt_id=attempt_id)])
            except ConcurrentRunError:
                continue
            wins.append(seq)

    run_together(race, 8)
    assert sorted(wins) == [each.seq for each in saver.history("t")][::-1]
    assert wins


def test_runs_on_other_threads_do_not_disturb_each_other(saver, docs):
    def run(thread_id):
        begun(saver, docs, thread_id, docs.holder(thread_id))
        for seq in range(1, 20):
            saver.append(thread_id, "c0", seq, [docs.completed(seq, thread_id)])
        closing = docs.checkpoint(thread_id, 1, "loop")
        saver.append(thread_id, "c0", 20, [docs.run_completed(20)], closing)

    run_together(run, 16)
    for number in range(16):
        assert {entry.attempt_id for entry in saver.load(str(number), "c0").entries[1:-1]} == {str(number)}


def run_together(work, count):
    barrier = threading.Barrier(count)
    errors = []

    def run(name):
        barrier.wait()
        try:
            work(name)
        except Exception as error:  # noqa: BLE001 - it is raised again below
            errors.append(error)

    threads = [threading.Thread(target=run, args=(str(number),)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


# --- the end ------------------------------------------------------------------------------------------------------


def test_a_closed_saver_refuses_everything(saver, docs):
    saver.close()
    saver.close()
    for action in (
        lambda: saver.head("t"),
        lambda: saver.load("t"),
        lambda: saver.history("t"),
        lambda: saver.delete("t"),
        lambda: saver.begin(docs.checkpoint("t"), None),
        lambda: saver.append("t", "c0", 1, [docs.completed(1)]),
    ):
        with pytest.raises(SaverError) as caught:
            action()
        assert (caught.value.code, caught.value.committed) == ("saver.closed", False)
