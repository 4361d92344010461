"""From `invoke` to the end of a run: requests, attempts, batches, and stopping from outside."""
