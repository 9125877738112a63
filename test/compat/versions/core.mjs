// What the platform's public examples do with `@composio/core`, for a user of their own. Prints JSON as its last line.
//
//   node --require ../../package/published/lead-here.cjs core.mjs PACKAGE USER

import { createServer } from "node:http";

const [name, userId] = process.argv.slice(2);
const baseURL = process.env.COMPOSIO_BASE_URL;
const { Composio } = await import(name);
const composio = new Composio({ apiKey: "local", baseURL, allowTracking: false });
const { triggers, connectedAccounts, authConfigs, toolkits, tools } = composio;
const STAR = "GITHUB_STAR_ADDED_EVENT";
const COMMIT = "GITHUB_COMMIT_EVENT";

// Trigger types, and the config that one wants.
const types = await triggers.listTypes({ toolkits: ["github"], limit: 1 });
const type = await triggers.getType(COMMIT);
const names = await triggers.listEnum();

// What the user has, and may have.
const toolkit = await toolkits.get("github");
const configs = await authConfigs.list({ toolkit: "github" });
const accounts = await connectedAccounts.list({ userIds: [userId], toolkitSlugs: ["github"] });
const account = await connectedAccounts.get(accounts.items[0].id);
const agentTools = await tools.get(userId, { toolkits: ["github", "slack"], limit: 10 });

// Instances: for the user's account, and for one that is named.
const made = await triggers.create(userId, STAR, { triggerConfig: { owner: "acme", repo: "site" } });
const named = await triggers.create(userId, COMMIT, {
  connectedAccountId: account.id,
  triggerConfig: { owner: "acme", repo: "docs" },
});
await triggers.disable(named.triggerId);
const whileDisabled = await triggers.listActive({ triggerIds: [named.triggerId] });
await triggers.enable(named.triggerId);
const active = await triggers.listActive({ connectedAccountIds: [account.id] });
const unknown = await triggers.create(userId, "NO_SUCH", { triggerConfig: {} }).catch((error) => error);

// A webhook server that verifies.
let onWebhook;
const verified = new Promise((resolve) => {
  onWebhook = resolve;
});
const server = createServer(async (request, response) => {
  const payload = Buffer.concat(await request.toArray()).toString();
  const {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signature,
  } = request.headers;
  const secret = process.env.COMPOSIO_WEBHOOK_SECRET;
  // Older versions take the header and the body alone.
  const result = await Promise.resolve(
    triggers.verifyWebhook({ id, timestamp, signature, payload, secret }),
  ).catch((error) => ({ error: error.message }));
  response.end();
  onWebhook(result);
}).listen(0, "127.0.0.1", async () => {
  const body = {
    webhook_url: `http://127.0.0.1:${server.address().port}/webhook`,
    enabled_events: ["composio.trigger.message"],
    version: "V3",
  };
  await fetch(`${baseURL}/api/v3.1/webhook_subscriptions`, {
    method: "POST",
    headers: { "x-api-key": "local", "content-type": "application/json" },
    body: JSON.stringify(body),
  });

  // Realtime: the test fires once this is subscribed.
  const realtime = new Promise((resolve) => {
    triggers.subscribe(resolve, { toolkits: ["github"], triggerSlug: [STAR], userId });
  });
  const event = await realtime;
  const webhook = await verified;
  await triggers.unsubscribe();
  await triggers.delete(made.triggerId);
  const left = await triggers.listActive({ connectedAccountIds: [account.id] });
  const printed = {
    types: types.items.map(({ slug }) => slug),
    type: { slug: type.slug, required: type.config.required },
    names: names.length,
    toolkit: toolkit.slug,
    configs: configs.items.map(({ toolkit }) => toolkit.slug),
    account: { status: account.status, toolkit: account.toolkit.slug },
    tools: Array.isArray(agentTools),
    made,
    named,
    whileDisabled: whileDisabled.items.length,
    active: active.items.map(({ triggerName }) => triggerName).sort(),
    unknown: { name: unknown.name, message: unknown.message },
    event: { triggerSlug: event.triggerSlug, userId: event.userId, payload: event.payload },
    webhook: { version: webhook.version, slug: webhook.payload?.triggerSlug, error: webhook.error },
    left: left.items.map(({ triggerName }) => triggerName),
  };
  process.stdout.write(`\n${JSON.stringify(printed)}\n`, () => process.exit(0));
});
