import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { interleave } from "../lib/interleave.js";

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

async function startRedis(appendfsync) {
  const folder = mkdtempSync(join(tmpdir(), "earshot-bench-redis-"));
  const port = await freePort();
  const child = spawn(
    "redis-server",
    [
      ...["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""],
      ...["--appendonly", "yes", "--appendfsync", appendfsync],
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  for await (const line of createInterface({ input: child.stdout })) if (/Ready to accept/.test(line)) break;
  child.stdout.resume();
  return {
    url: `redis://127.0.0.1:${port}`,
    async stop() {
      child.kill("SIGKILL");
      await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
