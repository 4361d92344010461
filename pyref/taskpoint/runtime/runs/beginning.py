"""The beginning of an attempt: what is read, and what is written before anything of the workflow's own code runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from taskpoint._core.branching import unfinished
from taskpoint._core.index import Index, Status
from taskpoint._core.journal import Checkpoint, Entry, Holder, InterruptAnswered, RunResumed, RunStarted
from taskpoint._core.machine import Machine
from taskpoint.errors import ConcurrentRunError, UsageError
from taskpoint.runtime.execution.run import Run
from taskpoint.runtime.process.sources import current
from taskpoint.runtime.runs.attempt import Attempt
from taskpoint.runtime.runs.once import CompletedRun, check_once, completed, run_of
from taskpoint.runtime.runs.requests import Request
from taskpoint.runtime.state import forks
from taskpoint.runtime.state.previous import Previous
from taskpoint.runtime.values.commands import Command, answers_of
from taskpoint.runtime.writing.heartbeat import HEART
from taskpoint.runtime.writing.writer import Writer, ask
from taskpoint.savers.base import Head
from taskpoint.savers.holders import is_retired

if TYPE_CHECKING:
    from taskpoint.runtime.entrypoint import Entrypoint
    from taskpoint.runtime.writing.writer import Steps
    from taskpoint.savers.base import CheckpointSaver, Loaded

__all__ = ("begin",)

_TAKE_OVER_TRIES = 100


def begin(entrypoint: Entrypoint[Any, Any], request: Request) -> Steps[Attempt | CompletedRun]:
    """Begin a run or a further attempt of one, and take the thread; or return the run that the request was for.

    Raises:
        UsageError: The request cannot be met; nothing was written.
        ConcurrentRunError: Somebody else works on the thread; nothing was written.
    """
    saver = entrypoint.checkpointer
    config = request.config
    continues = request.input is None or isinstance(request.input, Command)
    if request.once:
        check_once(request, saver, continues=continues)
    if saver is None:
        return _begin_unsaved(entrypoint, request, continues=continues)
    if config.thread_id is None:
        raise UsageError(
            "a run with a checkpointer needs a thread id",
            code="usage.thread_id_missing",
            hint='pass thread_id="..." or {"configurable": {"thread_id": "..."}}',
        )
    attempt = yield from _take(_resume if continues else _start, entrypoint, saver, request)
    if isinstance(attempt, CompletedRun):
        return attempt
    try:
        HEART.add(attempt.run)
    except RuntimeError as error:  # there is no thread to be had, and so no lease to be renewed
        attempt.run.halt_now(error)
    return attempt


def _take(
    way: Callable[[Entrypoint[Any, Any], CheckpointSaver, Request], Steps[Attempt | CompletedRun]],
    entrypoint: Entrypoint[Any, Any],
    saver: CheckpointSaver,
    request: Request,
) -> Steps[Attempt | CompletedRun]:
    """Begin; one who takes over tries again, as the live holder may write between the reading and the taking."""
    for _ in range(_TAKE_OVER_TRIES if request.take_over else 0):
        try:
            return (yield from way(entrypoint, saver, request))
        except ConcurrentRunError:
            continue
    return (yield from way(entrypoint, saver, request))


def _begin_unsaved(entrypoint: Entrypoint[Any, Any], request: Request, *, continues: bool) -> Attempt:
    if request.after is not None:
        return _begin_unsaved_again(entrypoint, request, request.after)
    if continues:
        raise UsageError("without a checkpointer there is no run to continue", code="usage.no_checkpointer")
    sources = current()
    text, input = entrypoint.forms.input.write(request.input, entrypoint.name)
    started = RunStarted(0, sources.now(), sources.new_id())
    run = _run(entrypoint, request, request.config.run_id or sources.new_id(), Index([started]), started.attempt_id)
    run.unsaved = [started] if entrypoint.policies is not None and entrypoint.policies.retry else None
    checkpoint = Checkpoint("", 0, "", None, "input", sources.now(), run.id, entrypoint.name, input=text)
    return Attempt(entrypoint, run, checkpoint, input)


def _begin_unsaved_again(entrypoint: Entrypoint[Any, Any], request: Request, before: Attempt) -> Attempt:
    """Begin a further attempt over what was recorded in memory (`POL-031`)."""
    sources, entries = current(), before.run.unsaved or []
    attempt_id = sources.new_id()
    failed = Index(entries)
    entries.append(RunResumed(len(entries), sources.now(), attempt_id, failed.attempt + 1, failed.rerun()))
    run = _run(entrypoint, request, before.run.id, Index(entries), attempt_id)
    run.unsaved, run.unsaved_id = entries, before.run.unsaved_id
    assert before.checkpoint.input is not None
    input = entrypoint.forms.input.read(before.checkpoint.input, entrypoint.version, "the run's input")
    return Attempt(entrypoint, run, before.checkpoint, input)


def _start(entrypoint: Entrypoint[Any, Any], saver: CheckpointSaver, request: Request) -> Steps[Attempt | CompletedRun]:
    """Begin a new run on a thread; an unfinished one is abandoned (`RUN-003`)."""
    config, sources = request.config, current()
    assert config.thread_id is not None
    text, input = entrypoint.forms.input.write(request.input, entrypoint.name)
    tip = forks.tip_of(saver, config.thread_id)
    take_over = _takes_over(config.thread_id, tip.head.holder if tip.head else None, request)
    begun = run_of(entrypoint, saver, tip, text) if request.once else None
    if begun is not None:
        return completed(entrypoint, saver, begun) or (yield from _go_on(entrypoint, saver, request, begun))
    parent = tip.head.checkpoint if tip.head else None
    if config.checkpoint_id is not None and config.checkpoint_id != tip.id:  # STA-020: as if it were the newest
        parent = forks.named(saver, config.thread_id, config.checkpoint_id).checkpoint
    now = sources.now()
    checkpoint = Checkpoint(
        config.thread_id,
        tip.seq,
        sources.new_id(),
        parent.id if parent else None,
        "input",
        now,
        config.run_id or sources.new_id(),
        entrypoint.name,
        entrypoint.version,
        input=text,
        previous_id=forks.saved_in(parent),
        metadata=config.metadata,
    )
    started = RunStarted(0, now, sources.new_id())
    writer = Writer(saver, config.thread_id, started.attempt_id)
    run = _run(entrypoint, request, checkpoint.run_id, Index([started]), started.attempt_id, writer)
    _see_previous(run, entrypoint, saver, checkpoint, parent, request)
    attempt = Attempt(entrypoint, run, checkpoint, input)
    yield writer.begin(checkpoint, tip.id, [started], take_over=take_over)  # last: nothing fails after it
    return attempt


def _run(
    entrypoint: Entrypoint[Any, Any],
    request: Request,
    run_id: str,
    index: Index,
    attempt_id: str,
    writer: Writer | None = None,
) -> Run:
    """Return the run of an attempt over a journal; without a writer nothing is kept of it."""
    sources = current()
    machine = Machine(
        index,
        attempt_id=attempt_id,
        now=sources.now,
        on_divergence=entrypoint.on_divergence,
        ahead=request.ahead if writer else 0,
    )
    run = Run(machine, writer, request.config, entrypoint.name, sources)
    run.id, run.context = run_id, request.context
    run.store, run.cache = entrypoint.options.store, entrypoint.options.cache
    run.find_exception = entrypoint.find_exception
    return run


def _takes_over(thread_id: str, holder: Holder | None, request: Request) -> bool:
    """Tell whether to fence a holder off; without leave, keep out, whatever was asked for (`RUN-010`)."""
    if holder is None or request.take_over:
        return request.take_over
    if not is_retired(holder.attempt_id):
        raise ConcurrentRunError(
            f"the thread {thread_id!r} is held by the process {holder.pid} on {holder.host.partition('/')[0]}",
            holder=asdict(holder),
            hint="wait until it has ended, or pass take_over=True to fence it off",
        )
    return True


def _go_on(entrypoint: Entrypoint[Any, Any], saver: CheckpointSaver, request: Request, begun: Loaded) -> Steps[Attempt]:
    """Go on with the run that the request's input began before (`RUN-043`)."""
    return _resume(entrypoint, saver, replace(request, input=None, follows=begun.checkpoint.id))


def _resume(entrypoint: Entrypoint[Any, Any], saver: CheckpointSaver, request: Request) -> Steps[Attempt]:
    """Begin a further attempt over the journal of the thread's unfinished run (`RPL-001`), or over a copy of it."""
    config, sources = request.config, current()
    assert config.thread_id is not None
    thread_id = config.thread_id
    head = ask(lambda: saver.load(thread_id))
    loaded = _resumed(saver, head, request)
    take_over = _takes_over(thread_id, head.holder if head else None, request)
    index = Index(loaded.entries) if loaded else Index()
    command = request.input if isinstance(request.input, Command) else None
    answers = answers_of(command, index, is_open=_is_open(loaded, index)) if command else {}
    if request.follows is not None and (loaded is None or loaded.checkpoint.id != request.follows):
        raise ConcurrentRunError("another run has begun on this thread, and abandoned the one that was to go on")
    if loaded is None or not _is_open(loaded, index):
        raise UsageError(
            f"the thread {thread_id!r} has no unfinished run",
            code="run.nothing_to_resume",
            hint="invoke it with an input to begin a run",
        )
    forks.check_owner(loaded.checkpoint, entrypoint.name)
    checkpoint = loaded.checkpoint
    if head is not None and not loaded.is_head:
        tip = forks.Tip(thread_id, Head(head.checkpoint, head.holder))
        checkpoint = forks.forked(checkpoint, tip, config)
    attempt_id, now, seq = sources.new_id(), sources.now(), len(loaded.entries)
    resumed = RunResumed(seq, now, attempt_id, index.attempt + 1, _rerun(request.retry, index))
    entries: list[Entry] = [resumed]
    entries += [
        InterruptAnswered(seq + 1 + n, now, attempt_id, id, text) for n, (id, text) in enumerate(answers.items())
    ]
    writer = Writer(saver, thread_id, attempt_id)
    writer.checkpoint_id = checkpoint.id
    run = _run(entrypoint, request, checkpoint.run_id, Index((*loaded.entries, *entries)), attempt_id, writer)
    run.only_replays = request.only_replays
    _see_previous(run, entrypoint, saver, checkpoint, None, request)
    assert checkpoint.input is not None
    input = entrypoint.forms.input.read(checkpoint.input, checkpoint.entrypoint_version, "the run's input")
    attempt = Attempt(entrypoint, run, checkpoint, input, makes=checkpoint is not loaded.checkpoint)
    if head is not None and attempt.makes:
        yield writer.begin(checkpoint, head.checkpoint.id, [*loaded.entries, *entries], take_over=take_over)
    else:
        yield writer.append(seq, entries, take=True, take_over=take_over)  # last: nothing fails after it
    return attempt


def _resumed(saver: CheckpointSaver, head: Loaded | None, request: Request) -> Loaded | None:
    """Return what a resume goes on with: the head, or the older checkpoint that the config names (`STA-022`)."""
    config = request.config
    wanted = config.checkpoint_id
    if wanted is None or (head is not None and head.checkpoint.id == wanted):
        return head
    if request.input is not None:
        raise UsageError(  # INT-026: a late answer is no answer to what is asked now
            "an answer cannot be given at an older checkpoint",
            code="usage.config_invalid",
            hint="fork the run before its interrupt, go on with None, and answer what is asked then",
        )
    assert config.thread_id is not None
    loaded = forks.named(saver, config.thread_id, wanted)
    return replace(loaded, entries=unfinished(loaded.entries))


def _is_open(loaded: Loaded | None, index: Index) -> bool:
    return loaded is not None and loaded.checkpoint.input is not None and index.status is not Status.COMPLETED


def _rerun(retry: str | Sequence[str] | None, index: Index) -> list[str]:
    """Return the failures that are void from here on (`RPL-042`)."""
    if retry is None or retry == "uncaught":
        return index.rerun()
    if retry == "all":
        return index.closure(index.failures())
    paths = [] if isinstance(retry, str) else list(retry)
    failures = set(index.failures())
    if isinstance(retry, str) or not failures.issuperset(paths):
        raise UsageError(
            "retry names something that is no recorded failure",
            hint='pass "uncaught", "all" or a list of paths of failed calls',
        )
    return index.closure(paths)


def _see_previous(
    run: Run,
    entrypoint: Entrypoint[Any, Any],
    saver: CheckpointSaver,
    checkpoint: Checkpoint,
    parent: Checkpoint | None,
    request: Request,
) -> None:
    """Let the run find the value saved before it; read at once where the function asks for it by name."""
    run.saved = Previous(saver, checkpoint, parent, entrypoint.forms.saved)
    policies = entrypoint.policies
    looks_up = policies is not None and policies.cache is not None  # what was saved is part of the key (POL-046)
    if request.reads_saved or looks_up or "previous" in entrypoint.parameters.injected:
        run.saved.source()
