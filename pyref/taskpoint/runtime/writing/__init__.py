"""The saver as a run uses it: what is durable before it is seen, and the lease."""
