// The layout of SQLite files of specification 1.0, made by `npm run generate`.

export const APPLICATION_ID = 1416850288;
export const USER_VERSION = 1;

export const SAVER_LAYOUT = `
PRAGMA application_id = 1416850288;

CREATE TABLE threads (
    thread INTEGER PRIMARY KEY,
    thread_id TEXT NOT NULL UNIQUE,
    head INTEGER NOT NULL,
    holder_attempt_id TEXT,
    holder_host TEXT,
    holder_pid INTEGER,
    holder_lease_until TEXT
) STRICT;

CREATE TABLE checkpoints (
    thread INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    id TEXT NOT NULL,
    format TEXT NOT NULL,
    parent_id TEXT,
    source TEXT NOT NULL,
    created_at TEXT NOT NULL,
    run_id TEXT NOT NULL,
    entrypoint_name TEXT NOT NULL,
    entrypoint_version TEXT,
    input TEXT,
    previous_id TEXT,
    value TEXT,
    saved TEXT,
    metadata TEXT NOT NULL,
    PRIMARY KEY (thread, seq),
    UNIQUE (thread, id)
) STRICT;

CREATE TABLE entries (
    thread INTEGER NOT NULL,
    checkpoint INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    attempt_id TEXT NOT NULL,
    path TEXT,
    name TEXT,
    input_digest TEXT,
    alone INTEGER,
    attempts INTEGER,
    started_at TEXT,
    value TEXT,
    detail TEXT,
    PRIMARY KEY (thread, checkpoint, seq)
) STRICT;

CREATE VIEW journal AS
SELECT t.thread_id, c.id AS checkpoint_id, c.seq AS checkpoint_seq, e.seq, e.kind, e.at, e.attempt_id, e.path, e.name,
    e.input_digest, e.alone, e.attempts, e.started_at, e.value, e.detail
FROM entries AS e
JOIN threads AS t ON t.thread = e.thread
JOIN checkpoints AS c ON c.thread = e.thread AND c.seq = e.checkpoint;

PRAGMA user_version = 1;
`;

export const STORE_LAYOUT = `
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
`;

export const CACHE_LAYOUT = `
CREATE TABLE IF NOT EXISTS cache_entries (
    namespace TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    expires_at REAL,
    PRIMARY KEY (namespace, key)
) STRICT;

CREATE INDEX IF NOT EXISTS cache_expiry ON cache_entries (expires_at) WHERE expires_at IS NOT NULL;
`;
