from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from taskpoint._core.journal import Holder
from taskpoint.savers import holders
from taskpoint.savers.holders import is_live, lease_time, new_holder, process_host

needs_proc = pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="this system has no /proc")


def on(host, pid, seconds=60.0):
    return Holder("a", host, pid, lease_time(seconds))


@pytest.fixture
def other():
    """A process that lives until the test ends it."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1) as process:
        yield process
        process.kill()


def start_of(pid):
    return f"{process_host().rpartition('/')[0]}/{holders._start_of(pid)}"


def test_this_process_is_live_while_its_lease_lasts():
    assert is_live(new_holder("a", 60))
    assert not is_live(new_holder("a", -0.001))


def test_a_lease_decides_about_other_machines():
    assert is_live(on("elsewhere", 1))
    assert is_live(on("elsewhere", 99_999_999))
    assert not is_live(on("elsewhere", os.getpid(), -1))
    assert is_live(on(f"{socket.gethostname()}/another-boot/1/1", 99_999_999))


@needs_proc
def test_a_process_that_is_gone_holds_nothing(other):
    holder = on(start_of(other.pid), other.pid)
    assert is_live(holder)
    other.kill()
    other.wait()
    assert not is_live(holder)


@needs_proc
def test_a_zombie_holds_nothing(other):
    holder = on(start_of(other.pid), other.pid)
    other.kill()
    os.waitid(os.P_PID, other.pid, os.WEXITED | os.WNOWAIT)
    assert Path(f"/proc/{other.pid}").exists()
    assert not is_live(holder)


@needs_proc
def test_another_process_with_the_same_id_is_not_the_holder(other):
    machine = process_host().rpartition("/")[0]
    assert not is_live(on(f"{machine}/1", other.pid))
    assert not is_live(on(f"{machine}/1", os.getpid()))


@pytest.mark.skipif(sys.platform == "win32", reason="only the lease decides there")
def test_a_plain_host_name_is_enough(monkeypatch, other):
    monkeypatch.setattr(holders, "_known", (os.getpid(), "web-1"))
    assert is_live(on("web-1", os.getpid()))
    assert is_live(on("web-1", other.pid))
    assert is_live(on("web-2", 99_999_999))
    other.kill()
    other.wait()
    assert not is_live(on("web-1", other.pid))
    assert is_live(on("web-1", 2**70))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_process_is_another_holder():
    mine = new_holder("a", 60)
    child = os.fork()
    if child == 0:
        theirs = new_holder("b", 60)
        os._exit(0 if theirs.pid == os.getpid() != mine.pid and is_live(mine) and is_live(theirs) else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("text", ["", "soon", "2026-11-21", "2026-11-21T09:00:00", "2026-11-21T09:00:00+01:00"])
def test_a_lease_is_a_time_in_utc(text):
    with pytest.raises(ValueError, match="no time"):
        is_live(Holder("a", "h", 1, text))


def test_a_lease_may_be_finer_than_python():
    assert is_live(Holder("a", "elsewhere", 1, "9999-12-31T23:59:59.123456789Z"))
