import { sqliteInbox } from "earshot/sqlite";
import { receive } from "./receiver.js";

await receive(sqliteInbox({ path: process.env.INBOX ?? "" }));
