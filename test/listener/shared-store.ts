import { join } from "node:path";
import type { Inbox } from "earshot";
import { redisInbox } from "earshot/redis";
import { sqliteInbox } from "earshot/sqlite";
import { temporaryFolder } from "../inbox/temporary-folder.js";
import { startRedis, withoutRedis } from "../support/redis-server.js";

/** A store that several processes share, for the time of a test. */
export interface SharedStore {
  /** What a child of the test finds it by; see child-inbox.ts. */
  readonly env: Readonly<Record<string, string>>;
  inbox(): Inbox;
  remove(): void | Promise<void>;
}

interface Kind {
  readonly what: string;
  /** Why it cannot be had here. */
  readonly missing: string | undefined;
  make(): Promise<SharedStore>;
}

export const sharedStores: readonly Kind[] = [
  {
    what: "one SQLite file",
    missing: undefined,
    async make() {
      const { folder, remove } = temporaryFolder();
      const path = join(folder, "events.db");
      return { env: { DB: path }, inbox: () => sqliteInbox({ path }), remove };
    },
  },
  {
    what: `one Redis${withoutRedis === undefined ? "" : ` (${withoutRedis})`}`,
    missing: withoutRedis,
    async make() {
      const { url, stop } = await startRedis({ appendonly: "yes", appendfsync: "always" });
      return { env: { REDIS_URL: url }, inbox: () => redisInbox({ connection: url }), remove: stop };
    },
  },
];
