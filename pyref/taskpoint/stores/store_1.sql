-- What a store keeps in the file, version 1 (spec/1.0/18-stores.md). Never edit it: a change is a new file.
CREATE TABLE IF NOT EXISTS store_items (
    written INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    ttl REAL,
    expires_at REAL,
    UNIQUE (namespace, key)
) STRICT;

CREATE INDEX IF NOT EXISTS store_expiry ON store_items (expires_at) WHERE expires_at IS NOT NULL;
