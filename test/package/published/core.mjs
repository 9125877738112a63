// The platform's client for generation 3, as its own documentation uses it.
import { createServer } from "node:http";
import { Composio } from "@composio/core";

const say = (step, value) => process.stdout.write(`@${JSON.stringify({ step, value })}\n`);
const baseURL = process.env.COMPOSIO_BASE_URL;
const composio = new Composio({ apiKey: "local", baseURL, allowTracking: false });
const { triggers, connectedAccounts } = composio;
const name = "GITHUB_STAR_ADDED_EVENT";

const first = await triggers.listTypes({ limit: 5 });
const second = await triggers.listTypes({ limit: 5, cursor: first.nextCursor });
say(
  "types",
  [...first.items, ...second.items].map(({ slug }) => slug),
);
say("names", await triggers.listEnum());
say("type", await triggers.getType(name));
const accounts = await connectedAccounts.list({ userIds: ["default"], toolkitSlugs: ["github"] });
say(
  "accounts",
  accounts.items.map(({ toolkit, status }) => [toolkit.slug, status]),
);
say("account", (await connectedAccounts.get(accounts.items[0].id)).id === accounts.items[0].id);
const { triggerId } = await triggers.create("default", name, {
  triggerConfig: { owner: "acme", repo: "site" },
});
say("created", triggerId);
say("unknown", await triggers.create("default", "NO_SUCH", { triggerConfig: {} }).catch((e) => e.message));
say("active", (await triggers.listActive({ triggerNames: [name] })).items);
say("disabled", await triggers.disable(triggerId));
say("enabled", await triggers.enable(triggerId));

const door = createServer(async (request, response) => {
  const chunks = await request.toArray();
  const verified = await triggers.verifyWebhook({
    payload: Buffer.concat(chunks).toString(),
    signature: request.headers["webhook-signature"],
    id: request.headers["webhook-id"],
    timestamp: request.headers["webhook-timestamp"],
    secret: process.env.WEBHOOK_SECRET,
  });
  response.end();
  say("webhook", { version: verified.version, event: verified.payload });
}).listen(Number(process.env.WEBHOOK_PORT), "127.0.0.1");

await triggers.subscribe((event) => say("heard", event), { triggerSlug: [name] });
process.stdin.once("data", async () => {
  await triggers.unsubscribe();
  await triggers.delete(triggerId);
  say("left", (await triggers.listActive()).items.length);
  door.close();
  process.exit(0);
});
