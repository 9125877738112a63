// Keeps one record and closes nothing. Started by sqlite-thread.test.ts.
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { contextFor, entryOf } from "./sqlite-world.js";

const inbox = sqliteInbox({ path: process.argv[2] ?? "" });
await inbox.open(contextFor());
const { state } = await inbox.store(entryOf(1), false);
process.exitCode = state === "new" ? 7 : 1;
