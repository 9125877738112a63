/** A package or module that opens SQLite files. */
export type DriverName = "node:sqlite" | "better-sqlite3";

/** What the inbox needs of SQLite. Both drivers write the same file. */
export interface Driver {
  readonly name: DriverName;
  /** `3.53.4`. */
  readonly sqliteVersion: string;
  /** @throws SQLite's own error, see sqliteCode */
  open(path: string, options?: OpenOptions): Database;
}

/** How a file is opened. */
export interface OpenOptions {
  /** Default false. */
  readonly readonly?: boolean;
  /** Whether a file that is missing is an error; else it is created. Default false. */
  readonly fileMustExist?: boolean;
  /** How long to wait for another process's transaction, milliseconds. Default 5000. */
  readonly timeout?: number;
}

/** A connection to one file. */
export interface Database {
  prepare<P extends unknown[] = unknown[], R = unknown>(sql: string): Statement<P, R>;
  exec(sql: string): unknown;
  /** The rows that `PRAGMA …` returns; with `simple`, the first column of the first one. */
  pragma(text: string, options?: { readonly simple?: boolean }): unknown;
  readonly inTransaction: boolean;
  close(): unknown;
}

/** A prepared statement: `P` are its parameters, `R` is its row. */
export interface Statement<P extends unknown[] = unknown[], R = unknown> {
  run(...parameters: P): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  get(...parameters: P): R | undefined;
  all(...parameters: P): R[];
  iterate(...parameters: P): Iterable<R>;
  /** The first column takes the place of each row. */
  pluck(): Statement<P, R>;
}

/** Runs `work` in a transaction that has the lock for writing from the start. */
export function immediately(db: Database, work: () => void): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    // Some failures (a full disk) have rolled back already.
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Primary result codes by their numbers: https://sqlite.org/rescode.html. */
const primary = [
  "OK,ERROR,INTERNAL,PERM,ABORT,BUSY,LOCKED,NOMEM,READONLY,INTERRUPT,IOERR,CORRUPT,NOTFOUND,FULL,CANTOPEN",
  "PROTOCOL,EMPTY,SCHEMA,TOOBIG,CONSTRAINT,MISMATCH,MISUSE,NOLFS,AUTH,FORMAT,RANGE,NOTADB",
]
  .join(",")
  .split(",");

/** Extended codes that mean something else to an inbox than their primary code. */
const extended = new Map([
  [266, "IOERR_READ"],
  [522, "IOERR_SHORT_READ"],
  [8458, "IOERR_CORRUPTFS"],
]);

/**
 * SQLite's own code of an error, `SQLITE_FULL` and the like; empty for any other error. better-sqlite3 has it as `code`,
 * Node as the number `errcode`.
 */
export function sqliteCode(thrown: unknown): string {
  if (!(thrown instanceof Error) || !("code" in thrown)) return "";
  if (thrown.code === "ERR_SQLITE_ERROR" && "errcode" in thrown) {
    const code = Number(thrown.errcode);
    const name = extended.get(code) ?? primary[code & 0xff];
    return name === undefined ? "SQLITE_ERROR" : `SQLITE_${name}`;
  }
  return typeof thrown.code === "string" && thrown.code.startsWith("SQLITE_") ? thrown.code : "";
}
