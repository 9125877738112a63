// A host of MCP events on the AI SDK: it subscribes once, and stores what it receives. It is killed at any time.
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { createMCPClient, experimental_createMCPEventWebhook as createMCPEventWebhook } from "@ai-sdk/mcp";

const [file, server, token, port] = process.argv.slice(2);
const db = new DatabaseSync(file);
db.exec(`PRAGMA journal_mode = WAL;
  CREATE TABLE IF NOT EXISTS subscriptions (key TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS handled (event_id TEXT PRIMARY KEY, starred_by TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS copies (event_id TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS gaps (cursor TEXT NOT NULL);`);

const read = (sql, value) => {
  const row = db.prepare(sql).get(value);
  return row === undefined ? undefined : JSON.parse(row.value);
};
const write = db.prepare("INSERT OR REPLACE INTO subscriptions (key, value) VALUES (?, ?)");
const store = {
  get: async (key) => read("SELECT value FROM subscriptions WHERE key = ?", key),
  getById: async (id) => read("SELECT value FROM subscriptions WHERE json_extract(value, '$.id') = ?", id),
  set: async (subscription) => void write.run(subscription.key, JSON.stringify(subscription)),
  update: async (key, patch) => {
    const known = read("SELECT value FROM subscriptions WHERE key = ?", key);
    if (known !== undefined) write.run(key, JSON.stringify({ ...known, ...patch }));
  },
  delete: async (key) => void db.prepare("DELETE FROM subscriptions WHERE key = ?").run(key),
};

const webhook = createMCPEventWebhook({
  store,
  onEvent: async ({ event }) => {
    const { changes } = db
      .prepare("INSERT OR IGNORE INTO handled (event_id, starred_by) VALUES (?, ?)")
      .run(event.eventId, String(event.data.starred_by));
    if (changes === 0) db.prepare("INSERT INTO copies (event_id) VALUES (?)").run(event.eventId);
  },
  onGap: async ({ gap }) => void db.prepare("INSERT INTO gaps (cursor) VALUES (?)").run(gap.cursor),
  onError: (error) => process.stdout.write(`error ${error}\n`),
});

createServer(async (req, res) => {
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const headers = Object.entries(req.headers).map(([name, value]) => [name, String(value)]);
  const body = Buffer.concat(chunks);
  const request = new Request(`http://127.0.0.1:${port}${req.url}`, {
    method: req.method,
    headers,
    body,
  });
  const { status, headers: answered, body: answer } = await webhook(request);
  res.writeHead(status, Object.fromEntries(answered));
  res.end(answer === null ? undefined : Buffer.from(await new Response(answer).arrayBuffer()));
}).listen(Number(port), "127.0.0.1", async () => {
  const client = await createMCPClient({
    transport: { type: "http", url: server, headers: { authorization: `Bearer ${token}` } },
    experimental_events: { store },
  });
  const events = client.experimental_events;
  const { key } = db.prepare("SELECT key FROM subscriptions").get() ?? {};
  const { truncated } =
    key === undefined
      ? await events.subscribe({
          name: "star",
          arguments: {},
          delivery: {
            mode: "webhook",
            url: `http://127.0.0.1:${port}/hook`,
            allowInsecureLocalhost: true,
          },
        })
      : await events.refresh({ key });
  process.stdout.write(`ready ${key === undefined ? "subscribed" : "refreshed"} ${truncated}\n`);
});
