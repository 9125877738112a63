import { github, sqlite, webhook } from "./http.js";
import { dispatch, imported, memory } from "./inside.js";
import { redisAlways, redisEverysec } from "./redis.js";
import { heard, unasked } from "./socket.js";

/** By the name that the command line knows. */
export const rows = new Map(
  Object.entries({
    webhook,
    github,
    sqlite,
    "redis-everysec": redisEverysec,
    "redis-always": redisAlways,
    heard,
    unasked,
    dispatch,
    import: imported,
    memory,
  }),
);
