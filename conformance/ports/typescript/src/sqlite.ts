// Savers on SQLite files; they need the package better-sqlite3.

export { SqliteStore } from "./stores/sqlite.js";
export { type SqliteOptions, SqliteSaver } from "./savers/sqlite.js";
