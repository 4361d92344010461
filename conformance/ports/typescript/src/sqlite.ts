// Savers on SQLite files; they need the package better-sqlite3.

export { type SqliteOptions, SqliteSaver } from "./savers/sqlite.js";
