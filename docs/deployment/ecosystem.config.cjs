module.exports = {
  apps: [
    {
      name: "agent",
      script: "agent.js",
      // One process for a SQLite inbox on a WebSocket; several share a port only in cluster mode with Redis.
      instances: 1,
      // shutdownDelayMs + drainTimeoutMs, and some more, milliseconds.
      kill_timeout: 40_000,
      env: { NODE_ENV: "production" },
    },
  ],
};
