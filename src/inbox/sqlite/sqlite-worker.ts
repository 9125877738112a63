import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { chooseDriver } from "./driver/choose.js";
import { type Driver, sqliteCode } from "./driver/driver.js";
import { openDatabase, probeOf, serializedError } from "./store/database.js";
import { FileError, FileWatch } from "./store/file-watch.js";
import { Store } from "./store/store.js";
import { type Batch, type Reply, type StoreSettings, unpackBodies } from "./thread-protocol.js";

/** The file, open, and the check that it is still there. */
interface OpenFile {
  readonly store: Store;
  readonly watch: FileWatch;
}

interface Opener {
  readonly driver: Driver;
  /** @param mustExist not to begin with a new file */
  readonly open: (mustExist: boolean) => OpenFile;
}

/**
 * The thread that owns the file. SQLite waits for the disk with its whole thread; here, nothing else is in
 * it. One message is one batch; `null` closes.
 */
async function serve(port: MessagePort, settings: StoreSettings): Promise<void> {
  const reply = (message: Reply) => port.postMessage(message);
  let opener: Opener;
  let file: OpenFile | undefined;
  /** Of a file that was replaced, while its log may still be in other processes' use. */
  let before: FileWatch | undefined;
  try {
    opener = await openerOf(settings);
    file = opener.open(settings.mustExist ?? false);
  } catch (error) {
    reply({ type: "failed", failure: serializedError(error, settings.path) });
    port.close();
    return;
  }
  port.on("message", (batch: Batch | null) => {
    if (batch === null) {
      if (file !== undefined) close(file);
      port.close();
      return;
    }
    try {
      // What was open once is never begun anew under a running listener.
      if (file === undefined) before?.expectNoOwnLog();
      file ??= opener.open(true);
      const { store, watch } = file;
      watch.checkBefore(batch.nowMs, store.facts());
      unpackBodies(batch.requests, batch.bytes);
      const written = store.write(batch);
      watch.checkAfter(store.facts());
      reply({ type: "written", ...written });
    } catch (error) {
      if (file !== undefined && isToBeReopened(error, file)) {
        close(file);
        before = file.watch;
        file = undefined;
      }
      reply({ type: "failed", failure: serializedError(error, settings.path) });
    }
  });
  const { name, sqliteVersion } = opener.driver;
  reply({ type: "open", driver: name, sqliteVersion });
}

/** Whether the connection is of no more use. */
function isToBeReopened(error: unknown, { store, watch }: OpenFile): boolean {
  // After a failed write or read SQLite may doubt what it has in memory; the file itself is sound.
  if (sqliteCode(error).startsWith("SQLITE_IOERR")) return true;
  if (!(error instanceof FileError)) return false;
  if (error.event === "log") bringHome(store, watch);
  return error.event === "log" || error.event === "cut" || error.event === "replaced";
}

/** Where no process has begun another log, what the removed one has can still be written to the file. */
function bringHome(store: Store, watch: FileWatch): void {
  if (watch.hasForeignLog) return;
  try {
    store.bringLogHome();
  } catch {
    // The report of the removed log stands; closing tries once more.
  }
}

function close({ store, watch }: OpenFile): void {
  watch.closeAround(
    () => store.close(),
    () => store.bringLogHome(),
  );
}

/** @throws EarshotError where there is no driver, or the one that is wanted cannot be loaded */
async function openerOf(settings: StoreSettings): Promise<Opener> {
  const { path } = settings;
  const driver = await chooseDriver(settings.driver);
  return {
    driver,
    open: (mustExist) => {
      const store = openDatabase(driver, { ...settings, mustExist }, (opened) => new Store(opened, settings));
      try {
        return { store, watch: new FileWatch(path, probeOf(driver, path), mustExist) };
      } catch (error) {
        store.close();
        throw error;
      }
    },
  };
}

if (parentPort !== null) void serve(parentPort, workerData as StoreSettings);
