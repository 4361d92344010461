// Savers, stores and caches in SQLite files; they need the package better-sqlite3.

export { SqliteCache } from "./caches/sqlite.js";
export { SqliteStore } from "./stores/sqlite.js";
export { type SqliteOptions, SqliteSaver } from "./savers/sqlite.js";
