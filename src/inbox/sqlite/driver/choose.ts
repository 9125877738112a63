import { EarshotError } from "../../../base/errors.js";
import { messageOf } from "../../../base/message-of.js";
import { betterSqlite3 } from "./better-sqlite3.js";
import type { Driver, DriverName } from "./driver.js";
import { nodeSqlite } from "./node-sqlite.js";

/** The first version of SQLite that cannot lose committed transactions when its log begins anew. */
const SOUND = [3, 51, 3] as const;

const bothWays = `run it on Node 22.13 or later, which has SQLite itself (this is ${process.version}), or npm install better-sqlite3`;

/**
 * The driver that the user wants. By default Node's own; better-sqlite3 where Node has none, or one with an SQLite that
 * can damage files while better-sqlite3 is installed.
 *
 * @throws EarshotError ERR_PEER_MISSING, ERR_INBOX_UNAVAILABLE
 */
export async function chooseDriver(wanted: DriverName | undefined): Promise<Driver> {
  const own = wanted === "better-sqlite3" ? undefined : nodeSqlite();
  if (own !== undefined && (wanted !== undefined || isSound(own.sqliteVersion))) return own;
  if (wanted === "node:sqlite") {
    throw new EarshotError(
      "ERR_PEER_MISSING",
      `sqliteInbox({ driver: "node:sqlite" }) needs Node 22.13 or later; this is ${process.version}. Update Node, or leave \`driver\` out and npm install better-sqlite3.`,
    );
  }
  try {
    return await betterSqlite3();
  } catch (error) {
    if (own !== undefined) return own;
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    throw /^(ERR_)?MODULE_NOT_FOUND$/.test(code)
      ? new EarshotError("ERR_PEER_MISSING", `sqliteInbox() needs a driver for SQLite: ${bothWays}.`)
      : new EarshotError(
          "ERR_INBOX_UNAVAILABLE",
          `The package better-sqlite3 could not be loaded; npm rebuild better-sqlite3 may help, and Node 22.13 or later needs no package: ${messageOf(error)}`,
        );
  }
}

/** @returns what is wrong with this version of SQLite for an inbox, in a sentence; `undefined` for a sound one */
export function weaknessOf(version: string, driver: DriverName): string | undefined {
  if (isSound(version)) return undefined;
  const [has, todo] =
    driver === "node:sqlite"
      ? [`This Node (${process.version}) has`, "update Node, or npm install better-sqlite3@^12.8.0"]
      : ["The installed better-sqlite3 has", "npm install better-sqlite3@^12.8.0"];
  return `${has} SQLite ${version}. Before ${SOUND.join(".")}, SQLite can damage a file that several connections write to, and acknowledged events with it: ${todo}`;
}

function isSound(version: string): boolean {
  const numbers = version.split(".").map(Number);
  for (const [at, sound] of SOUND.entries()) {
    const number = numbers[at] ?? 0;
    if (number > sound) return true;
    // Not a number is not known to be sound.
    if (number !== sound) return false;
  }
  return true;
}
