"""What a task or an entrypoint says of itself: both forms, options, policies, and the config that it is run with."""
