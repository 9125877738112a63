/** What each row was to reach. Ratios are of CPU time to the control's, which is 1. */
export const aims = {
  webhook: 0.58,
  github: 0.45,
  sqlite: 0.35,
  heard: 0.8,
  unasked: 3,
  /** Events a second over BullMQ's, in the same run: {@link overPeer}. */
  "redis-always": 1.3,
  dispatchNanos: 30,
  endToEnd: { p50: 2, p99: 4 },
  importMs: 40,
  millionMb: 100,
  growth: 1.15,
};

/** Rows whose aim is beside a peer instead of the control. */
export const overPeer = {
  "redis-everysec": "Fastify + svix + BullMQ",
  "redis-always": "Fastify + svix + BullMQ",
};

export const titles = {
  webhook: "Webhook, 1.2 kB, in memory",
  github: "Webhook of GitHub, 7 kB",
  sqlite: "Webhook, stored in SQLite before the answer",
  "redis-everysec": "Webhook, stored in Redis before the answer (`appendfsync everysec`)",
  "redis-always": "Webhook, stored in Redis before the answer (`appendfsync always`)",
  heard: "WebSocket, one matching callback",
  unasked: "WebSocket, events that no callback asked for",
};
