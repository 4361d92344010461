"""What a saver is: six verbs, each atomic (`STO-001`)."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from taskpoint._closing import Closing
from taskpoint._core.journal import Checkpoint, Entry, Holder
from taskpoint._elsewhere import OF_SAVERS
from taskpoint._refusing import missing_in
from taskpoint.errors import UsageError
from taskpoint.savers.listing import ThreadSummary

__all__ = ("CheckpointSaver", "Head", "Loaded", "outcome_of")


def outcome_of(write: Callable[[], None]) -> Exception | None:
    """Make a write and return its error."""
    try:
        write()
    except Exception as error:  # noqa: BLE001 - it is raised in the run that it belongs to
        return error
    return None


@dataclass(slots=True)
class Head:
    """The newest checkpoint of a thread, without its journal."""

    checkpoint: Checkpoint
    holder: Holder | None
    """The live holder, if there is one; a dead holder holds nothing and is not shown."""


@dataclass(slots=True)
class Loaded:
    """A checkpoint with its whole journal, in order."""

    checkpoint: Checkpoint
    is_head: bool
    holder: Holder | None
    entries: list[Entry] = field(default_factory=list[Entry])


@missing_in(**OF_SAVERS)
class CheckpointSaver(Closing, ABC):
    """Keeps threads: implement these six verbs to bring your own storage.

    Each verb is one atomic step, is safe to call from several threads at once, and serves sync and async runs alike.
    A verb that writes either took effect as a whole or raises; when it cannot know which, it raises
    `SaverError` with ``committed=None`` and the runtime reads back before it goes on.
    """

    @property
    def commits_on_loop(self) -> bool:
        """Whether a commit is so short now that an async run makes it on the event loop itself; False if not said."""
        return False

    def together(self, writes: Sequence[Callable[[], None]]) -> Sequence[Exception | None]:
        """Make several writes, each of them one call of a verb of this saver, in one commit where that can be.

        Runs on one event loop write through it. Each write stays an atomic step of its own, in the order given:
        where one is refused, the others take effect all the same. Unless overridden, they are made one by one.

        Args:
            writes: What calls the verbs.

        Returns:
            For each write the error that its verb raised, or None; where a commit failed and nobody can tell what
            became of it, a `SaverError` with ``committed=None`` for each write that was in it.
        """
        return [outcome_of(write) for write in writes]

    def threads(
        self, *, unfinished: bool = False, after: str | None = None, limit: int | None = None
    ) -> list[ThreadSummary]:
        """Return how threads stand, in the order of their ids; a saver of one's own need not have it (`STO-023`).

        Args:
            unfinished: Leave out threads without an unfinished run.
            after: Only threads whose ids come after this one: with `limit`, a page at a time.
            limit: At most so many.

        Raises:
            UsageError: The saver does not list its threads.

        Example:
            >>> from taskpoint import InMemorySaver, entrypoint, interrupt
            >>> saver = InMemorySaver()
            >>> ask = entrypoint("ask", lambda n: interrupt(n) if n else "done", checkpointer=saver)
            >>> _ = ask.invoke(1, thread_id="a"), ask.invoke(0, thread_id="b")
            >>> [(each.thread_id, each.status) for each in saver.threads()]
            [('a', 'interrupted'), ('b', 'idle')]
            >>> [each.thread_id for each in saver.threads(unfinished=True)]
            ['a']
        """
        _ = unfinished, after, limit
        raise UsageError(f"{type(self).__name__} does not list its threads", hint="ask the storage behind it")

    @abstractmethod
    def head(self, thread_id: str) -> Head | None:
        """Return the newest checkpoint of a thread, None where the thread has none."""

    @abstractmethod
    def load(self, thread_id: str, checkpoint_id: str | None = None) -> Loaded | None:
        """Return one checkpoint (the newest where no id is given) with its journal, None where there is none."""

    @abstractmethod
    def begin(
        self,
        checkpoint: Checkpoint,
        expected_head: str | None,
        entries: Sequence[Entry] = (),
        holder: Holder | None = None,
        *,
        take_over: bool = False,
        leading: Sequence[Checkpoint] = (),
    ) -> None:
        """Make `checkpoint` the new head of its thread, with its first entries, and let `holder` hold the thread.

        `leading` are checkpoints without a journal that come directly before it, in their order: all of them are
        made, or none (`STO-018`).

        Raises:
            ConcurrentRunError: The head is not `expected_head` any more, or a live holder other than `holder`
                holds the thread and `take_over` is false.
        """

    @abstractmethod
    def append(
        self,
        thread_id: str,
        checkpoint_id: str,
        expected_seq: int,
        entries: Sequence[Entry],
        closing: Checkpoint | None = None,
        holder: Holder | None = None,
        *,
        take_over: bool = False,
    ) -> None:
        """Append entries to the journal of the head, and make `closing` the new head where it is given.

        `holder` takes the thread (the entries begin with ``run.resumed``) or renews the lease (no entries, or any).
        An append whose entries end with ``run.completed``, ``run.interrupted``, ``run.failed`` or ``run.stopped``
        releases the thread.

        Raises:
            ConcurrentRunError: The journal does not end at `expected_seq`, the checkpoint is not the head,
                or `holder` is given and another live holder holds the thread and `take_over` is false.
        """

    @abstractmethod
    def history(self, thread_id: str, before: str | None = None, limit: int | None = None) -> list[Checkpoint]:
        """Return a thread's checkpoints, newest first, those before the one with id `before`, at most `limit`."""

    @abstractmethod
    def delete(self, thread_id: str) -> None:
        """Delete a thread and all that belongs to it; a thread that does not exist is no error."""

    def delete_thread(self, thread_id: str) -> None:
        """Do as `delete`, by the name that programs from LangGraph call."""
        self.delete(thread_id)

    async def adelete_thread(self, thread_id: str) -> None:
        """Do as `delete`, beside the event loop."""
        await asyncio.to_thread(self.delete, thread_id)
