// A server of MCP events on mcp-handler, which does list, subscribe and unsubscribe. What it leaves to its user is here:
// the store, the check of endpoints, and deliveries that are given up after two attempts. It is killed at any time.
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { request } from "node:https";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { fromJsonSchema } from "@modelcontextprotocol/server";
import {
  createMcpHandler,
  experimental_registerMcpEvents as registerMcpEvents,
  withMcpAuth,
} from "mcp-handler";

const [file, token, port, certificate] = process.argv.slice(2);
const ca = readFileSync(certificate);
const db = new DatabaseSync(file);
db.exec(`PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS log (position INTEGER PRIMARY KEY, event_id TEXT NOT NULL, at TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS operations (id TEXT PRIMARY KEY, token TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS subscriptions (id TEXT PRIMARY KEY, name TEXT, url TEXT, secret TEXT,
    refresh_before TEXT, position INTEGER NOT NULL, last_error TEXT, failed_since TEXT, last_delivery_at TEXT);
  CREATE TABLE IF NOT EXISTS replays (position INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS given_up (event_id TEXT NOT NULL);`);
const one = (sql, ...values) => db.prepare(sql).get(...values);
const run = (sql, ...values) => db.prepare(sql).run(...values);
const newest = () => one("SELECT coalesce(max(position), 0) AS n FROM log").n;
const isAlive = (row) => row !== undefined && Date.parse(row.refresh_before) > Date.now();

/** @returns the category of the failure, or the response */
function post({ id, url, secret }, messageId, message) {
  const body = JSON.stringify(message);
  const time = Math.floor(Date.now() / 1000);
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const digest = createHmac("sha256", key).update(`${messageId}.${time}.${body}`).digest("base64");
  const headers = {
    "content-type": "application/json",
    "webhook-id": messageId,
    "webhook-timestamp": String(time),
    "webhook-signature": `v1,${digest}`,
    "x-mcp-subscription-id": id,
  };
  return new Promise((resolve) => {
    const sent = request(
      url,
      { method: "POST", headers, ca, agent: false, timeout: 2000 },
      async (response) => {
        const chunks = [];
        try {
          for await (const chunk of response) chunks.push(chunk);
        } catch {
          resolve({ error: "connection_refused" });
          return;
        }
        const error =
          response.statusCode < 300 ? undefined : response.statusCode < 500 ? "http_4xx" : "http_5xx";
        resolve({ error, text: Buffer.concat(chunks).toString("utf8") });
      },
    );
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => resolve({ error: "connection_refused" }));
    sent.end(body);
  });
}

/** Passes an event after two attempts, as many servers do: the cursor of the next one is behind it. */
async function deliver() {
  for (const row of db.prepare("SELECT * FROM subscriptions").all()) {
    if (!isAlive(row)) continue;
    const event = one("SELECT * FROM log WHERE position > ? ORDER BY position LIMIT 1", row.position);
    if (event === undefined) continue;
    const { position, event_id: eventId, at } = event;
    const occurrence = {
      eventId,
      name: row.name,
      timestamp: at,
      data: { number: position },
      cursor: `c${position}`,
    };
    let { error } = await post(row, eventId, occurrence);
    if (error !== undefined) {
      await sleep(30);
      ({ error } = await post(row, eventId, occurrence));
    }
    const now = new Date().toISOString();
    if (error === undefined) {
      // What has failed before is reported by each refresh, until the subscription begins anew.
      run("UPDATE subscriptions SET last_delivery_at = ? WHERE id = ?", now, row.id);
    } else {
      run("INSERT INTO given_up (event_id) VALUES (?)", eventId);
      const sql =
        "UPDATE subscriptions SET last_error = ?, failed_since = coalesce(failed_since, ?) WHERE id = ?";
      run(sql, error, now, row.id);
    }
    // Another subscription may have begun under the same id meanwhile.
    run(
      "UPDATE subscriptions SET position = ? WHERE id = ? AND position = ?",
      position,
      row.id,
      row.position,
    );
    return true;
  }
  return false;
}

const events = [
  {
    name: "number.counted",
    description: "A number was counted.",
    inputSchema: fromJsonSchema({ type: "object", additionalProperties: false }),
    payloadSchema: fromJsonSchema({ type: "object", properties: { number: { type: "integer" } } }),
    authorize: () => true,
  },
];
const subscriptions = {
  async prepare({ id }) {
    const operation = randomUUID();
    run("INSERT OR REPLACE INTO operations (id, token) VALUES (?, ?)", id, operation);
    return operation;
  },
  async upsert({ id, name, url, secret, refreshBefore, cursor }, _context, operation) {
    if (one("SELECT token FROM operations WHERE id = ?", id)?.token !== operation)
      throw new Error("superseded");
    const known = one("SELECT * FROM subscriptions WHERE id = ?", id);
    if (isAlive(known)) {
      run("UPDATE subscriptions SET secret = ?, refresh_before = ? WHERE id = ?", secret, refreshBefore, id);
    } else {
      const position = cursor === null ? newest() : Number(cursor.slice(1));
      if (cursor !== null) run("INSERT INTO replays (position) VALUES (?)", position);
      const sql =
        "INSERT OR REPLACE INTO subscriptions (id, name, url, secret, refresh_before, position) VALUES (?, ?, ?, ?, ?, ?)";
      run(sql, id, name, url, secret, refreshBefore, position);
    }
    const now = one("SELECT * FROM subscriptions WHERE id = ?", id);
    const deliveryStatus = {
      active: true,
      lastError: now.last_error,
      ...(now.failed_since === null ? {} : { failedSince: now.failed_since }),
      ...(now.last_delivery_at === null ? {} : { lastDeliveryAt: now.last_delivery_at }),
    };
    return { cursor: `c${now.position}`, truncated: false, deliveryStatus };
  },
  async remove({ id }) {
    const pending = run("DELETE FROM operations WHERE id = ?", id).changes;
    return run("DELETE FROM subscriptions WHERE id = ?", id).changes + pending > 0;
  },
};
const delivery = {
  async verifyEndpoint(target) {
    const challenge = randomBytes(24).toString("base64url");
    const messageId = `msg_verification_${randomUUID()}`;
    const { error, text } = await post(target, messageId, { type: "verification", challenge });
    if (error !== undefined) return { verified: false, reason: error };
    try {
      const echoed = Buffer.from(JSON.parse(text).challenge);
      const isSame = echoed.length === challenge.length && timingSafeEqual(echoed, Buffer.from(challenge));
      return isSame ? { verified: true } : { verified: false, reason: "challenge_failed" };
    } catch {
      return { verified: false, reason: "challenge_failed" };
    }
  },
};

const handler = withMcpAuth(
  createMcpHandler(
    (server) =>
      registerMcpEvents(server, {
        getPrincipal: ({ extra }) => extra.user,
        events,
        subscriptions,
        delivery,
        ttl: { minMs: 1000 },
      }),
    { serverInfo: { name: "numbers", version: "1" } },
  ),
  (_request, given) =>
    given === token ? { token: given, clientId: "test", scopes: [], extra: { user: "ada" } } : undefined,
  { required: true },
);

createServer(async (req, res) => {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  if (req.url === "/count") {
    const { lastInsertRowid } = run(
      "INSERT INTO log (event_id, at) VALUES ('evt-' || (SELECT count(*) + 1 FROM log), ?)",
      new Date().toISOString(),
    );
    res.end(String(lastInsertRowid));
    return;
  }
  const headers = Object.entries(req.headers).map(([name, value]) => [name, String(value)]);
  const url = `http://127.0.0.1:${port}${req.url}`;
  const response = await handler(
    new Request(url, { method: req.method, headers, body: Buffer.concat(chunks) }),
  );
  res.writeHead(response.status, Object.fromEntries(response.headers));
  res.end(Buffer.from(await response.arrayBuffer()));
}).listen(Number(port), "127.0.0.1", () => process.stdout.write("serving\n"));

for (;;) if (!(await deliver())) await sleep(10);
