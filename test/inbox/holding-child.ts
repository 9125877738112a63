// Holds three records until it is killed. Started by sqlite-owner.test.ts.
import { once } from "node:events";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { contextFor, entryOf } from "./sqlite-world.js";

const inbox = sqliteInbox({ path: process.argv[2] ?? "" });
await inbox.open(contextFor({ leaseMs: 3_600_000 }));
for (const n of [1, 2, 3]) await inbox.store(entryOf(n), true);
process.stdout.write("held\n");
process.stdin.resume();
await once(process.stdin, "end");
