import { describe, test } from "vitest";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { testInbox } from "../../src/testing/inbox-suite.js";
import { temporaryFolder } from "./temporary-folder.js";

testInbox(
  "sqliteInbox",
  () => {
    const { folder, remove } = temporaryFolder();
    return { inbox: () => sqliteInbox({ path: `${folder}/inbox.db` }), cleanUp: remove };
  },
  { describe, test },
);
