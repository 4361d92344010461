"""The invariants of replay, stated for any workflow."""

import json
from collections import Counter

from corpus import SECRET
from schemas import accepts

from taskpoint import TaskpointError
from taskpoint._core.index import Index
from taskpoint._core.journal import RunCompleted, RunFailed, RunResumed, RunStarted, TaskCompleted, TaskOutcome
from taskpoint.errors import CODES
from taskpoint.models import thread_from_document, thread_to_document

TERMINAL = {"run.completed", "run.failed", "run.interrupted", "run.stopped"}


def judge(world, *, by_schema=True):
    """Raise where the world or the thread is not as the specification promises.

    The models refuse what the schemas refuse, in a hundredth of the time: a sweep asks the schemas once.
    """
    thread = world.saver.peek()
    assert world.violations == []  # I2, RPL-005
    _nothing_acknowledged_is_lost(world, thread)
    _each_attempt_runs_a_call_once(world, thread)
    for loaded in thread:
        if loaded.checkpoint.input is not None:
            _one_line_of_history(loaded.entries)
    _valid_documents(thread, by_schema=by_schema)
    _typed_errors_without_payload(world)


def _nothing_acknowledged_is_lost(world, thread):
    """I1."""
    stored = {id(entry) for loaded in thread for entry in loaded.entries}
    assert [entry for entry in world.saver.acknowledged if id(entry) not in stored] == []


def _each_attempt_runs_a_call_once(world, thread):
    """I3: so a call without a record runs at most once more than there were crashes, failures and questions."""
    runs = Counter((attempt, path) for attempt, path, _ in world.ran)
    assert [key for key, count in runs.items() if count > 1] == []
    attempts = {entry.attempt_id for loaded in thread for entry in loaded.entries}
    ended = sum(entry.kind in TERMINAL for loaded in thread for entry in loaded.entries)
    assert len(attempts) <= ended + world.crashes


def _one_line_of_history(entries):
    """I4: seqs without a gap, attempts one after the other, one valid outcome for a path, nothing after the end."""
    assert [entry.seq for entry in entries] == list(range(len(entries)))
    order = list(dict.fromkeys(entry.attempt_id for entry in entries))
    blocks = [[entry for entry in entries if entry.attempt_id == attempt] for attempt in order]
    assert [entry for block in blocks for entry in block] == entries
    for number, block in enumerate(blocks, 1):
        assert isinstance(block[0], RunStarted if number == 1 else RunResumed)
        assert block[0].attempt == number
        assert [entry.kind for entry in block[:-1] if entry.kind in TERMINAL] == []
    for place, entry in enumerate(entries):
        if isinstance(entry, TaskOutcome):
            before = Index(entries[:place])
            assert before.outcome(entry.path) is None, f"{entry.path} has two outcomes"
            inner = [other.path for other in entries[place:] if isinstance(other, TaskOutcome)]
            is_final = not any(isinstance(other, RunResumed) for other in entries[place:])
            assert not is_final or not any(path.startswith(f"{entry.path}/") for path in inner)  # JRN-009
    assert isinstance(entries[-1], RunCompleted)


def _valid_documents(thread, *, by_schema):
    """I6."""
    document = thread_to_document("t", [(loaded.checkpoint, loaded.entries) for loaded in thread])
    document = json.loads(json.dumps(document))
    assert [entries for _, entries in thread_from_document(document)] == [loaded.entries for loaded in thread]
    assert not by_schema or accepts("thread", document)


def _typed_errors_without_payload(world):
    """I7: the errors of the library; a task's own error is that task's business."""
    for error in world.errors:
        if isinstance(error, TaskpointError):
            assert error.code in CODES
            assert SECRET not in str(error) + repr(error)


def history(world):
    """What is left of a thread when attempts, ids and times are taken away: the valid outcomes, and the values."""
    shown = []
    for loaded in world.saver.peek():
        index = Index(loaded.entries)
        outcomes = [outcome for scope in index.outcomes.values() for outcome in scope.values()]
        shown.append(
            [
                (entry.path, entry.kind, entry.name, entry.input_digest, _content(entry))
                for entry in sorted(outcomes, key=lambda entry: entry.seq)
            ]
        )
        shown.append([loaded.checkpoint.source, loaded.checkpoint.value, loaded.checkpoint.saved])
        shown.append(sorted((entry.id, entry.value) for scope in index.interrupts.values() for entry in scope.values()))
        shown.append(sorted(index.answers.items()))
    return shown


def _content(entry):
    return entry.value if isinstance(entry, TaskCompleted) else getattr(entry, "error", None)


def failures(world):
    """The entries of runs that failed."""
    return [entry for loaded in world.saver.peek() for entry in loaded.entries if isinstance(entry, RunFailed)]
