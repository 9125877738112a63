import { describe, test } from "vitest";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { testInbox } from "../../src/testing/inbox-suite.js";
import { drivers } from "../support/sqlite-drivers.js";
import { temporaryFolder } from "./temporary-folder.js";

for (const { name, isHere, reason } of drivers) {
  testInbox(
    `sqliteInbox with ${name}${reason}`,
    () => {
      const { folder, remove } = temporaryFolder();
      return { inbox: () => sqliteInbox({ path: `${folder}/inbox.db`, driver: name }), cleanUp: remove };
    },
    { describe: isHere ? describe : describe.skip, test },
  );
}
