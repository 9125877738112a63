/** Row that is measured beside a control → its title on the performance page. */
export const titles = {
  webhook: "Webhook, 1.2 kB, memory inbox",
  github: "Webhook of GitHub, 7 kB",
  sqlite: "Webhook, stored in SQLite before the response",
  "redis-everysec": "Webhook, stored in Redis before the response (`appendfsync everysec`)",
  "redis-always": "Webhook, stored in Redis before the response (`appendfsync always`)",
  heard: "WebSocket, one matching callback",
  unasked: "WebSocket, events without a matching callback",
};

/** Rows that are also compared in events a second with a peer: both wait for the same server. */
export const overPeer = {
  "redis-everysec": "Fastify + svix + BullMQ",
  "redis-always": "Fastify + svix + BullMQ",
};
