import { type Inbox, memoryInbox } from "earshot";
import { redisInbox } from "earshot/redis";
import { sqliteInbox } from "earshot/sqlite";

/** The inbox that a test's process is told to use; see shared-store.ts. */
export function childInbox(): Inbox {
  const { DB = "", REDIS_URL = "" } = process.env;
  if (REDIS_URL !== "") return redisInbox({ connection: REDIS_URL });
  return DB === "" ? memoryInbox() : sqliteInbox({ path: DB, pollMs: 20 });
}
