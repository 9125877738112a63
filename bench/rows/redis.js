import { interleave } from "../lib/interleave.js";
import { startRedis } from "../lib/redis-server.js";

/** @param appendfsync how often the server flushes its log: `everysec` or `always` */
const redis = (appendfsync) => ({
  profile: true,
  what: `webhook, kept in Redis (appendfsync ${appendfsync})`,
  async measure({ short: _, ...options }) {
    const server = await startRedis(appendfsync);
    const subject = (name, program, kind, role) => ({
      name,
      role,
      file: "subjects/http.js",
      args: [program, server.url],
      // Redis runs on the generator's core.
      load: { kind, inFlight: 64, sharesCore: true },
      hears: program === "bare" ? "none" : "later",
    });
    try {
      return await interleave({
        generator: "lib/http-generator.js",
        subjects: [
          subject("bare node:http", "bare", "platform", "control"),
          subject("earshot", "earshot-redis", "platform", "subject"),
          subject("Fastify + svix + BullMQ", "fastify-svix-bullmq", "svix", "peer"),
        ],
        ...options,
        // A store is slower to warm up and steadier once it is.
        warmUpEvents: 3000,
        seconds: 3,
      });
    } finally {
      await server.stop();
    }
  },
});

export const redisEverysec = redis("everysec");
export const redisAlways = redis("always");
