// What requests are sent to: bare servers, earshot, and what people would use instead. Started with its name.
import { createHash, createHmac, hash, timingSafeEqual } from "node:crypto";
import { open } from "node:fs/promises";
import { createServer } from "node:http";
import { builtUrl } from "../lib/build.js";
import { GITHUB_SECRET, NAME, SECRET, STANDARD_SECRET } from "../lib/signing.js";

const [name, extra] = process.argv.slice(2);
const OK = '{"ok":true}';
const JSON_TYPE = { "content-type": "application/json" };
let heard = 0;

/** Ten callbacks, each for a trigger of its own; the events are for the first. */
const names = [NAME, ...Array.from({ length: 9 }, (_, n) => `OTHER_EVENT_${n}`)];
const onEvent = () => {
  heard += 1;
};
const callbacks = new Map(names.map((one) => [one, onEvent]));
const dispatch = (event) => callbacks.get(event.metadata.trigger_slug)?.(event);

/** A server of Node that reads the body and hands it on. */
function nodeServer(take) {
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const status = take(parts.length === 1 ? parts[0] : Buffer.concat(parts), request.headers);
      response.writeHead(status, { ...JSON_TYPE, "content-length": OK.length }).end(OK);
    });
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

async function earshot(options) {
  const { TriggerListener } = await import(builtUrl("index.js"));
  const listener = new TriggerListener(options);
  for (const one of names) listener.callback(one, onEvent, { name: one });
  await listener.start();
  return Number(new URL(listener.health().webhook.url).port);
}
const webhook = { port: 0, host: "127.0.0.1", secrets: SECRET };

async function fastifyWith(path, take) {
  const { default: fastify } = await import("fastify");
  const app = fastify();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  app.post(path, async (request) => {
    await take(request.body, request.headers);
    return { ok: true };
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  return app.server.address().port;
}

async function fastifySvixBullmq(queueName, runs) {
  const { Webhook } = await import("svix");
  const { Queue, Worker } = await import("bullmq");
  const checker = new Webhook(STANDARD_SECRET);
  const { hostname: host, port } = new URL(extra);
  const connection = { host, port: Number(port), maxRetriesPerRequest: null };
  const queue = new Queue(queueName, { connection });
  if (runs) {
    const work = async (job) => dispatch(job.data);
    await new Worker(queueName, work, { connection, concurrency: 100 }).waitUntilReady();
  }
  return fastifyWith("/webhook", (body, headers) => {
    const event = checker.verify(body, headers);
    return queue.add("event", event, { jobId: event.id, removeOnComplete: 1000 });
  });
}

const subjects = {
  bare: () => nodeServer(() => 200),

  // The same, with the check and the parsing and nothing else.
  hmac: () =>
    nodeServer((body, headers) => {
      const mac = createHmac("sha256", SECRET)
        .update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`)
        .update(body)
        .digest();
      const given = Buffer.from(headers["webhook-signature"].slice(3), "base64");
      if (given.length !== mac.length || !timingSafeEqual(given, mac)) return 401;
      dispatch(JSON.parse(body.toString()));
      return 200;
    }),
  // The least that is durable: the body is in a file, and flushed, before the response.
  "bare-flush": async () => {
    const file = await open(extra, "a");
    const server = createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      await file.appendFile(Buffer.concat(parts));
      await file.datasync();
      response.writeHead(200, { ...JSON_TYPE, "content-length": OK.length }).end(OK);
    });
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
  },
  "hmac-one-shot": () => {
    const key = Buffer.alloc(64);
    (SECRET.length > 64 ? createHash("sha256").update(SECRET).digest() : Buffer.from(SECRET)).copy(key);
    const outer = Buffer.alloc(96);
    const inner = Buffer.alloc(64);
    for (let at = 0; at < 64; at += 1) {
      inner[at] = key[at] ^ 0x36;
      outer[at] = key[at] ^ 0x5c;
    }
    return nodeServer((body, headers) => {
      const before = Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`);
      outer.write(hash("sha256", Buffer.concat([inner, before, body]), "binary"), 64, "binary");
      const mac = Buffer.from(hash("sha256", outer, "binary"), "binary");
      const given = Buffer.from(headers["webhook-signature"].slice(3), "base64");
      if (given.length !== mac.length || !timingSafeEqual(given, mac)) return 401;
      dispatch(JSON.parse(body.toString()));
      return 200;
    });
  },
  "github-hmac": () =>
    nodeServer((body, headers) => {
      const mac = createHmac("sha256", GITHUB_SECRET).update(body).digest();
      const given = Buffer.from(headers["x-hub-signature-256"].slice(7), "hex");
      if (given.length !== mac.length || !timingSafeEqual(given, mac)) return 401;
      JSON.parse(body.toString());
      onEvent();
      return 200;
    }),

  earshot: () => earshot({ webhook }),
  "earshot-github": async () => {
    const { github } = await import(builtUrl("index.js"));
    names[0] = "push";
    return earshot({
      webhook: { port: 0, host: "127.0.0.1", routes: { "/github": github({ secrets: [GITHUB_SECRET] }) } },
    });
  },
  /** Each has a sender and a secret; the events are for the last. */
  "earshot-routes": async () => {
    const { github, hmac } = await import(builtUrl("index.js"));
    names[0] = "push";
    const other = (n) => hmac({ secrets: `${SECRET}${n}`, provider: `other-${n}`, header: "x-signature" });
    const others = Array.from({ length: Number(extra) - 1 }, (_, n) => [`/other/${n}`, other(n)]);
    const routes = { ...Object.fromEntries(others), "/github": github({ secrets: [GITHUB_SECRET] }) };
    return earshot({ webhook: { port: 0, host: "127.0.0.1", routes } });
  },
  "earshot-sqlite": async () => {
    const { sqliteInbox } = await import(builtUrl("sqlite.js"));
    return earshot({ webhook, inbox: sqliteInbox({ path: extra }) });
  },
  "earshot-redis": async () => {
    const { redisInbox } = await import(builtUrl("redis.js"));
    // It takes events faster than it runs them, and would respond 503 after the default of 10,000, which BullMQ has not.
    return earshot({ webhook, inbox: redisInbox({ connection: extra }), maxPending: 10_000_000 });
  },

  "fastify-standardwebhooks": async () => {
    const { Webhook } = await import("standardwebhooks");
    const checker = new Webhook(STANDARD_SECRET);
    return fastifyWith("/webhook", (body, headers) => dispatch(checker.verify(body, headers)));
  },
  "hono-svix": async () => {
    const { Hono } = await import("hono");
    const { serve } = await import("@hono/node-server");
    const { Webhook } = await import("svix");
    const checker = new Webhook(STANDARD_SECRET);
    const app = new Hono();
    app.post("/webhook", async (c) => {
      dispatch(checker.verify(await c.req.text(), c.req.header()));
      return c.json({ ok: true });
    });
    return new Promise((resolve) => {
      serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => resolve(port));
    });
  },
  "express-standardwebhooks": async () => {
    const { default: express } = await import("express");
    const { Webhook } = await import("standardwebhooks");
    const checker = new Webhook(STANDARD_SECRET);
    const app = express();
    app.post("/webhook", express.raw({ type: "*/*" }), (request, response) => {
      dispatch(checker.verify(request.body, request.headers));
      response.json({ ok: true });
    });
    return new Promise((resolve) => {
      const server = app.listen(0, "127.0.0.1", () => resolve(server.address().port));
    });
  },
  composio: async () => {
    const { Composio } = await import("@composio/core");
    const { triggers } = new Composio({ apiKey: "bench", allowTracking: false, disableVersionCheck: true });
    const server = createServer(async (request, response) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      const { headers } = request;
      const { payload } = await triggers.verifyWebhook({
        payload: Buffer.concat(parts).toString(),
        id: headers["webhook-id"],
        timestamp: headers["webhook-timestamp"],
        signature: headers["webhook-signature"],
        secret: SECRET,
      });
      callbacks.get(payload.triggerSlug)?.(payload);
      response.writeHead(200, { ...JSON_TYPE, "content-length": OK.length }).end(OK);
    });
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
  },
  octokit: async () => {
    const { createNodeMiddleware, Webhooks } = await import("@octokit/webhooks");
    const webhooks = new Webhooks({ secret: GITHUB_SECRET });
    webhooks.on("push", onEvent);
    const server = createServer(createNodeMiddleware(webhooks, { path: "/github" }));
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
  },
  "fastify-svix-bullmq": () => fastifySvixBullmq("events", true),
  /** Its events run in another program, or never. */
  "fastify-svix-bullmq-add": () => fastifySvixBullmq("added", false),
};

const port = await subjects[name]();
process.on("message", () => process.send({ heard, rssBytes: process.memoryUsage.rss() }));
process.send({ ready: true, port });
// Whoever started this has gone.
process.on("disconnect", () => process.exit());
