import { EarshotError } from "../../base/errors.js";
import { hasMembers, knownOptions } from "../../base/options.js";
import { shownValue } from "../../base/warning.js";
import type { Inbox } from "../contract.js";
import { isCluster, type RedisSettings } from "./connect.js";
import { RedisInbox } from "./redis-inbox.js";

export type { Inbox } from "../contract.js";

/** The options of `ioredis`, or a client of it. An `object` here, so that its types need not be installed. */
export type RedisConnection = object;

/** The options of {@link redisInbox}. */
export interface RedisInboxOptions {
  /**
   * A URL (`redis://`, `rediss://`), the options of `ioredis`, or a client of `ioredis`, for a cluster too. Of a client
   * only the options are read: the inbox opens its own connections.
   */
  readonly connection: string | RedisConnection;
  /**
   * The prefix of every key. Listeners with the same prefix share the work. Default `{earshot}`; the
   * braces keep all keys in one slot of a cluster.
   */
  readonly prefix?: string | undefined;
}

const known = new Set(["connection", "prefix"]);

/**
 * An inbox in Redis, carried by BullMQ. Needs the package `bullmq`. Several processes, on one machine or many, may
 * share it; they share the work, too.
 *
 * @example
 * const listener = toolset.createTriggerListener({ inbox: redisInbox({ connection: "redis://127.0.0.1:6379" }) });
 *
 * @throws EarshotError ERR_OPTION at once; when the listener opens it, ERR_PEER_MISSING, ERR_INBOX_UNAVAILABLE
 */
export function redisInbox(options: RedisInboxOptions): Inbox {
  knownOptions("redisInbox", options, known);
  const { connection, prefix = "{earshot}" } = options;
  const isUrl = typeof connection === "string" && /^rediss?:\/\/./.test(connection);
  if (!isUrl && !hasMembers(connection)) {
    throw new EarshotError(
      "ERR_OPTION",
      // The value may have a password in it.
      "redisInbox: `connection` is a URL that begins with redis:// or rediss://, options of ioredis, or a client of ioredis.",
    );
  }
  checkPlace(connection);
  if (hasKeyPrefix(connection)) {
    throw new EarshotError(
      "ERR_OPTION",
      "redisInbox: `keyPrefix` of ioredis does not reach the scripts' keys. Use `prefix` of redisInbox instead.",
    );
  }
  if (typeof prefix !== "string" || prefix.trim() === "") {
    throw new EarshotError("ERR_OPTION", `redisInbox: \`prefix\` is a string, not ${shownValue(prefix)}.`);
  }
  const given = connection as RedisSettings["connection"];
  if (isCluster(given) && !/\{[^}]+\}/.test(prefix)) {
    throw new EarshotError(
      "ERR_OPTION",
      `redisInbox: in a cluster, \`prefix\` needs a part in braces that keeps all keys in one slot, as {${prefix}}.`,
    );
  }
  return new RedisInbox({ connection: given, prefix });
}

/** What ioredis would try all the same: another address, or the database 0 with a rejection that ends the process. */
function checkPlace(connection: string | RedisConnection): void {
  const isText = typeof connection === "string";
  // A path after redis:///, as of a socket, names no database.
  if (isText && /^rediss?:\/\/\//.test(connection)) return;
  if (isText && !URL.canParse(connection)) {
    throw new EarshotError(
      "ERR_OPTION",
      "redisInbox: `connection` is no URL: look at its port and its password.",
    );
  }
  const db: unknown = isText ? new URL(connection).pathname.slice(1) : Reflect.get(connection, "db");
  if (db === undefined || db === "" || /^\d+$/.test(String(db))) return;
  throw new EarshotError(
    "ERR_OPTION",
    `redisInbox: the database is a number, as in redis://127.0.0.1:6379/2, not ${shownValue(db)}.`,
  );
}

/** Of options, of a client or of a cluster. With it, the scripts would look for records under other names. */
function hasKeyPrefix(connection: string | RedisConnection): boolean {
  if (typeof connection === "string") {
    return URL.canParse(connection) && Boolean(new URL(connection).searchParams.get("keyPrefix"));
  }
  const { options, keyPrefix } = connection as Prefixed;
  return Boolean(keyPrefix || options?.keyPrefix || options?.redisOptions?.keyPrefix);
}

interface Prefixed {
  readonly keyPrefix?: unknown;
  readonly options?: {
    readonly keyPrefix?: unknown;
    readonly redisOptions?: { readonly keyPrefix?: unknown };
  };
}
