import { dispatch } from "./dispatch.js";
import { endToEnd } from "./end-to-end.js";
import { filters } from "./filters.js";
import { growthConnections, growthEvents, growthRecords, growthRoutes } from "./growth.js";
import { github, sqlite, webhook } from "./http.js";
import { firstEvent, imported } from "./import.js";
import { memory } from "./memory.js";
import { redisAlways, redisEverysec } from "./redis.js";
import { heard, unasked } from "./socket.js";
import { steady } from "./steady.js";
import { wakes } from "./wakes.js";

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
    steady,
    dispatch,
    filters,
    wakes,
    "end-to-end": endToEnd,
    import: imported,
    "first-event": firstEvent,
    memory,
    "growth-events": growthEvents,
    "growth-connections": growthConnections,
    "growth-records": growthRecords,
    "growth-routes": growthRoutes,
  }),
);
