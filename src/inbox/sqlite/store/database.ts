import { closeSync, openSync, statSync } from "node:fs";
import { EarshotError, type ErrorCode } from "../../../base/errors.js";
import { messageOf } from "../../../base/message-of.js";
import { type Database, type Driver, immediately, sqliteCode } from "../driver/driver.js";
import type { SerializedError, StoreSettings } from "../thread-protocol.js";
import { recount } from "./counts.js";
import type { Probe } from "./file-watch.js";
import { linkedFile } from "./linked-file.js";
import { APPLICATION_ID, migrate, SCHEMA_VERSION } from "./schema.js";

/** How long to wait for another process's transaction, milliseconds. They take a few each. */
export const LOCK_TIMEOUT_MS = 10_000;
/** Files up to this size are checked whole before the first write; some 150 ms at the most. */
const MAX_CHECKED_BYTES = 64 * 1024 * 1024;
const PAGE_BYTES = 8192;
/**
 * The write-ahead log is brought home every 64 MB. The hash indexes touch pages all over the file; the more of
 * those touches fall together into one checkpoint, the fewer pages it writes.
 */
const CHECKPOINT_PAGES = 8000;

/**
 * Opens or creates the file, and brings it to our version.
 *
 * A file that is not a sound inbox is only ever opened for reading, and so left as it is.
 *
 * @param use prepares what works on the file, and runs nothing
 * @throws EarshotError ERR_INBOX_CORRUPT, ERR_INBOX_VERSION, ERR_INBOX_UNAVAILABLE; SQLite's own errors
 */
export function openDatabase<T>(
  driver: Driver,
  { path, synchronous, mustExist = false }: Pick<StoreSettings, "path" | "synchronous" | "mustExist">,
  use: (db: Database) => T,
): T {
  const size = sizeOf(path);
  if (size === 0) checkMissing(path, mustExist);
  // SQLite takes a file of one byte for an empty one, and would write over it.
  if (size === 1) throw corrupt(path, "is not an SQLite database");
  if (size > 0) inspect(driver, path, use);
  else makeForOwner(path);
  const db = driver.open(path, { timeout: LOCK_TIMEOUT_MS, fileMustExist: mustExist });
  try {
    // Takes effect in an empty file alone.
    db.pragma(`page_size = ${PAGE_BYTES}`);
    // In the older journal mode, so that the version stands in the file itself before anything else does.
    if (readVersion(db, path) < SCHEMA_VERSION) {
      immediately(db, () => migrate(db, readVersion(db, path)));
    }
    if (db.pragma("journal_mode = WAL", { simple: true }) !== "wal") {
      throw new EarshotError(
        "ERR_INBOX_UNAVAILABLE",
        `The file system of ${path} cannot hold an inbox: it lacks the shared memory of SQLite's write-ahead log. Use a local disk.`,
      );
    }
    // SQLite opens for reading what it may not open for writing, and would say so with the first event alone.
    db.exec("BEGIN IMMEDIATE; UPDATE totals SET waiting = waiting; ROLLBACK");
    if (size <= MAX_CHECKED_BYTES) recount(db);
    db.pragma(`synchronous = ${synchronous}`);
    // For macOS: there, a plain fsync leaves the bytes in the disk's own memory.
    db.pragma(`fullfsync = ${synchronous === "full" ? 1 : 0}`);
    db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.pragma(`journal_size_limit = ${CHECKPOINT_PAGES * PAGE_BYTES}`);
    return use(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Looks at a file that is open, through another connection: the first one has pages in memory.
 *
 * @returns nothing where it is locked for too long to tell
 */
export function probeOf(driver: Driver, path: string): Probe {
  return (isThorough) => {
    let db: Database | undefined;
    try {
      db = driver.open(path, { readonly: true, fileMustExist: true, timeout: 1000 });
      readVersion(db, path);
      const isSmall = Number(db.pragma("page_count", { simple: true })) * PAGE_BYTES <= MAX_CHECKED_BYTES;
      const found = isThorough && isSmall ? db.pragma("quick_check(1)", { simple: true }) : "ok";
      if (found !== "ok") return { damage: String(found) };
      const seen = db
        .prepare<[], { fileId: string; writes: number }>("SELECT file_id AS fileId, writes FROM totals")
        .get();
      return seen ?? { damage: "its table of counts is empty" };
    } catch (error) {
      const code = sqliteCode(error);
      if (error instanceof EarshotError || /^SQLITE_(CORRUPT|NOTADB|ERROR|IOERR)/.test(code)) {
        return { damage: messageOf(error) };
      }
      return undefined;
    } finally {
      db?.close();
    }
  };
}

/** @throws EarshotError where a file that is not there, or is empty, must not be begun anew */
function checkMissing(path: string, mustExist: boolean): void {
  if (mustExist) {
    throw new EarshotError(
      "ERR_INBOX_UNAVAILABLE",
      `The inbox ${path} is gone. Put the file back, or restart to begin with a new one.`,
    );
  }
  // SQLite removes a log whose file is empty; acknowledged events can be in it.
  const log = `${linkedFile(path)}-wal`;
  if (sizeOf(log) > 0) {
    throw corrupt(
      path,
      `is not there or is empty, and its log ${log} is. Restore the file, or move the log away`,
    );
  }
}

/** Events can hold secrets: a new file is for its owner only, and so are the log and its index after it. */
function makeForOwner(path: string): void {
  try {
    closeSync(openSync(linkedFile(path), "wx", 0o600));
  } catch {
    // It is there and empty; or cannot be made, which SQLite says in its own words.
  }
}

/** Looks at an existing file without being able to change it. */
function inspect(driver: Driver, path: string, use: (db: Database) => unknown): void {
  let db: Database;
  try {
    db = driver.open(path, { readonly: true, fileMustExist: true, timeout: LOCK_TIMEOUT_MS });
  } catch (error) {
    if (isForWriters(error)) return;
    throw error;
  }
  try {
    const version = readVersion(db, path);
    if (version === 0) return;
    if (Number(db.pragma("page_count", { simple: true })) * PAGE_BYTES <= MAX_CHECKED_BYTES) {
      const found = db.pragma("quick_check(1)", { simple: true });
      if (found !== "ok") throw corrupt(path, `is damaged: ${String(found)}`);
    }
    if (version === SCHEMA_VERSION) use(db);
  } catch (error) {
    if (isForWriters(error)) return;
    // A table or a column is not there.
    if (sqliteCode(error) === "SQLITE_ERROR") throw corrupt(path, `is damaged: ${messageOf(error)}`);
    throw error;
  } finally {
    db.close();
  }
}

/**
 * @returns the version of the file; 0 where it is still empty
 * @throws EarshotError where it is not ours, or newer than us
 */
function readVersion(db: Database, path: string): number {
  const version = Number(db.pragma("user_version", { simple: true }));
  const application = Number(db.pragma("application_id", { simple: true }));
  if (application !== APPLICATION_ID) {
    const tables = db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get();
    if (application === 0 && version === 0 && tables === 0) return 0;
    throw corrupt(path, "is an SQLite database of something else");
  }
  if (version > SCHEMA_VERSION) {
    throw new EarshotError(
      "ERR_INBOX_VERSION",
      `The inbox ${path} has version ${version}; this package knows versions up to ${SCHEMA_VERSION}. Update earshot, or give another path.`,
    );
  }
  return version;
}

/** A crash can leave work (a journal to roll back, shared memory to build) that a reader may not do. */
function isForWriters(error: unknown): boolean {
  return /^SQLITE_(READONLY|CANTOPEN)/.test(sqliteCode(error));
}

function corrupt(path: string, what: string): EarshotError {
  return new EarshotError("ERR_INBOX_CORRUPT", `${path} ${what}. It was left as it is.`);
}

function sizeOf(path: string): number {
  // Looked at by name: to open and close an SQLite file outside SQLite drops this process's locks on it.
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** What of SQLite's result codes (https://sqlite.org/rescode.html) means what here; the first that fits. */
const meanings: readonly (readonly [prefix: string, code: ErrorCode, words: string])[] = [
  ["SQLITE_FULL", "ERR_INBOX_FULL", "has no space left on its disk"],
  ["SQLITE_IOERR_READ", "ERR_INBOX_UNAVAILABLE", "could not be read"],
  ["SQLITE_IOERR_SHORT_READ", "ERR_INBOX_UNAVAILABLE", "could not be read"],
  ["SQLITE_IOERR_CORRUPTFS", "ERR_INBOX_CORRUPT", "is on a damaged file system"],
  // Over quota, over a file-size limit, or a disk that failed to take a write: the remedy is the same.
  ["SQLITE_IOERR", "ERR_INBOX_FULL", "could not be written"],
  ["SQLITE_CORRUPT", "ERR_INBOX_CORRUPT", "is damaged"],
  ["SQLITE_NOTADB", "ERR_INBOX_CORRUPT", "is not an SQLite database"],
  ["SQLITE_BUSY", "ERR_INBOX_UNAVAILABLE", "is locked by another process"],
  ["SQLITE_LOCKED", "ERR_INBOX_UNAVAILABLE", "is locked by another process"],
  ["SQLITE_READONLY", "ERR_INBOX_UNAVAILABLE", "cannot be written by this process"],
  ["SQLITE_CANTOPEN", "ERR_INBOX_UNAVAILABLE", "cannot be opened or created"],
  ["SQLITE_PERM", "ERR_INBOX_UNAVAILABLE", "cannot be used by this process"],
];

/**
 * Whether a failure is one request's own: a value that cannot be stored, or is too large. All else is the file's, and
 * so that of every request.
 */
export function isOfOneRequest(thrown: unknown): boolean {
  if (thrown instanceof EarshotError) return false;
  const code = sqliteCode(thrown);
  return code === "" || /^SQLITE_(TOOBIG|MISMATCH|RANGE|CONSTRAINT)/.test(code);
}

/** An error of the store in words that cross threads. */
export function serializedError(thrown: unknown, path: string): SerializedError {
  if (thrown instanceof EarshotError) return { code: thrown.code, message: thrown.message };
  const own = sqliteCode(thrown);
  const meaning = meanings.find(([prefix]) => own.startsWith(prefix));
  const [, code, words] = meaning ?? ["", "ERR_INBOX_UNAVAILABLE" as const, "failed"];
  return {
    code,
    message: `The inbox ${path} ${words}: ${messageOf(thrown)}${own === "" ? "" : ` (${own})`}.`,
  };
}

/** A failure of one request, where the store is sound. */
export function serializedRecordError(thrown: unknown, path: string): SerializedError {
  return {
    code: "ERR_INBOX_RECORD",
    message: `The inbox ${path} cannot store this record: ${messageOf(thrown)}.`,
  };
}
