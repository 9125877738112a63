// The platform's client for generation 1, as its own documentation uses it.
const { Composio } = require("composio-core");

const say = (step, value) => process.stdout.write(`@${JSON.stringify({ step, value })}\n`);
const name = "GITHUB_STAR_ADDED_EVENT";

(async () => {
  const composio = new Composio({
    apiKey: "local",
    baseUrl: process.env.COMPOSIO_BASE_URL,
    allowTracking: false,
  });
  const { triggers } = composio;
  say("client", await composio.backendClient.getClientId());
  say(
    "types",
    (await triggers.list({ appNames: ["github"] })).map(({ name }) => name),
  );
  say("type", (await triggers.get({ triggerId: name })).config);
  const entity = composio.getEntity("default");
  say("account", (await entity.getConnection({ app: "github" })).appName);
  const config = { owner: "acme", repo: "site" };
  const { triggerId } = await entity.setupTrigger({ app: "github", triggerName: name, config });
  say("created", triggerId);
  say("active", await entity.getActiveTriggers());
  say("disabled", await triggers.disable({ triggerId }));
  say("enabled", await triggers.enable({ triggerId }));
  await triggers.subscribe((event) => say("heard", event), { triggerName: name });
  process.stdin.once("data", async () => {
    await triggers.delete({ triggerInstanceId: triggerId });
    say("left", (await entity.getActiveTriggers()).length);
    process.exit(0);
  });
})();
