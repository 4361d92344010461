"""What the tests of watchers share: workflows to watch, and what is told of them in short."""

from taskpoint import (
    RetryPolicy,
    entrypoint,
    task,
)

SOON = RetryPolicy(initial_interval=0.001, jitter=False)


@task
def double(n):
    return 2 * n


@task
async def adouble(n):
    return 2 * n


@task
def outer(n):
    return double(n).result()


def said(events):
    """Say shortly what was told."""
    return [f"{type(each).__name__} {getattr(each, 'path', each.run.entrypoint)}" for each in events]


@entrypoint
def main(n):
    return outer(n).result()


@entrypoint
async def amain(n):
    return await adouble(n)


STORY = ["RunBegan main", "CallBegan outer#0", "CallBegan outer#0/double#0"]
STORY += ["CallEnded outer#0/double#0", "CallEnded outer#0", "RunEnded main"]
