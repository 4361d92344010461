"""A file that is deleted, moved or replaced under a saver, a store or a cache is noticed (STO-040)."""

import shutil
import sys

import pytest

from taskpoint import SaverError, SqliteCache, SqliteSaver, SqliteStore, StoreError, entrypoint, task

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted")


def replaced(path):
    copy = path.with_suffix(".copy")
    shutil.copyfile(path, copy)
    copy.replace(path)


GONE = {
    "deleted": lambda path: path.unlink(),
    "moved": lambda path: path.rename(path.with_name("elsewhere.db")),
    "replaced": replaced,
    "gone with its folder": lambda path: path.parent.rename(path.parent.with_name("old")),
}


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder / "t.db"


@pytest.mark.parametrize("lose", GONE.values(), ids=GONE)
def test_no_run_begins_in_a_file_that_is_gone(path, lose):
    with SqliteSaver(path) as saver:
        main = entrypoint("main", lambda n: n, checkpointer=saver)
        assert main.invoke(1, thread_id="a") == 1
        lose(path)
        with pytest.raises(SaverError, match="deleted or replaced") as refused:
            main.invoke(2, thread_id="b")
        assert refused.value.committed is False
        assert "put the file back" in refused.value.hint


def test_a_run_does_not_end_in_a_file_that_is_gone(path):
    """Its caller would take for kept what nobody can read."""
    with SqliteSaver(path) as saver:
        drop = task("drop", path.unlink)
        main = entrypoint("main", lambda _: drop().result(), checkpointer=saver)
        with pytest.raises(SaverError, match="deleted or replaced"):
            main.invoke(1, thread_id="a")


def test_a_file_that_is_put_back_goes_on(path):
    with SqliteSaver(path) as saver:
        main = entrypoint("main", lambda n: n, checkpointer=saver)
        path.rename(path.with_name("elsewhere.db"))
        with pytest.raises(SaverError):
            main.invoke(1, thread_id="a")
        path.with_name("elsewhere.db").rename(path)
        assert main.invoke(2, thread_id="a") == 2


def test_stores_and_caches_notice_too(path):
    with SqliteStore(path) as store, SqliteCache(path) as cache:
        store.put(("a",), "k", {"n": 1})
        cache.set((("a",), "k"), "1")
        path.unlink()
        for write in (lambda: store.put(("a",), "k", {"n": 2}), lambda: cache.set((("a",), "k"), "2")):
            with pytest.raises(StoreError, match="deleted or replaced"):
                write()


def test_a_link_may_lead_to_the_file(path):
    link = path.with_name("link.db")
    link.symlink_to(path)
    with SqliteSaver(link) as saver:
        assert entrypoint("main", lambda n: n, checkpointer=saver).invoke(1, thread_id="a") == 1
