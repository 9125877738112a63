import { chooseDriver } from "../../src/inbox/sqlite/driver/choose.js";
import type { Database, OpenOptions } from "../../src/inbox/sqlite/driver/driver.js";

const driver = await chooseDriver(undefined);

/** Opens a file with the driver that the inbox has by default: two in one process would drop each other's locks. */
export function openDatabase(path: string, options?: OpenOptions): Database {
  return driver.open(path, options);
}
