import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { EarshotError, messageOf } from "../../errors.js";
import { unpackBodies } from "./packed-bodies.js";
import type { Batch, Reply, StoreSettings } from "./requests.js";
import { openDatabase } from "./store/database.js";
import { Store } from "./store/store.js";
import { sqliteCode, troubleOf } from "./store/trouble.js";

/**
 * The thread that owns the file. SQLite waits for the disk with its whole thread; here, nothing else is in
 * it. One message is one batch; `null` closes.
 */
async function serve(port: MessagePort, settings: StoreSettings): Promise<void> {
  const reply = (message: Reply) => port.postMessage(message);
  let open: () => Store;
  let store: Store | undefined;
  try {
    open = await opener(settings);
    store = open();
  } catch (error) {
    reply({ type: "failed", trouble: troubleOf(error, settings.path) });
    port.close();
    return;
  }
  port.on("message", (batch: Batch | null) => {
    if (batch === null) {
      store?.close();
      port.close();
      return;
    }
    try {
      store ??= open();
      unpackBodies(batch.requests, batch.bytes);
      reply({ type: "written", ...store.write(batch) });
    } catch (error) {
      // After a failed write or read SQLite may doubt what it has in memory; the file itself is sound.
      if (sqliteCode(error).startsWith("SQLITE_IOERR")) {
        store?.close();
        store = undefined;
      }
      reply({ type: "failed", trouble: troubleOf(error, settings.path) });
    }
  });
  reply({ type: "open" });
}

/** @throws EarshotError where better-sqlite3 is not there or does not fit */
async function opener(settings: StoreSettings): Promise<() => Store> {
  try {
    const { default: driver } = await import("better-sqlite3");
    // The binary part is loaded with the first database.
    new driver(":memory:").close();
    return () => openDatabase(driver, settings, (db) => new Store(db, settings));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw /^(ERR_)?MODULE_NOT_FOUND$/.test(code)
      ? new EarshotError(
          "ERR_PEER_MISSING",
          "sqliteInbox() needs the package better-sqlite3: npm install better-sqlite3",
        )
      : new EarshotError(
          "ERR_INBOX_UNAVAILABLE",
          `The package better-sqlite3 could not be loaded; npm rebuild better-sqlite3 may help: ${messageOf(error)}`,
        );
  }
}

if (parentPort !== null) void serve(parentPort, workerData as StoreSettings);
