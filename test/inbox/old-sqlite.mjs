import BetterSqlite3 from "better-sqlite3";

// Loaded before a program: the SQLite of better-sqlite3 then says that it is of an earlier version. A function of the
// user goes before SQLite's own of that name.
const { prepare } = BetterSqlite3.prototype;
BetterSqlite3.prototype.prepare = function (sql) {
  if (sql.includes("sqlite_version()")) this.function("sqlite_version", () => "3.47.2");
  return prepare.call(this, sql);
};
