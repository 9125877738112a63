// Opens an inbox and says what came of it. Started by sqlite-file.test.ts as somebody who may not write everything.
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { contextFor } from "./sqlite-world.js";

const inbox = sqliteInbox({ path: process.argv[2] ?? "" });
const said = await inbox.open(contextFor()).then(
  () => ({ code: "opened", message: "" }),
  (error: { code?: string; message?: string }) => ({ code: error.code, message: error.message }),
);
process.stdout.write(JSON.stringify(said));
await inbox.close();
