-- What a cache keeps in the file, version 1 (spec/1.0/18-stores.md). Never edit it: a change is a new file.
CREATE TABLE IF NOT EXISTS cache_entries (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    expires_at REAL,
    PRIMARY KEY (namespace, key)
) STRICT;

CREATE INDEX IF NOT EXISTS cache_expiry ON cache_entries (expires_at) WHERE expires_at IS NOT NULL;
