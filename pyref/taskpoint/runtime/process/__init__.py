"""What the process has: threads, locks, signals, the clock, and the queue between runs and a watcher."""
