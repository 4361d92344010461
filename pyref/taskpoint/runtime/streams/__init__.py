"""What happens in a run, as events, and what streams and watchers are told of it."""
