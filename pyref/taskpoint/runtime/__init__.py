"""The runtime: tasks and entrypoints as plain functions over the machine of `_core`.

What users call lies here: `task` (`func`), `entrypoint`, and what their code asks a run for. Below it lie folders, and
each may use those that stand above it in this list, and none that stand below:

`process`
    What the process has: threads, locks, signals, the clock.
`values`
    Values, errors and questions: how they are written down and read back.
`definitions`
    What a task or an entrypoint says of itself: both forms, options, policies, config.
`writing`
    The saver as a run uses it: what is durable before it is seen, and the lease.
`state`
    Threads between two runs: snapshots, the last saved value, updates and forks.
`execution`
    One run while its code runs: the calls, and the hosts that carry them out in threads and on event loops.
`streams`
    What happens in a run, as events, and what streams and watchers are told of it.
`runs`
    From `invoke` to the end of a run: requests, attempts, batches, stopping.
"""
