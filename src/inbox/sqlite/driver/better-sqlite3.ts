import type { Database, Driver } from "./driver.js";

/** @throws the error of the import where better-sqlite3 is not installed, or was built for another Node */
export async function betterSqlite3(): Promise<Driver> {
  const { default: BetterSqlite3 } = await import("better-sqlite3");
  // The binary part is loaded with the first database.
  const db = new BetterSqlite3(":memory:");
  const sqliteVersion = db.prepare<[], string>("SELECT sqlite_version()").pluck().get() ?? "";
  db.close();
  return {
    name: "better-sqlite3",
    sqliteVersion,
    // Its types have a second form of parameters, which stands in the way of the compiler.
    open: (path, options = {}) => new BetterSqlite3(path, options) as unknown as Database,
  };
}
