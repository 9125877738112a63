import { isBuiltin } from "node:module";
import { betterSqlite3 } from "../../src/inbox/sqlite/driver/better-sqlite3.js";
import type { DriverName } from "../../src/inbox/sqlite/driver/driver.js";

/** A driver, and where it can be tested. */
export interface TestedDriver {
  readonly name: DriverName;
  /** The Node that has it; `undefined` where none is at hand. */
  readonly node: string | undefined;
  /** Whether the Node of the test itself has it. */
  readonly isHere: boolean;
  /** For the title of a test that is skipped. */
  readonly reason: string;
}

const hasNodeSqlite = isBuiltin("node:sqlite");
const hasBetterSqlite3 = await betterSqlite3().then(
  () => true,
  () => false,
);

/** `npm run test:nodes` names the Node that better-sqlite3 was built for. */
const { BETTER_SQLITE3_NODE } = process.env;

export const drivers: readonly TestedDriver[] = [
  {
    name: "node:sqlite",
    node: hasNodeSqlite ? process.execPath : undefined,
    isHere: hasNodeSqlite,
    reason: hasNodeSqlite
      ? ""
      : ` (skipped: Node ${process.versions.node} has no node:sqlite; npm run test:nodes)`,
  },
  {
    name: "better-sqlite3",
    node: hasBetterSqlite3 ? process.execPath : BETTER_SQLITE3_NODE,
    isHere: hasBetterSqlite3,
    reason: hasBetterSqlite3
      ? ""
      : ` (skipped: better-sqlite3 is not built for Node ${process.versions.node})`,
  },
];
