// What a program of the published `@composio/core` does, with its OpenAI, Google and Vercel providers. Prints JSON.
import { Composio } from "@composio/core";
import { GoogleProvider } from "@composio/google";
import { OpenAIProvider } from "@composio/openai";
import { VercelProvider } from "@composio/vercel";
import { consent } from "./consent.mjs";

const [baseURL] = process.argv.slice(2);
const STAR = "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER";
const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
const site = { owner: "acme", repo: "site" };
const clientWith = (provider) => new Composio({ apiKey: "local", baseURL, provider, allowTracking: false });

const openai = clientWith(new OpenAIProvider());
const [star] = await openai.tools.get("default", { tools: [STAR] });
const call = { id: "call_1", type: "function", function: { name: STAR, arguments: JSON.stringify(site) } };
const answers = await openai.provider.handleToolCalls("default", {
  choices: [{ message: { tool_calls: [call] } }],
});
const posted = await openai.tools.execute(POST, {
  userId: "default",
  arguments: { channel: "general", text: "from core" },
  dangerouslySkipVersionCheck: true,
});
const searched = await openai.tools.get("default", { toolkits: ["slack"], search: "post a message" });
const input = await openai.tools.getInput(STAR, { text: "star acme/site" });

const google = clientWith(new GoogleProvider());
const [declaration] = await google.tools.get("default", { tools: [STAR] });
const googleResult = await google.provider.executeToolCall("default", {
  name: STAR,
  args: { owner: "acme", repo: "docs" },
});

const vercel = clientWith(new VercelProvider());
const vercelTools = await vercel.tools.get("default", { tools: ["GITHUB_GET_A_REPOSITORY"] });
const repository = await vercelTools.GITHUB_GET_A_REPOSITORY.execute(site, {
  toolCallId: "call_2",
  messages: [],
});

const configs = await openai.authConfigs.list({ toolkit: "github" });
const request = await openai.connectedAccounts.link("ada", configs.items[0].id, {
  callbackUrl: "http://localhost:1/done",
});
const back = await consent(request.redirectUrl, "allow");
const account = await request.waitForConnection(10_000);
await openai.connectedAccounts.disable(account.id);
const disabled = await openai.connectedAccounts.get(account.id);
await openai.connectedAccounts.delete(account.id);
const left = await openai.connectedAccounts.list({ userIds: ["ada"] });
const missing = await openai.tools
  .execute(POST, { userId: "bob", arguments: { channel: "general" }, dangerouslySkipVersionCheck: true })
  .catch((error) => error);
const keyed = await openai.authConfigs.create("linear", {
  type: "use_custom_auth",
  authScheme: "API_KEY",
  name: "keys",
  credentials: {},
});

process.stdout.write(
  `\n${JSON.stringify({
    star: star.function,
    answer: JSON.parse(answers[0].content),
    posted,
    searched: searched.map((tool) => tool.function.name),
    input,
    declaration,
    googleResult: JSON.parse(googleResult),
    repository,
    back,
    account: { id: account.id, status: account.status },
    disabled: disabled.status,
    left: left.items.length,
    missing: { name: missing.name, cause: missing.cause?.name },
    keyed,
  })}\n`,
  () => process.exit(0),
);
