import { resolve } from "node:path";
import { EarshotError } from "../../base/errors.js";
import { knownOptions, numberOption } from "../../base/options.js";
import { shownValue } from "../../base/warning.js";
import type { Inbox } from "../contract.js";
import { SqliteInbox } from "./sqlite-inbox.js";

export type { Inbox } from "../contract.js";

/** The options of {@link sqliteInbox}. */
export interface SqliteInboxOptions {
  /** The file. It is created if it does not exist; its directory must exist. Two more files (`-wal`, `-shm`) lie beside it. */
  readonly path: string;
  /**
   * `full`: an acknowledged event survives a power failure. `normal`: it survives a crash of the process;
   * a power failure may lose the last ones. Default `full`.
   */
  readonly synchronous?: "full" | "normal" | undefined;
  /**
   * `"node:sqlite"`: the SQLite of Node 22.13 and later. `"better-sqlite3"`: that package. Both write the same file.
   * Default: Node's own; better-sqlite3 on an older Node, or where it is installed and Node's SQLite is before 3.51.3.
   */
  readonly driver?: "node:sqlite" | "better-sqlite3" | undefined;
  /** Interval of checks for records of other processes, milliseconds. Default 250. */
  readonly pollMs?: number | undefined;
}

const known = new Set(["path", "synchronous", "driver", "pollMs"]);

/**
 * An inbox in one SQLite file. Needs nothing on Node 22.13 and later; on an older one, the package `better-sqlite3`.
 * Several processes of one machine may share the file; they share the work, too.
 *
 * @example
 * const listener = toolset.createTriggerListener({ inbox: sqliteInbox({ path: "./inbox.db" }) });
 *
 * @throws EarshotError ERR_OPTION at once; when the listener opens it, ERR_PEER_MISSING, ERR_INBOX_CORRUPT,
 *   ERR_INBOX_VERSION, ERR_INBOX_UNAVAILABLE
 */
export function sqliteInbox(options: SqliteInboxOptions): Inbox {
  knownOptions("sqliteInbox", options, known);
  const { path, synchronous = "full", driver } = options;
  if (typeof path !== "string" || path.trim() === "" || path.startsWith(":memory:")) {
    throw new EarshotError(
      "ERR_OPTION",
      `sqliteInbox: \`path\` is the name of a file, not ${shownValue(path)}. For memory only there is memoryInbox().`,
    );
  }
  if (synchronous !== "full" && synchronous !== "normal") {
    throw new EarshotError(
      "ERR_OPTION",
      `sqliteInbox: \`synchronous\` is "full" or "normal", not ${shownValue(synchronous)}.`,
    );
  }
  if (driver !== undefined && driver !== "node:sqlite" && driver !== "better-sqlite3") {
    throw new EarshotError(
      "ERR_OPTION",
      `sqliteInbox: \`driver\` is "node:sqlite" or "better-sqlite3", not ${shownValue(driver)}.`,
    );
  }
  return new SqliteInbox({
    // Where it was said, wherever the process goes later.
    path: resolve(path),
    synchronous,
    driver,
    pollMs: numberOption("pollMs", options.pollMs, 250, 1),
  });
}
