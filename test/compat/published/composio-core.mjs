// What a program of the published `composio-core` does, with its OpenAI, LangChain and Vercel toolsets. Prints JSON.
import { LangchainToolSet, OpenAIToolSet, VercelAIToolSet } from "composio-core";
import { consent } from "./consent.mjs";

const [baseUrl] = process.argv.slice(2);
const options = { apiKey: "local", baseUrl, entityId: "default" };
const STAR = "GITHUB_STAR_A_REPOSITORY_FOR_THE_AUTHENTICATED_USER";
const POST = "SLACK_SENDS_A_MESSAGE_TO_A_SLACK_CHANNEL";
const site = { owner: "acme", repo: "site" };

const openai = new OpenAIToolSet(options);
const [post] = await openai.getTools({ actions: [POST] });
const github = await openai.getTools({ apps: ["github"] });
const useCase = await openai.getTools({ apps: ["github"], useCase: "star a repository", useCaseLimit: 1 });
const args = JSON.stringify({ channel: "general", text: "from composio-core" });
const call = { id: "call_1", type: "function", function: { name: POST, arguments: args } };
const [answer] = await openai.handleToolCall({ choices: [{ message: { tool_calls: [call] } }] }, "default");
const starred = await openai.executeAction({ action: STAR, params: site, entityId: "default" });

const [getRepository] = await new LangchainToolSet(options).getTools({
  actions: ["GITHUB_GET_A_REPOSITORY"],
});
const byLangChain = await getRepository.invoke(site);
const vercel = await new VercelAIToolSet(options).getTools({ actions: ["GITHUB_GET_A_REPOSITORY"] });
const byVercel = await vercel.GITHUB_GET_A_REPOSITORY.execute(site);

const request = await openai.connectedAccounts.initiate({
  appName: "github",
  entityId: "ada",
  redirectUri: "http://localhost:1/done",
});
const back = await consent(request.redirectUrl, "allow");
const account = await request.waitUntilActive(10);

process.stdout.write(
  `\n${JSON.stringify({
    post: post.function,
    github: github.length,
    useCase: useCase.map((tool) => tool.function.name),
    answer: JSON.parse(answer),
    starred,
    byLangChain: JSON.parse(byLangChain),
    byVercel: JSON.parse(byVercel),
    back,
    account: account.status,
  })}\n`,
  () => process.exit(0),
);
