"""The ground floor: identity, journal, matching and delivery, without any IO (no clock, no entropy, no threads)."""
