// Stores until it cannot; when told, tries again. Started by sqlite-full-disk.test.ts.
import { once } from "node:events";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { contextFor, entryOf } from "./sqlite-world.js";

const say = (text: string) => process.stdout.write(`${text}\n`);
const inbox = sqliteInbox({ path: process.argv[2] ?? "" });
await inbox.open(contextFor());
const body = "b".repeat(8000);
let stored = 0;
let code: unknown;
while (code === undefined && stored < 1000) {
  try {
    await inbox.store(entryOf(stored, { body }), false);
    stored += 1;
  } catch (error) {
    code = (error as { code?: unknown }).code;
  }
}
say(`full ${stored} ${String(code)}`);
await once(process.stdin, "data");
const { state } = await inbox.store(entryOf("more", { body }), false);
let found = 0;
for await (const _ of inbox.find({})) found += 1;
say(`${state} ${found}`);
await inbox.close();
process.stdin.destroy();
