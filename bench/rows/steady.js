import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interleave } from "../lib/interleave.js";
import { startRedis } from "../lib/redis-server.js";

const PER_SECOND = 1000;

/** What is compared with each other. The first of each is the control. */
const stores = [
  {
    store: "memory",
    subjects: [
      ["bare node:http", "bare", "platform", "control", "none"],
      ["earshot", "earshot", "platform", "subject", "all"],
      ["Fastify + standardwebhooks", "fastify-standardwebhooks", "platform", "peer", "all"],
      ["Hono + svix", "hono-svix", "svix", "peer", "all"],
    ],
  },
  {
    store: "memory, GitHub's 7 kB",
    subjects: [
      ["bare node:http", "bare", "github", "control", "none"],
      ["earshot", "earshot-github", "github", "subject", "all"],
      ["@octokit/webhooks", "octokit", "github", "peer", "all"],
    ],
  },
  {
    store: "SQLite",
    extra: (folder, name) => join(folder, name),
    subjects: [
      ["bare node:http", "bare", "platform", "control", "none"],
      ["earshot", "earshot-sqlite", "platform", "subject", "later"],
      ["node:http, appended to a file and flushed", "bare-flush", "platform", "peer", "none"],
    ],
  },
  {
    store: "Redis, appendfsync always",
    redis: true,
    subjects: [
      ["bare node:http", "bare", "platform", "control", "none"],
      ["earshot", "earshot-redis", "platform", "subject", "later"],
      ["Fastify + svix + BullMQ, adds", "fastify-svix-bullmq-add", "svix", "peer", "none"],
      ["Fastify + svix + BullMQ, adds and runs", "fastify-svix-bullmq", "svix", "peer", "later"],
    ],
  },
];

export const steady = {
  what: `the response at ${PER_SECOND} webhooks a second`,
  async measure({ short, ...options }) {
    const measured = [];
    for (const { store, redis, extra, subjects } of stores) {
      const folder = mkdtempSync(join(tmpdir(), "earshot-bench-"));
      const server = redis ? await startRedis("always") : undefined;
      const subject = ([name, program, kind, role, hears]) => ({
        name,
        role,
        file: "subjects/http.js",
        args: [program, ...(server ? [server.url] : extra ? [extra(folder, program)] : [])],
        // Redis runs on the generator's core.
        load: { kind, inFlight: 64, steady: PER_SECOND, sharesCore: redis === true },
        hears,
      });
      try {
        const ways = await interleave({
          generator: "lib/http-generator.js",
          subjects: subjects.map(subject),
          ...options,
          seconds: short ? 1 : 4,
          warmUpEvents: 8000,
        });
        measured.push({ store, ways });
      } finally {
        await server?.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    }
    return { perSecond: PER_SECOND, stores: measured };
  },
};
