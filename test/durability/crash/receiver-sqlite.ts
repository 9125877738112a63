import { type SqliteInboxOptions, sqliteInbox } from "earshot/sqlite";
import { receive } from "./receiver.js";

const { DB = "", DRIVER } = process.env;
const driver = DRIVER as SqliteInboxOptions["driver"];
await receive(() => sqliteInbox({ path: DB, driver }), 1000);
