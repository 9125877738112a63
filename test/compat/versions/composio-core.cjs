// What the examples of `composio-core` do, for a user of their own. Prints JSON as its last line.
const { Composio } = require("composio-core-0.5");

const [userId] = process.argv.slice(2);
const STAR = "GITHUB_STAR_ADDED_EVENT";

(async () => {
  const baseUrl = process.env.COMPOSIO_BASE_URL;
  const composio = new Composio({ apiKey: "local", baseUrl, allowTracking: false });
  const { triggers } = composio;
  const types = await triggers.list({ appNames: ["github"] });
  const entity = composio.getEntity(userId);
  const connection = await entity.getConnection({ app: "github" });
  const config = { owner: "acme", repo: "site" };
  const { triggerId } = await entity.setupTrigger({ app: "github", triggerName: STAR, config });
  const active = await entity.getActiveTriggers();
  const disabled = await triggers.disable({ triggerId });
  const enabled = await triggers.enable({ triggerId });
  const event = await new Promise((resolve) => {
    triggers.subscribe(resolve, { triggerName: STAR, entityId: userId });
  });
  await triggers.delete({ triggerInstanceId: triggerId });
  const printed = {
    types: types.map(({ name }) => name),
    connection: connection.appName,
    triggerId,
    active: active.map(({ triggerName }) => triggerName),
    disabled,
    enabled,
    event,
    left: (await entity.getActiveTriggers()).length,
  };
  process.stdout.write(`\n${JSON.stringify(printed)}\n`, () => process.exit(0));
})();
