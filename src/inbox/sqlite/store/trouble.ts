import { EarshotError, type ErrorCode, messageOf } from "../../../base/errors.js";
import type { Trouble } from "../requests.js";

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

/** SQLite's own code of an error, `SQLITE_FULL` and the like; empty for any other error. */
export function sqliteCode(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : "";
  return typeof code === "string" && code.startsWith("SQLITE_") ? code : "";
}

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
export function troubleOf(thrown: unknown, path: string): Trouble {
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
export function recordTroubleOf(thrown: unknown, path: string): Trouble {
  return {
    code: "ERR_INBOX_RECORD",
    message: `The inbox ${path} cannot store this record: ${messageOf(thrown)}.`,
  };
}
