"""One run while its code runs: the calls, and the hosts that carry them out in threads and on event loops."""
